/// A file that a run was made from.
struct InputRecord: Sendable, Equatable {
  /// What the file is to the run, such as `model` or `autoencoder`.
  let role: String
  /// The absolute path.
  let path: String
  let bytes: Int
  /// 64 hexadecimal digits.
  let sha256: String

  var json: JSONValue {
    [
      "role": .string(role), "path": .string(path), "bytes": .integer(bytes),
      "sha256": .string(sha256),
    ]
  }
}
