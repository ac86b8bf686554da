internal import Foundation

/// The shards of one run: a plan in `run.json`, and in `shards/` of each shard its columns and the
/// record that says that these are complete.
///
/// A shard counts if its record does and its bytes are those of the record. The record is written
/// when the columns have their name and are durable.
package struct ShardFolder: Sendable {
  /// The directory.
  let path: String

  /// How the run is cut.
  let plan: ShardPlan

  /// The labels kept for each feature and end, K.
  let topCount: Int

  /// The labels of the bank, C.
  let labelCount: Int

  /// The features of a block, of which each has a checksum.
  let blockSize: Int

  /// The plan.
  var planPath: String { path + "/run.json" }

  /// The directory of the shards.
  var shardsPath: String { Self.shardsPath(in: path) }

  /// The columns of a shard.
  func columnsPath(_ index: Int) -> String {
    shardsPath + "/" + String(format: "%05ld", index) + ".safetensors"
  }

  /// The record of a shard.
  func recordPath(_ index: Int) -> String { Self.recordPath(index, in: path) }

  /// The record of a shard, for those who only ask whether it is there.
  ///
  /// - Parameters:
  ///   - index: The shard.
  ///   - directory: The directory of the run.
  /// - Returns: The path.
  package static func recordPath(_ index: Int, in directory: String) -> String {
    shardsPath(in: directory) + "/" + String(format: "%05ld", index) + ".json"
  }

  private static func shardsPath(in directory: String) -> String {
    directory + "/" + RunWriter.shardsName
  }

  /// Where the columns of a shard lie in its file.
  func layout(_ index: Int) -> SafetensorsLayout {
    FeatureColumn.layout(featureCount: plan.rows(of: index).count, topCount: topCount)
  }
}

// MARK: - The plan on disk

extension ShardFolder {
  /// Whether there is a plan, or anything under its name.
  var hasPlan: Bool { MappedFile.exists(planPath) }

  /// How a plan that is there differs from another; nil if there is none that can be read.
  func differences(from facts: PlanFacts) -> [JSONValue.Difference]? {
    guard let found = try? JSONValue(contentsOf: planPath), found["format"] == PlanFacts.format
    else { return nil }
    let differences = found.differences(from: facts.json)
    // The table follows from the size.
    return differences.contains { $0.place == "shards.size" }
      ? differences.filter { !$0.place.hasPrefix("shards.table") } : differences
  }

  /// Writes the plan if it is not there, into a directory that is.
  ///
  /// - Parameter facts: The plan.
  /// - Throws: `ShardError` if there is another plan, `OutputError` if it cannot be written.
  func open(_ facts: PlanFacts) throws {
    if let differences = differences(from: facts) {
      guard differences.isEmpty else {
        throw ShardError(path: path, reason: .otherCommand(differences))
      }
    } else {
      try OutputFile.write(json: facts.json, to: planPath)
    }
  }

  /// Makes the directory of the shards if it is not there.
  ///
  /// - Throws: `OutputError` if it cannot be made.
  func makeDirectory() throws(OutputError) {
    do {
      try FileManager.default.createDirectory(
        atPath: shardsPath, withIntermediateDirectories: true)
    } catch {
      throw OutputError(path: shardsPath, error, isCreation: true)
    }
  }

  /// Removes the plan and all shards.
  ///
  /// - Throws: `OutputError` if they cannot be removed.
  func clear() throws(OutputError) {
    for path in [planPath, shardsPath] where MappedFile.exists(path) {
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw OutputError(path: path, error, isCreation: false)
      }
    }
  }

  /// Whether something says that a shard was complete.
  func has(_ index: Int) -> Bool { MappedFile.exists(recordPath(index)) }

  /// Whether any shard was completed.
  var hasShards: Bool { (0..<plan.count).contains(where: has) }

  /// The shards of which nothing says that they were ever complete.
  var missing: [Int] { (0..<plan.count).filter { !has($0) } }

  /// The record of a shard that was completed.
  ///
  /// - Parameter index: The shard.
  /// - Returns: What is on disk.
  /// - Throws: `CheckpointError` if the disk fails, `ShardError` if what stands there is no record, or one of another version.
  func record(of index: Int) throws -> ShardRecord {
    let place = recordPath(index)
    var json: JSONValue?
    do {
      json = try JSONValue(contentsOf: place)
    } catch  where error.kind == .inputOutput {
      throw error
    } catch {}
    guard let json, let record = try ShardRecord(json, at: place) else {
      throw ShardError(path: place, reason: .damaged("no record can be read"))
    }
    return record
  }
}

// MARK: - Reading

extension ShardFolder {
  /// What became of a shard.
  enum State: Sendable {
    /// Nothing says that it was ever complete.
    case missing
    /// It was complete, and is not what it was.
    case damaged(String)
    case complete(ShardRecord, FeatureFile)
  }

  /// Looks at a shard, and at every byte of it.
  ///
  /// - Parameters:
  ///   - index: The shard.
  ///   - facts: The plan.
  /// - Returns: What became of it.
  /// - Throws: `ShardError` if it is one of another plan or version.
  func state(of index: Int, _ facts: PlanFacts) throws(ShardError) -> State {
    let place = recordPath(index)
    guard MappedFile.exists(place) else { return .missing }
    guard let json = try? JSONValue(contentsOf: place),
      let record = try ShardRecord(json, at: place)
    else {
      return .damaged("no record can be read")
    }
    guard record.engine == Engine.version else {
      throw ShardError(
        path: place, reason: .otherVersion(found: record.engine, expected: Engine.version))
    }
    guard record.plan == facts.digest else {
      throw ShardError(path: place, reason: .otherPlan(found: record.plan, expected: facts.digest))
    }
    guard record.index == index, record.rows == plan.rows(of: index) else {
      return .damaged("the record is not that of this shard")
    }
    guard let bytes = try? MappedFile.contents(of: columnsPath(index)) else {
      return .damaged("no columns can be read")
    }
    if let fault = fault(of: bytes, record) { return .damaged(fault) }
    do {
      let path = columnsPath(index)
      let file = try FeatureFile(
        file: try TensorFile(safetensors: bytes, path: path), labelCount: labelCount)
      return .complete(record, file)
    } catch {
      return .damaged("\(error)")
    }
  }

  /// What is wrong with the bytes of a shard, by its record; nil if nothing is.
  private func fault(of bytes: Data, _ record: ShardRecord) -> String? {
    let layout = layout(record.index)
    guard bytes.count == record.byteCount, bytes.count == layout.fileSize else {
      return "found \(bytes.count) bytes, expected \(layout.fileSize)"
    }
    guard bytes.prefix(layout.header.count) == layout.header else { return "another header" }
    let columns = FeatureColumn.all(topCount: topCount)
    let starts = Array(stride(from: 0, to: record.rows.count, by: blockSize))
    guard starts.count == record.checksums.count else { return "another number of blocks" }
    for (start, checksum) in zip(starts, record.checksums) {
      let rows = start..<min(start + blockSize, record.rows.count)
      var stored = Data()
      for (column, offset) in zip(columns, layout.offsets) {
        let first = bytes.startIndex + offset + rows.lowerBound * column.stride
        stored += bytes[first..<(first + rows.count * column.stride)]
      }
      guard BlockChecksum.xxh3(stored) == checksum else {
        return "rows \(rows.lowerBound) to \(rows.upperBound - 1) have another checksum"
      }
    }
    guard FileDigest.sha256(bytes) == record.sha256 else { return "another SHA-256" }
    return nil
  }
}
