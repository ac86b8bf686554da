/// What is kept beside a shard: that it is complete, of which plan, and what its bytes are.
struct ShardRecord: Sendable, Equatable {
  /// The shard.
  let index: Int

  /// Its rows in the run.
  let rows: Range<Int>

  /// The digest of the plan that it belongs to.
  let plan: String

  /// The version of the engine that computed it.
  let engine: String

  /// The kernel of the linear algebra, on which the last digits depend.
  let kernel: String

  /// The checksum of each block of its rows, all columns of a block together.
  let checksums: [String]

  /// The size of the file in bytes.
  let byteCount: Int

  /// The digest of the file.
  let sha256: String

  /// Where and how fast it was computed, which the results do not depend on.
  let circumstances: JSONValue

  /// The version of the format; readers refuse any other.
  static let formatVersion = 1

  /// The record as it is stored.
  var json: JSONValue {
    [
      "format": "lensctl.shard", "format_version": .integer(Self.formatVersion),
      "index": .integer(index), "first": .integer(rows.lowerBound), "count": .integer(rows.count),
      "plan": .string(plan), "engine": .string(engine), "blas_kernel": .string(kernel),
      "blocks": .array(checksums.map { .string($0) }), "bytes": .integer(byteCount),
      "sha256": .string(sha256), "circumstances": circumstances,
    ]
  }
}

extension ShardRecord {
  /// Where and how fast the shard was computed, as `environment.json` of a run has it.
  var summary: JSONValue {
    var summary: JSONObject = ["index": .integer(index), "blas_kernel": .string(kernel)]
    for name in circumstances.object?.names ?? [] { summary[name] = circumstances[name] }
    return .object(summary)
  }

  /// Reads a record.
  ///
  /// - Parameters:
  ///   - json: What is stored; nil if it lacks anything that a record has.
  ///   - path: Where it is stored.
  /// - Throws: `ShardError` if it is of another version of the format.
  init?(_ json: JSONValue, at path: String) throws(ShardError) {
    guard json["format"] == "lensctl.shard", let version = json["format_version"] else {
      return nil
    }
    guard version == .integer(Self.formatVersion) else {
      throw ShardError(
        path: path,
        reason: .otherVersion(
          found: "format_version \(version.serialized())",
          expected: "format_version \(Self.formatVersion)"))
    }
    guard let index = json["index"]?.integer, let first = json["first"]?.integer,
      let count = json["count"]?.integer, first >= 0, count >= 0, first <= Int.max - count,
      let plan = json["plan"]?.string, let engine = json["engine"]?.string,
      let kernel = json["blas_kernel"]?.string, let blocks = json["blocks"]?.array,
      let byteCount = json["bytes"]?.integer, let sha256 = json["sha256"]?.string
    else { return nil }
    self.index = index
    rows = first..<(first + count)
    self.plan = plan
    self.engine = engine
    self.kernel = kernel
    checksums = blocks.compactMap(\.string)
    self.byteCount = byteCount
    self.sha256 = sha256
    circumstances = json["circumstances"] ?? .null
  }
}
