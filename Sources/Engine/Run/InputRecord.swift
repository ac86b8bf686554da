internal import Foundation

/// A file that a run was made from.
struct InputRecord: Sendable, Equatable {
  /// What the file is to the run, such as `model` or `autoencoder`.
  let role: String
  /// The absolute path.
  let path: String
  let bytes: Int
  /// 64 hexadecimal digits.
  let sha256: String

  /// Makes a record of what is known of a file.
  init(role: String, path: String, bytes: Int, sha256: String) {
    self.role = role
    self.path = path
    self.bytes = bytes
    self.sha256 = sha256
  }

  /// Reads and digests a file.
  init(role: String, path: String) throws(CheckpointError) {
    let contents = try MappedFile.contents(of: path)
    self.role = role
    self.path = MappedFile.absolute(path)
    bytes = contents.count
    sha256 = FileDigest.sha256(contents)
  }

  var json: JSONValue {
    [
      "role": .string(role), "path": .string(path), "bytes": .integer(bytes),
      "sha256": .string(sha256),
    ]
  }

  /// Digests several files.
  static func all(role: String, _ paths: [String]) throws(CheckpointError) -> [InputRecord] {
    var records: [InputRecord] = []
    for path in paths { records.append(try InputRecord(role: role, path: path)) }
    return records
  }
}
