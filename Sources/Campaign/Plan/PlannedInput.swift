internal import Engine
internal import Foundation

/// A file that work is made from, as it was when the work was planned.
struct PlannedInput: Sendable, Equatable {
  /// The absolute path.
  let path: String
  let bytes: Int
  /// When it was last written, in nanoseconds since 1970.
  let modified: Int

  /// Looks at a file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if there is none.
  init(of path: String) throws(CheckpointError) {
    let identity = try FileIdentity(of: path)
    self.path = MappedFile.absolute(path)
    bytes = identity.byteCount
    modified = identity.modificationTime
  }

  /// Restores a file from a table of work.
  init(_ table: ConfigurationTable) throws(CampaignError) {
    path = try table.needed("path", try table.string("path"), expected: "a path")
    bytes = try table.needed("bytes", try table.integer("bytes"), expected: "an integer")
    modified = try table.needed("modified", try table.integer("modified"), expected: "an integer")
  }

  static let names = ["path", "bytes", "modified"]

  var json: JSONValue {
    ["path": .string(path), "bytes": .integer(bytes), "modified": .integer(modified)]
  }
}

/// Files that work is made from, each once.
struct PlannedInputs {
  /// The files, in the order in which they were added.
  private(set) var files: [PlannedInput] = []

  private var indices: [String: Int] = [:]

  /// Adds files.
  ///
  /// - Parameter paths: Files, and directories all of whose files count.
  /// - Returns: Their places in `files`.
  /// - Throws: `CheckpointError` if there is no such file.
  mutating func add(_ paths: [String]) throws(CheckpointError) -> [Int] {
    var added: [Int] = []
    for path in try Self.files(paths) {
      if let index = indices[path] {
        added.append(index)
      } else {
        indices[path] = files.count
        added.append(files.count)
        files.append(try PlannedInput(of: path))
      }
    }
    return added
  }

  private static func files(_ paths: [String]) throws(CheckpointError) -> [String] {
    var files: [String] = []
    for path in paths.map(MappedFile.absolute) {
      guard MappedFile.isDirectory(path) else {
        files.append(path)
        continue
      }
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
        throw CheckpointError(path: path, reason: .notPermitted)
      }
      files += names.sorted().map { path + "/" + $0 }.filter { !MappedFile.isDirectory($0) }
    }
    return files
  }
}
