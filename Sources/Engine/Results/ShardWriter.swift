internal import Foundation

/// Writes one shard: its columns under a temporary name, and when these are durable under their own
/// name the record.
struct ShardWriter: Sendable {
  private let folder: ShardFolder
  private let index: Int
  private let columns: [FeatureColumn]
  private let layout: SafetensorsLayout
  private let file: PendingFile
  private var rows = 0
  private var checksums: [String] = []

  /// Starts a shard; what others left of it under temporary names is removed.
  ///
  /// - Parameters:
  ///   - folder: The shards of the run.
  ///   - index: The shard.
  /// - Throws: `OutputError` if no file can be made.
  init(_ folder: ShardFolder, index: Int) throws(OutputError) {
    self.folder = folder
    self.index = index
    columns = FeatureColumn.all(topCount: folder.topCount)
    layout = folder.layout(index)
    Temporaries.removeLeftovers(of: folder.columnsPath(index), folder.recordPath(index))
    file = try PendingFile(folder.columnsPath(index))
    do {
      try file.write(layout.header, at: 0)
    } catch {
      file.discard()
      throw error
    }
  }

  /// Appends features.
  ///
  /// - Parameter block: The next block, full unless it is the last.
  /// - Throws: `OutputError` if it cannot be written.
  mutating func write(_ block: FeatureBlock) throws(OutputError) {
    var stored = Data()
    for (column, offset) in zip(columns, layout.offsets) {
      let bytes = column.bytes(block)
      try file.write(bytes, at: offset + rows * column.stride)
      stored += bytes
    }
    checksums.append(BlockChecksum.xxh3(stored))
    rows += block.rows
  }

  /// Makes the shard durable, gives it its name and writes its record.
  ///
  /// - Parameters:
  ///   - facts: The plan.
  ///   - kernel: The kernel of the linear algebra.
  ///   - circumstances: Where and how fast it was computed.
  /// - Throws: `OutputError` if that cannot be done; the shard does not count then.
  func commit(
    _ facts: PlanFacts, kernel: String, circumstances: JSONValue
  ) throws(OutputError) {
    let planned = folder.plan.rows(of: index)
    precondition(rows == planned.count, "\(rows) rows of \(planned.count)")
    let path = folder.columnsPath(index)
    try file.commit()
    let digest: String
    do {
      digest = try FileDigest.sha256(contentsOf: path)
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
    let record = ShardRecord(
      index: index, rows: planned, plan: facts.digest, engine: Engine.version, kernel: kernel,
      checksums: checksums, byteCount: layout.fileSize, sha256: digest,
      circumstances: circumstances)
    try OutputFile.write(json: record.json, to: folder.recordPath(index))
  }

  /// Removes what was written.
  func discard() { file.discard() }
}
