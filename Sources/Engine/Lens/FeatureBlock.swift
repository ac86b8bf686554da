/// What became of a feature, as it is stored in the column `status`.
public enum FeatureStatus: UInt8, Sendable, CaseIterable {
  /// It was read.
  case read = 0
  /// Its direction has no length.
  case dead = 1
  /// Its direction, or the image of it, has elements that are not finite.
  case nonFinite = 2
  /// The map takes its direction to nothing.
  case unmapped = 3

  /// The status as it is written in `run.json` and in lines of JSON.
  public var name: String {
    switch self {
    case .read: "read"
    case .dead: "dead"
    case .nonFinite: "nonfinite"
    case .unmapped: "unmapped"
    }
  }
}

/// The results of a run of features, as columns.
///
/// Every column has one row for each feature, in order. Rows of features that were not read hold
/// -1 for ids and NaN for numbers.
public struct FeatureBlock: Sendable, Equatable {
  /// The labels kept for each feature and end, K.
  public let topCount: Int

  /// The ids of the features, [rows].
  public var featureIDs: [Int32] = []
  /// What became of each feature, [rows]; raw values of `FeatureStatus`.
  public var statuses: [UInt8] = []

  /// The most likely labels, best first, [rows, K].
  public var topLabelIDs: [Int32] = []
  /// Their cosines, [rows, K].
  public var topCosines: [Float] = []
  /// Their probabilities among all labels, [rows, K].
  public var topProbabilities: [Float] = []
  /// The least likely labels, worst first, [rows, K].
  public var bottomLabelIDs: [Int32] = []
  /// Their cosines, [rows, K].
  public var bottomCosines: [Float] = []
  /// Their probabilities among all labels, [rows, K].
  public var bottomProbabilities: [Float] = []

  /// The mean cosine over labels, [rows].
  public var means: [Float] = []
  /// The population standard deviation of the cosines, [rows].
  public var standardDeviations: [Float] = []
  /// The third standardised moment of the cosines, [rows].
  public var skewnesses: [Float] = []
  /// The fourth standardised moment of the cosines, 3 for a normal distribution, [rows].
  public var kurtoses: [Float] = []
  /// The best cosine less the second best, [rows].
  public var margins: [Float] = []
  /// The entropy of the probabilities in nats, [rows].
  public var entropies: [Float] = []
  /// The logarithm of the sum of `exp(logitScale · cosine)`, [rows].
  public var logPartitions: [Float] = []

  /// The number of features.
  public var rows: Int { featureIDs.count }

  /// Whether the feature of a row was read.
  public func isRead(_ row: Int) -> Bool { statuses[row] == FeatureStatus.read.rawValue }

  /// The number of features that were read.
  public var readCount: Int { statuses.count { $0 == FeatureStatus.read.rawValue } }

  /// Makes an empty block.
  ///
  /// - Parameter topCount: The labels kept for each feature and end.
  public init(topCount: Int) {
    self.topCount = topCount
  }

  /// Some of the features.
  ///
  /// - Parameter range: Their rows.
  /// - Returns: All columns of these rows.
  func extracting(_ range: Range<Int>) -> FeatureBlock {
    let kept = (range.lowerBound * topCount)..<(range.upperBound * topCount)
    var block = FeatureBlock(topCount: topCount)
    block.featureIDs = Array(featureIDs[range])
    block.statuses = Array(statuses[range])
    block.topLabelIDs = Array(topLabelIDs[kept])
    block.topCosines = Array(topCosines[kept])
    block.topProbabilities = Array(topProbabilities[kept])
    block.bottomLabelIDs = Array(bottomLabelIDs[kept])
    block.bottomCosines = Array(bottomCosines[kept])
    block.bottomProbabilities = Array(bottomProbabilities[kept])
    block.means = Array(means[range])
    block.standardDeviations = Array(standardDeviations[range])
    block.skewnesses = Array(skewnesses[range])
    block.kurtoses = Array(kurtoses[range])
    block.margins = Array(margins[range])
    block.entropies = Array(entropies[range])
    block.logPartitions = Array(logPartitions[range])
    return block
  }

  /// Appends the features of another block.
  mutating func append(_ other: FeatureBlock) {
    precondition(other.topCount == topCount, "\(other.topCount) labels to \(topCount)")
    featureIDs += other.featureIDs
    statuses += other.statuses
    topLabelIDs += other.topLabelIDs
    topCosines += other.topCosines
    topProbabilities += other.topProbabilities
    bottomLabelIDs += other.bottomLabelIDs
    bottomCosines += other.bottomCosines
    bottomProbabilities += other.bottomProbabilities
    means += other.means
    standardDeviations += other.standardDeviations
    skewnesses += other.skewnesses
    kurtoses += other.kurtoses
    margins += other.margins
    entropies += other.entropies
    logPartitions += other.logPartitions
  }
}
