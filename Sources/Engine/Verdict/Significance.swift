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
  /// The null is pooled over features and null banks, within strata. Intervals have the variance of the
  /// bootstrap over clusters (`ClusterBootstrap.variance`), and that of the figures by single null banks over the number of banks, since all
  /// features share them.
  ///
  /// - Parameters:
  ///   - scores: The best score of each feature, [n]; NaN where it is not read.
  ///   - nullScores: The best scores of null features, [banks][n]; NaN where the feature is not read.
  ///   - strata: The stratum of each feature, [n].
  ///   - clusters: Features that are not independent of each other have the same number, [n]; each
  ///     stands alone if nil.
  ///   - seed: Determines the intervals.
  ///   - workers: The number of threads; the result is the same for any.
  init(
    _ scores: [Float], beside nullScores: [[Float]], strata: [Int], clusters: [Int]?,
    seed: UInt64, workers: Int
  ) {
    let read = scores.indices.filter { !scores[$0].isNaN }
    let count = (strata.max() ?? 0) + 1
    strataCount = count
    let features = read.map { (score: Double(scores[$0]), stratum: strata[$0]) }
    let banks = nullScores.map { bank in read.map { Double(bank[$0]) } }
    let tested = Self.pValues(features, beside: banks, strataCount: count)
    var whole = [Double](repeating: .nan, count: scores.count)
    for (feature, p) in zip(read, tested) { whole[feature] = p }
    self.pValues = whole
    let single = mapInParallel(count: banks.count, workers: workers) {
      Self.pValues(features, beside: [banks[$0]], strataCount: count)
    }
    let groups = clusters.map { clusters in read.map { clusters[$0] } }
    func interval(_ value: (Double) -> Double) -> IntervalEstimate {
      let items = ClusterBootstrap(values: tested.map(value), clusters: groups)
      return Self.interval(
        mean: Self.mean(tested.map(value)), variance: items.variance,
        banks: single.map { Self.mean($0.map(value)) })
    }
    share = interval { $0 <= Self.level ? 1 : 0 }
    discoveries = discoveryCount(tested, level: Self.level)
    let lambda = NullShare.usualLambda
    nullShare = interval { $0 > lambda ? 1 / (1 - lambda) : 0 }
  }

  /// The p-values of features beside null banks, each of as many values as there are features.
  private static func pValues(
    _ features: [(score: Double, stratum: Int)], beside banks: [[Double]], strataCount: Int
  ) -> [Double] {
    let null = StratifiedNull(
      banks.flatMap { $0 }, strata: banks.flatMap { _ in features.map(\.stratum) },
      count: strataCount)
    return features.map { null.pValue(of: $0.score, stratum: $0.stratum) }
  }

  /// A mean with the normal interval of the two variances, cut off at 0 and 1.
  private static func interval(
    mean: Double, variance: Double, banks: [Double]
  ) -> IntervalEstimate {
    let between = banks.count > 1 ? sampleVariance(banks) / Double(banks.count) : 0
    let deviation = (variance + between).squareRoot()
    let z = Distributions.normalQuantile((1 + IntervalEstimate.usualConfidence) / 2)
    func cut(_ value: Double) -> Double { min(1, max(0, value)) }
    return IntervalEstimate(
      estimate: cut(mean), lower: cut(mean - z * deviation), upper: cut(mean + z * deviation))
  }

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
    var strata = [Int](repeating: 0, count: cosines.count)
    for (place, feature) in order.enumerated() {
      strata[feature] = place * strataLimit / order.count
    }
    return strata
  }
}
