public import Foundation

/// Writes whole files so that a file of the final name is always complete.
public enum OutputFile {
  /// Writes a file beside its final name, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - contents: The bytes.
  ///   - path: The final name; replaced if it exists.
  /// - Throws: `OutputError`; nothing is left behind then.
  public static func write(_ contents: Data, to path: String) throws(OutputError) {
    do {
      try write(to: path) { try $0.write(contentsOf: contents) }
    } catch let error as OutputError {
      throw error
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
  }

  /// Writes a file beside its final name, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - path: The final name; replaced if it exists.
  ///   - body: Writes the contents.
  /// - Throws: `OutputError`, or what `body` throws; nothing is left behind then.
  public static func write(to path: String, _ body: (FileHandle) throws -> Void) throws {
    let temporary = "\(path).tmp.\(ProcessInfo.processInfo.processIdentifier)"
    let handle = try create(temporary)
    do {
      try body(handle)
      try settle(handle, at: temporary, as: path)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  /// Makes a file durable and gives it its final name.
  private static func settle(
    _ handle: FileHandle, at temporary: String, as path: String
  ) throws(OutputError) {
    do {
      try handle.synchronize()
      try handle.close()
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
    guard unsafe rename(temporary, path) == 0 else {
      let code = POSIXErrorCode(rawValue: errno) ?? .EIO
      throw OutputError(path: path, POSIXError(code), isCreation: true)
    }
  }

  /// Creates a file, or empties the one that stands there.
  ///
  /// - Parameter path: The file, in a directory that exists.
  /// - Returns: The file, open for writing.
  /// - Throws: `OutputError` if it cannot be created.
  public static func create(_ path: String) throws(OutputError) -> FileHandle {
    let url = URL(filePath: path)
    let parent = url.deletingLastPathComponent().path(percentEncoded: false)
    guard MappedFile.isDirectory(parent) else {
      throw OutputError(path: path, reason: .missingParent(parent))
    }
    do {
      try Data().write(to: url)
      return try FileHandle(forWritingTo: url)
    } catch {
      throw OutputError(path: path, error, isCreation: true)
    }
  }
}
