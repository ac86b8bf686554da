/// How a scan, or the encoding of labels, keeps to a limit of memory.
///
/// All workers and a label bank in memory where that is possible; else the bank is read part by
/// part from its file; else there are fewer workers. None of it bears on the results.
public struct MemoryPlan: Equatable, Sendable {
  /// The limit on what is not mapped, in bytes.
  public internal(set) var limit: Int

  /// The number of threads asked for.
  public let requestedWorkers: Int

  /// The number of threads to use.
  public internal(set) var workers: Int

  /// Whether label embeddings stay in their file and are read part by part.
  public let streamsLabels: Bool

  /// What encoding labels takes at its peak, in bytes, 0 if none are encoded.
  public let encodingBytes: Int

  /// What a scan takes besides labels, in bytes.
  public let scanBytes: Int

  /// What labels take while they are scanned, in bytes.
  public let labelBytes: Int

  /// The bytes of the files that are mapped and scanned, which the limit leaves out.
  public let mappedBytes: Int

  /// What a verdict beside the scan takes at its peak, labels included, in bytes; 0 without.
  public internal(set) var verdictBytes = 0

  /// What is taken at the peak, in bytes.
  public var peakBytes: Int { max(encodingBytes, scanBytes + labelBytes, verdictBytes) }
}

extension MemoryPlan {
  /// Finds a way to keep to a limit.
  ///
  /// - Parameters:
  ///   - sizes: What is to be done.
  ///   - workers: The number of threads asked for.
  ///   - stated: The limit in bytes, if one is stated.
  ///   - standard: The limit where none is stated.
  ///   - labels: What the labels are called in messages.
  /// - Throws: `RunError` if there is no way.
  init(
    _ sizes: MemorySizes, workers: Int, stated: Int?, standard: @autoclosure () -> Int,
    labels: String
  ) throws(RunError) {
    let limit = stated ?? standard()
    func plan(_ count: Int, _ streamsLabels: Bool) -> MemoryPlan {
      MemoryPlan(
        sizes, limit: limit, requestedWorkers: workers, workers: count,
        streamsLabels: streamsLabels)
    }
    let ways = (1...workers).reversed().flatMap { count in
      (sizes.isStored ? [false, true] : [false]).map { plan(count, $0) }
    }
    if let way = ways.first(where: { $0.peakBytes <= limit }) {
      self = way
      return
    }
    let least = ways.min { $0.peakBytes < $1.peakBytes } ?? plan(1, false)
    let withoutLabels = least.scanBytes
    guard withoutLabels <= limit else {
      throw RunError(
        subject: stated == nil ? "memory" : "--max-memory",
        reason: .memoryBelowOneBlock(
          found: limit, needed: withoutLabels, isStated: stated != nil))
    }
    let encoder = Self.bytes(sizes.encoderBytes(workers: 1))
    guard encoder <= limit else {
      throw RunError(
        subject: stated == nil ? "memory" : "--max-memory",
        reason: .memoryBelowEncoder(found: limit, needed: encoder, isStated: stated != nil))
    }
    throw RunError(
      subject: labels,
      reason: .labelsBeyondMemory(
        count: sizes.labelCount, found: limit, needed: least.peakBytes, isStored: sizes.isStored))
  }

  private init(
    _ sizes: MemorySizes, limit: Int, requestedWorkers: Int, workers: Int, streamsLabels: Bool
  ) {
    self.limit = limit
    self.requestedWorkers = requestedWorkers
    self.workers = workers
    self.streamsLabels = streamsLabels
    encodingBytes = Self.bytes(sizes.encodingBytes(workers: workers))
    scanBytes = Self.bytes(sizes.scanBytes(workers: workers, streamsLabels: streamsLabels))
    labelBytes = Self.bytes(sizes.labelTableBytes + (streamsLabels ? 0 : sizes.bankBytes))
    mappedBytes = sizes.mappedBytes
  }

  /// Bytes that `Int` can hold with room for sums: sizes that a file claims may be any.
  private static func bytes(_ amount: Double) -> Int { Int(min(amount, 0x1p60)) }
}

extension MemoryPlan: CustomStringConvertible {
  /// What will be used, in one line.
  public var description: String {
    let threads =
      workers < requestedWorkers
      ? "\(workers) of \(requestedWorkers) threads" : "\(workers) thread" + (workers > 1 ? "s" : "")
    var parts = ["memory: about \(MemorySize.text(max(scanBytes, 1))) for \(threads)"]
    if scanBytes == 0 {
      parts = ["memory: about \(MemorySize.text(encodingBytes)) to encode labels on \(threads)"]
    } else {
      parts.append("\(MemorySize.text(labelBytes)) for labels" + (streamsLabels ? " by parts" : ""))
      if encodingBytes > 0 {
        parts.append("before that \(MemorySize.text(encodingBytes)) to encode them")
      }
    }
    parts.append("limit \(MemorySize.text(limit))")
    if mappedBytes > 0 { parts.append("mapped \(MemorySize.text(mappedBytes))") }
    return parts.joined(separator: ", ")
  }

  /// What a run records of its memory.
  var record: JSONValue {
    [
      "limit_bytes": .integer(limit), "planned_bytes": .integer(peakBytes),
      "mapped_bytes": .integer(mappedBytes), "labels_streamed": .bool(streamsLabels),
    ]
  }
}
