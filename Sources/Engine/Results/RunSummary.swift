/// What can be said of all features of a run together.
public struct RunSummary: Sendable {
  /// The number of features of each status, in the order of the cases.
  public let statusCounts: [(status: FeatureStatus, count: Int)]

  /// The best cosine of each feature.
  public let bestCosine: Quantiles

  /// The best cosine less the second best.
  public let margin: Quantiles

  /// The entropy of the probabilities, in nats.
  public let entropy: Quantiles

  /// The labels that are first most often, and how often; equal counts by id.
  public let mostOftenFirst: [(label: Int, count: Int)]

  /// The usable labels that are first of no feature.
  public let neverFirstCount: Int

  /// Summarises a run.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - labelCount: The most labels listed.
  public init(_ run: RunDirectory, labelCount: Int) {
    let features = run.features
    statusCounts = FeatureStatus.allCases.map { status in
      (status, features.statuses.count { $0 == status.rawValue })
    }
    bestCosine = Quantiles(
      of: features.topCount == 0
        ? [] : (0..<features.rows).map { features.topCosines[$0 * features.topCount] })
    margin = Quantiles(of: features.margins)
    entropy = Quantiles(of: features.entropies)
    let counts = run.firstCounts
    let order = counts.indices.filter { counts[$0] > 0 }
      .sorted { (counts[$0], $1) > (counts[$1], $0) }
    mostOftenFirst = order.prefix(labelCount).map { ($0, counts[$0]) }
    neverFirstCount = counts.indices.count {
      counts[$0] == 0 && run.labelStatuses[$0] == Int(LabelStatus.usable.rawValue)
    }
  }
}
