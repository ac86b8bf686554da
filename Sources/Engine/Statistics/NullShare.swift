/// The share π₀ of tests in which there is nothing to be found, from above.
///
/// π₀(λ) = #{p > λ} / (m (1 − λ)), at most 1. Nothing but true nulls is expected to have p-values
/// above λ, and of those a share of 1 − λ. p-values by permutation are above λ at least so often, so
/// their coarseness makes the share too large rather than too small. Source: Storey 2002, "A direct
/// approach to false discovery rates".
public struct NullShare: Sendable {
  /// The p-value above which tests count where none is stated.
  public static let usualLambda = 0.5

  private let lambda: Double
  private let bootstrap: ClusterBootstrap

  /// Prepares the share.
  ///
  /// - Parameters:
  ///   - pValues: Numbers from 0 to 1.
  ///   - lambda: λ, from 0 to below 1.
  ///   - clusters: The cluster of each test, for the interval; if nil, each is one.
  public init(_ pValues: [Double], lambda: Double = usualLambda, clusters: [Int]? = nil) {
    precondition((0..<1).contains(lambda), "λ is \(lambda)")
    self.lambda = lambda
    let isAbove = pValues.map { p in
      precondition((0...1).contains(p), "a p-value of \(p)")
      return p > lambda ? 1.0 : 0.0
    }
    bootstrap = ClusterBootstrap(values: isAbove, clusters: clusters)
  }

  /// π₀, from 0 to 1; NaN if there are no tests.
  public var estimate: Double { nullShare(bootstrap.estimate) }

  /// π₀ with the percentile interval of the bootstrap over clusters; its ends are cut off at 1 too.
  ///
  /// - Parameters:
  ///   - confidence: The confidence, above 0 and below 1.
  ///   - replicates: How many replicates.
  ///   - seed: Determines the replicates.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Returns: NaN throughout where there are no tests.
  public func interval(
    confidence: Double = IntervalEstimate.usualConfidence,
    replicates: Int = ClusterBootstrap.usualReplicates,
    seed: UInt64, workers: Int = 1
  ) -> IntervalEstimate {
    let above = bootstrap.interval(
      confidence: confidence, replicates: replicates, seed: seed, workers: workers)
    return IntervalEstimate(
      estimate: estimate, lower: nullShare(above.lower), upper: nullShare(above.upper))
  }

  /// The share that belongs to a share of p-values above λ.
  private func nullShare(_ above: Double) -> Double {
    above.isNaN ? .nan : min(1, above / (1 - lambda))
  }
}
