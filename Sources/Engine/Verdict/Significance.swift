/// Whether features are nearer to their best labels than null features are.
struct Significance: Sendable {
  /// The p-value of each feature, [n]; NaN where it is not read.
  let pValues: [Double]

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

  /// Compares best scores with those of null features.
  ///
  /// The null is pooled over features and null banks, within strata.
  ///
  /// - Parameters:
  ///   - naming: The best scores of features and of null features.
  ///   - strata: The stratum of each feature, [n].
  ///   - clusters: Features that are not independent of each other have the same number, [n]; each
  ///     stands alone if nil.
  ///   - seed: Determines the intervals.
  ///   - workers: The number of threads; the result is the same for any.
  init(
    _ naming: BankReading.Naming, strata: [Int], clusters: [Int]?, seed: UInt64, workers: Int
  ) {
    let read = naming.labels.indices.filter { naming.labels[$0] >= 0 }
    strataCount = (strata.max() ?? 0) + 1
    var (values, places) = ([Double](), [Int]())
    for null in naming.nullScores {
      values += read.map { Double(null[$0]) }
      places += read.map { strata[$0] }
    }
    let null = StratifiedNull(values, strata: places, count: strataCount)
    var pValues = [Double](repeating: .nan, count: naming.labels.count)
    for feature in read {
      pValues[feature] = null.pValue(
        of: Double(naming.scores[feature]), stratum: strata[feature])
    }
    self.pValues = pValues
    let tested = read.map { pValues[$0] }
    let groups = clusters.map { clusters in read.map { clusters[$0] } }
    share = ClusterBootstrap(
      values: tested.map { $0 <= Self.level ? 1 : 0 }, clusters: groups
    ).interval(seed: seed, workers: workers)
    discoveries = discoveryCount(tested, level: Self.level)
    nullShare = NullShare(tested, clusters: groups).interval(seed: seed, workers: workers)
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
    var strata = [Int](repeating: 0, count: cosines.count)
    for (place, feature) in order.enumerated() {
      strata[feature] = place * strataLimit / order.count
    }
    return strata
  }
}
