/// How often features are named what they fire on, and how often they would be by chance.
public struct NamingSummary: Sendable, Equatable {
  /// The label that comes up most often, and how often it is right.
  public struct Hub: Sendable, Equatable {
    /// The label, the lowest of those that come up equally often; -1 without any.
    public let label: Int32
    /// The share of features whose true class it is.
    public let share: Double
  }

  /// The features that have a true class, n.
  public let featureCount: Int

  /// The share of them that are named their true class: hit@1.
  public let agreement: IntervalEstimate

  /// What `agreement` is on average if names are exchanged between features: the share of pairs of two
  /// different features, of which the first has the true class of the second as its name.
  public let permuted: Double

  /// `agreement` less `permuted`.
  ///
  /// The interval is the bootstrap of its linear part (`NamingTerms`).
  public let excess: IntervalEstimate

  /// What always the most frequent name would reach.
  public let hubName: Hub

  /// What always the most frequent true class would reach.
  public let hubClass: Hub

  /// Counts names that are right.
  ///
  /// - Parameters:
  ///   - names: The label that each feature is named; -1 for none, which is never right.
  ///   - classes: The true class of each; features without one, -1, are left out.
  ///   - clusters: A number for each feature that duplicates share.
  ///   - labelGroups: A number for each label that labels share which count as one, [K].
  ///   - replicates: The replicates of the bootstrap.
  ///   - seed: Determines them.
  ///   - workers: The number of threads.
  public init(
    names: [Int32], classes: [Int32], clusters: [Int], labelGroups: [Int],
    replicates: Int = ClusterBootstrap.usualReplicates, seed: UInt64, workers: Int
  ) {
    precondition(
      names.count == classes.count && names.count == clusters.count,
      "\(names.count) names of \(classes.count) features")
    let asked = classes.indices.filter { classes[$0] >= 0 }
    let groups = LabelGroups(labelGroups)
    let nameGroups = asked.map { groups.group(of: names[$0]) }
    let classGroups = asked.map { groups.group(of: classes[$0]) }
    let (nameCounts, classCounts) = (groups.counts(nameGroups), groups.counts(classGroups))
    let count = asked.count
    let matches = zip(nameGroups, classGroups).map { $0 == $1 && $0 != nil ? 1.0 : 0 }
    let terms = NamingTerms(
      matches: matches,
      classSums: nameGroups.map { Double($0.map { classCounts[$0] } ?? 0) },
      nameSums: classGroups.map { Double($0.map { nameCounts[$0] } ?? 0) })
    // One feature has no other to exchange its name with.
    let chance = count > 1 ? terms.chance : .nan
    let ids = asked.map { clusters[$0] }
    featureCount = count
    let values = [matches, count > 1 ? terms.values : terms.values.map { _ in .nan }]
    let intervals = ClusterBootstrap.intervals(
      values.map { ClusterBootstrap(values: $0, clusters: ids) }, replicates: replicates,
      seed: seed, workers: workers)
    let (agreement, spread) = (intervals[0], intervals[1])
    self.agreement = agreement
    permuted = chance
    excess = IntervalEstimate(
      estimate: agreement.estimate - chance, lower: spread.lower, upper: spread.upper)
    let share = { (group: Int) in Double(classCounts[group]) / Double(count) }
    let hub = { (counts: [Int]) -> Hub in
      guard let most = counts.max(), most > 0, let group = counts.firstIndex(of: most) else {
        return Hub(label: -1, share: count > 0 ? 0 : .nan)
      }
      return Hub(label: groups.firstLabels[group], share: share(group))
    }
    hubName = hub(nameCounts)
    hubClass = hub(classCounts)
  }
}

/// How well the ranks of true classes are, over features.
public struct RankSummary: Sendable, Equatable {
  /// The shares of features whose true class is among the first 1, 5 and 10.
  public let hitShares: [IntervalEstimate]

  /// The ranks that `hitShares` count up to.
  public static let hitRanks = [1, 5, 10]

  /// The mean of 1/rank.
  public let meanReciprocalRank: IntervalEstimate

  /// Summarises ranks.
  ///
  /// - Parameters:
  ///   - ranks: The rank of the true class of each feature, from 1 on; nil for none, which counts as
  ///     never found.
  ///   - clusters: A number for each feature that duplicates share.
  ///   - replicates: The replicates of the bootstrap.
  ///   - seed: Determines them.
  ///   - workers: The number of threads.
  public init(
    ranks: [Int?], clusters: [Int], replicates: Int = ClusterBootstrap.usualReplicates,
    seed: UInt64, workers: Int
  ) {
    let hits = Self.hitRanks.map { k in ranks.map { ($0 ?? .max) <= k ? 1.0 : 0 } }
    let inverses = ranks.map { rank in rank.map { 1 / Double($0) } ?? 0 }
    let intervals = ClusterBootstrap.intervals(
      (hits + [inverses]).map { ClusterBootstrap(values: $0, clusters: clusters) },
      replicates: replicates, seed: seed, workers: workers)
    hitShares = Array(intervals.dropLast())
    meanReciprocalRank = intervals[hits.count]
  }
}
