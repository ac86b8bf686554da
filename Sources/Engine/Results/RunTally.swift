/// What is counted over all features of a run.
struct RunTally: Sendable {
  /// The features counted so far.
  private(set) var featureCount = 0

  /// How many features have each status.
  private(set) var statusCounts: [FeatureStatus: Int] = [:]

  /// How often each label is the first of a feature, [C].
  private(set) var firstCounts: [Int64]

  /// How often each label is among the K best of a feature, [C].
  private(set) var topCounts: [Int64]

  /// Starts at zero.
  ///
  /// - Parameter labelCount: The labels of the bank, C.
  init(labelCount: Int) {
    firstCounts = [Int64](repeating: 0, count: labelCount)
    topCounts = firstCounts
  }

  /// Adds the features of a block.
  mutating func add(_ block: FeatureBlock) {
    featureCount += block.rows
    for (row, code) in block.statuses.enumerated() {
      let status = FeatureStatus(rawValue: code) ?? .unmapped
      statusCounts[status, default: 0] += 1
      guard status == .read else { continue }
      let labels = block.topLabelIDs[(row * block.topCount)..<((row + 1) * block.topCount)]
      for (rank, label) in labels.enumerated() {
        if rank == 0 { firstCounts[Int(label)] += 1 }
        topCounts[Int(label)] += 1
      }
    }
  }

  /// The counts of features, by the names of their status.
  var json: JSONValue {
    var counts: JSONObject = ["features": .integer(featureCount)]
    for status in FeatureStatus.allCases {
      counts[status.name] = .integer(statusCounts[status, default: 0])
    }
    return .object(counts)
  }
}
