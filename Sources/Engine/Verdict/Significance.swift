/// Whether features are nearer to their best labels than null features are.
struct Significance: Sendable {
  /// The p-value of each feature, [n]; NaN where it is not read.
  let pValues: [Double]

  /// The p-values without each of the groups of the null, [groups][n]; NaN where not read.
  ///
  /// Intervals of parts of the features need them.
  private(set) var others: [[Float]]

  /// How many strata of features have a null of their own.
  let strataCount: Int

  /// The share of p-values of at most `level`, with an interval over clusters of features.
  let share: IntervalEstimate

  /// How many features the procedure of Benjamini and Hochberg finds at `level`.
  let discoveries: Int

  /// The share of features in which there is nothing to be found.
  let nullShare: IntervalEstimate

  /// The level of shares and of false discoveries.
  static let level = 0.05

  /// The strata of features: quarters by what they have along their common mean.
  static let strataLimit = 4

  /// The groups into which null features are divided that are independent of each other.
  static let groupCount = 16

  /// Compares best scores with those of null features.
  ///
  /// The null is pooled over features and null banks, within strata. Intervals have two variances: that of the
  /// bootstrap over clusters of features, and that which comes of the null banks, by a jackknife over them: all
  /// features share them, and the features of one rotated bank their rotation.
  ///
  /// - Parameters:
  ///   - scores: The best score of each feature, [n]; NaN where it is not read.
  ///   - nullScores: The best scores of null features, [banks][n]; NaN where the feature is not read, or has
  ///     none.
  ///   - strata: The stratum of each feature, [n].
  ///   - isIndependent: Whether null features are independent of each other, and in one stratum: they are
  ///     then divided anew, into `groupCount` groups, however many banks there are.
  ///   - clusters: Features that are not independent of each other have the same number, [n]; each
  ///     stands alone if nil.
  ///   - workers: The number of threads; the result is the same for any.
  init(
    _ scores: [Float], beside nullScores: [[Float]], strata: [Int], isIndependent: Bool = false,
    clusters: [Int]?, workers: Int
  ) {
    let read = scores.indices.filter { !scores[$0].isNaN }
    let count = (strata.max() ?? 0) + 1
    strataCount = count
    let features = read.map { (score: Double(scores[$0]), stratum: strata[$0]) }
    let banks = nullScores.map { bank in read.map { Double(bank[$0]) } }
    let counts = NullCounts(
      features,
      groups: isIndependent
        ? Self.groups(banks.flatMap { $0.filter { !$0.isNaN } })
        : banks.map { bank in
          zip(bank, features).filter { !$0.0.isNaN }.map { ($0, $1.stratum) }
        },
      strataCount: count, workers: workers)
    let tested = counts.pValues(without: nil)
    var whole = [Double](repeating: .nan, count: scores.count)
    for (feature, p) in zip(read, tested) { whole[feature] = p }
    self.pValues = whole
    let lambda = NullShare.usualLambda
    let values: [@Sendable (Double) -> Double] = [
      { $0 <= Self.level ? 1 : 0 }, { $0 > lambda ? 1 / (1 - lambda) : 0 },
    ]
    let others = mapInParallel(count: counts.groupCount, workers: workers) { group in
      let tested = counts.pValues(without: group)
      var whole = [Float](repeating: .nan, count: scores.count)
      for (feature, p) in zip(read, tested) { whole[feature] = Float(p) }
      return (pValues: whole, means: values.map { Self.mean(tested.map($0)) })
    }
    self.others = others.map(\.pValues)
    let groups = clusters.map { clusters in read.map { clusters[$0] } }
    let intervals = values.indices.map { index in
      let items = ClusterBootstrap(values: tested.map(values[index]), clusters: groups)
      return Self.interval(
        mean: Self.mean(tested.map(values[index])), variance: items.variance,
        others: others.map { $0.means[index] }, isKnown: items.clusterCount > 1)
    }
    (share, nullShare) = (intervals[0], intervals[1])
    discoveries = discoveryCount(tested, level: Self.level)
  }

  /// Values of one stratum in groups of as equal size as possible.
  private static func groups(_ values: [Double]) -> [[(Double, Int)]] {
    let count = min(groupCount, values.count)
    return (0..<count).map { group in
      values[(group * values.count / count)..<((group + 1) * values.count / count)]
        .map { ($0, 0) }
    }
  }

  /// A mean with the interval of the two variances, cut off at 0 and 1.
  ///
  /// The variance of the null is that of few values, so quantiles are Student's, with the degrees of freedom of Satterthwaite
  /// (1946) for a sum of variances of which that of the bootstrap is taken to be known. Of one group alone there is no variance,
  /// and the interval is from 0 to 1.
  ///
  /// - Parameters:
  ///   - mean: The mean.
  ///   - variance: Its variance over clusters of features.
  ///   - others: The mean without each of the groups of the null, [g].
  ///   - isKnown: Whether features are of more than one cluster; one says nothing of others.
  ///   - confidence: That of the interval.
  /// - Returns: The mean with its interval.
  static func interval(
    mean: Double, variance: Double, others: [Double], isKnown: Bool = true,
    confidence: Double = IntervalEstimate.usualConfidence
  ) -> IntervalEstimate {
    func cut(_ value: Double) -> Double { min(1, max(0, value)) }
    let groups = Double(others.count)
    guard isKnown, others.count > 1 else {
      return IntervalEstimate(estimate: cut(mean), lower: 0, upper: 1)
    }
    let null = sampleVariance(others) * (groups - 1) * (groups - 1) / groups
    let total = variance + null
    let p = (1 + confidence) / 2
    // Beyond so many degrees of freedom the distribution is the normal one.
    let freedom = null > 0 ? (groups - 1) * (total / null) * (total / null) : .infinity
    let quantile =
      freedom < 1e6
      ? Distributions.studentQuantile(p, freedom: freedom) : Distributions.normalQuantile(p)
    let half = quantile * total.squareRoot()
    return IntervalEstimate(
      estimate: cut(mean), lower: cut(mean - half), upper: cut(mean + half))
  }

  /// 1 - π₀ of some features, by their p-values among all.
  ///
  /// - Parameters:
  ///   - members: Their positions, some of which are read.
  ///   - clusters: A number for each feature that duplicates share, [n].
  ///   - confidence: That of the interval.
  /// - Returns: The share with its interval, which is cut off at 0 and 1.
  func beyond(of members: [Int], clusters: [Int], confidence: Double) -> IntervalEstimate {
    let tested = members.filter { !pValues[$0].isNaN }
    let lambda = NullShare.usualLambda
    func value(_ p: Double) -> Double { p > lambda ? 1 - 1 / (1 - lambda) : 1 }
    let mean = ClusteredMean(
      tested.map { value(pValues[$0]) }, clusters: tested.map { clusters[$0] })
    return Self.interval(
      mean: mean.mean, variance: mean.deviation * mean.deviation,
      others: others.map { other in Self.mean(tested.map { value(Double(other[$0])) }) },
      isKnown: mean.deviation.isFinite, confidence: confidence)
  }

  /// Lets go of what intervals of parts of the features need.
  mutating func trim() { others = [] }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  /// The variance of a sample; 0 of one value.
  private static func sampleVariance(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = mean(values)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  /// Quarters of features by the cosine with their mean, if they have something in common.
  ///
  /// - Parameters:
  ///   - cosines: The inner product of each feature with the mean, [n]; NaN where not read.
  ///   - hasCommon: Whether features have something in common.
  /// - Returns: The stratum of each feature, from 0, [n].
  static func strata(_ cosines: [Float], hasCommon: Bool) -> [Int] {
    guard hasCommon else { return [Int](repeating: 0, count: cosines.count) }
    let order = cosines.indices.filter { !cosines[$0].isNaN }
      .sorted { (cosines[$0], $0) < (cosines[$1], $1) }
    // Of fewer features than quarters each has one of its own, so that none is empty.
    let count = min(strataLimit, order.count)
    var strata = [Int](repeating: 0, count: cosines.count)
    for (place, feature) in order.enumerated() {
      strata[feature] = place * count / order.count
    }
    return strata
  }
}

/// How many null features of each group are at least as good as each feature, from which p-values follow with and without
/// any group.
private struct NullCounts: Sendable {
  /// The stratum of each feature, [n].
  private let strata: [Int]
  /// The null features of the feature's stratum that score at least as much, by group, [groups][n], and of all
  /// groups, [n].
  private let counts: [[Int32]]
  private let totals: [Int32]
  /// The null features of each stratum, by group, [groups][strata].
  private let sizes: [[Int]]

  init(
    _ features: [(score: Double, stratum: Int)], groups: [[(Double, Int)]], strataCount: Int,
    workers: Int
  ) {
    strata = features.map(\.stratum)
    let scores = features.map(\.score)
    precondition(!scores.contains(where: \.isNaN), "an observed value is NaN")
    var members = [[Int]](repeating: [], count: strataCount)
    for (feature, stratum) in strata.enumerated() { members[stratum].append(feature) }
    let rising = mapInParallel(count: strataCount, workers: workers) { [members] stratum in
      members[stratum].sorted { scores[$0] < scores[$1] }
    }
    let parts = mapInParallel(count: groups.count, workers: workers) { index in
      let null = StratifiedNull(
        groups[index].map(\.0), strata: groups[index].map(\.1), count: strataCount)
      var counts = [Int32](repeating: 0, count: scores.count)
      for (null, members) in zip(null.strata, rising) {
        // Both rise: the null values below a feature are those below the feature before, and some more.
        var below = 0
        for feature in members {
          while below < null.count, null.sorted[below] < scores[feature] { below += 1 }
          counts[feature] = Int32(null.count - below)
        }
      }
      return (counts, null.strata.map(\.count))
    }
    counts = parts.map(\.0)
    sizes = parts.map(\.1)
    var totals = [Int32](repeating: 0, count: scores.count)
    for counts in counts {
      for feature in totals.indices { totals[feature] += counts[feature] }
    }
    self.totals = totals
  }

  var groupCount: Int { counts.count }

  /// The p-value of each feature by all groups, or by all but one, [n].
  func pValues(without group: Int?) -> [Double] {
    var size = [Int](repeating: 0, count: sizes.first?.count ?? 0)
    for index in sizes.indices where index != group {
      for stratum in size.indices { size[stratum] += sizes[index][stratum] }
    }
    let left = group.map { counts[$0] }
    return totals.indices.map { feature in
      let count = totals[feature] - (left?[feature] ?? 0)
      return Double(1 + count) / Double(1 + size[strata[feature]])
    }
  }
}
