import Foundation

/// A new empty directory that is removed, with all in it, when its last reference goes.
final class TemporaryDirectory {
  /// The directory, without a final slash.
  let path: String

  /// Makes a directory under the system's temporary directory.
  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "enginetests-" + UUID().uuidString).path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file, making the directories between.
  ///
  /// - Parameters:
  ///   - name: The path below this directory.
  ///   - bytes: The contents.
  /// - Returns: The whole path.
  /// - Throws: What the file system says.
  @discardableResult
  func write(_ name: String, _ bytes: Data) throws -> String {
    let file = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
    return path + "/" + name
  }

  /// Writes a text file in UTF-8.
  ///
  /// - Parameters:
  ///   - name: The path below this directory.
  ///   - text: The contents.
  /// - Returns: The whole path.
  /// - Throws: What the file system says.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    try write(name, Data(text.utf8))
  }
}
