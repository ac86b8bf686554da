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

extension InputRecord {
  /// The member `inputs` of `run.json`.
  static func all(
    recordedIn description: JSONObject, path: String
  ) throws(RunError) -> [InputRecord] {
    var inputs: [InputRecord] = []
    for json in description["inputs"]?.array ?? [] {
      guard let role = json["role"]?.string, let file = json["path"]?.string,
        let bytes = json["bytes"]?.integer, let sha256 = json["sha256"]?.string
      else { throw RunError(subject: path, reason: .notRecorded("inputs")) }
      inputs.append(InputRecord(role: role, path: file, bytes: bytes, sha256: sha256))
    }
    guard !inputs.isEmpty else { throw RunError(subject: path, reason: .notRecorded("inputs")) }
    return inputs
  }

  /// Checks that files are as they were: first their sizes, then their contents.
  static func checkUnchanged(
    _ records: [InputRecord], digestCache: DigestCache?, workers: Int
  ) throws {
    var inputs = RunInputs(before: [], cache: digestCache, workers: workers)
    for record in records {
      let byteCount = try FileIdentity(of: record.path).byteCount
      guard byteCount == record.bytes else {
        throw RunError(
          subject: record.path,
          reason: .inputChanged(
            role: record.role, found: "\(byteCount) bytes", expected: "\(record.bytes) bytes"))
      }
      try inputs.add(role: record.role, [record.path])
    }
    let found = try inputs.records()
    for record in records {
      let digest = found.first { $0.path == record.path }?.sha256 ?? ""
      guard digest == record.sha256 else {
        throw RunError(
          subject: record.path,
          reason: .inputChanged(
            role: record.role, found: "SHA-256 \(digest.prefix(16))",
            expected: "SHA-256 \(record.sha256.prefix(16))"))
      }
    }
  }
}
