/// How the features of a run are cut into shards, which are computed and kept one by one.
public struct ShardPlan: Sendable, Equatable {
  /// The features of the run.
  public let featureCount: Int

  /// The features of each shard but the last.
  public let shardSize: Int

  /// The number of shards, at least 1.
  public var count: Int { max(1, (featureCount + shardSize - 1) / shardSize) }

  /// The work after which what was done is kept, in floating-point operations: 4 s of two fast
  /// cores, a minute of one slow one.
  private static let usualWork = 2e12

  /// The most blocks of a shard of the usual size, whatever the work: about a million features.
  private static let blockLimit = 1092

  /// Cuts a run.
  ///
  /// - Parameters:
  ///   - featureCount: The features of the run.
  ///   - shardSize: The features of a shard, at least 1.
  public init(featureCount: Int, shardSize: Int) {
    precondition(featureCount >= 0 && shardSize > 0, "\(featureCount) features by \(shardSize)")
    self.featureCount = featureCount
    self.shardSize = shardSize
  }

  /// Cuts a run into shards that each take about as long, whatever machine computes them.
  ///
  /// - Parameters:
  ///   - featureCount: The features of the run.
  ///   - workPerFeature: The floating-point operations of a feature.
  ///   - blockSize: The features of a block, of which shards are multiples.
  public init(featureCount: Int, workPerFeature: Double, blockSize: Int) {
    self.init(
      featureCount: featureCount,
      shardSize: Self.size(
        work: Self.usualWork, workPerFeature: workPerFeature, blockSize: blockSize,
        blockLimit: Self.blockLimit))
  }

  /// The features of a shard that takes so much work.
  ///
  /// - Parameters:
  ///   - work: The floating-point operations of the shard.
  ///   - workPerFeature: Those of a feature.
  ///   - blockSize: The features of a block.
  ///   - blockLimit: The most blocks of a shard, whatever the work.
  /// - Returns: Whole blocks, at least one.
  package static func size(
    work: Double, workPerFeature: Double, blockSize: Int, blockLimit: Int
  ) -> Int {
    blockSize * Int(max(1, min(work / (workPerFeature * Double(blockSize)), Double(blockLimit))))
  }

  /// The rows of a shard in the run.
  ///
  /// - Parameter index: The shard, `0..<count`.
  /// - Returns: Its rows.
  public func rows(of index: Int) -> Range<Int> {
    precondition((0..<count).contains(index), "shard \(index) of \(count)")
    return (index * shardSize)..<min((index + 1) * shardSize, featureCount)
  }

  /// The plan as `run.json` of a run in the making has it.
  var json: JSONValue {
    [
      "size": .integer(shardSize),
      "table": .array(
        (0..<count).map { index in
          let rows = rows(of: index)
          return ["first": .integer(rows.lowerBound), "count": .integer(rows.count)]
        }),
    ]
  }
}
