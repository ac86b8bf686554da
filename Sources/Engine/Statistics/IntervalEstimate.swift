/// A figure and the interval that belongs to it.
public struct IntervalEstimate: Sendable, Equatable {
  /// The confidence of intervals where none is stated.
  public static let usualConfidence = 0.95

  /// The figure itself.
  public let estimate: Double

  /// The lower end of the interval.
  public let lower: Double

  /// The upper end of the interval.
  public let upper: Double

  /// Joins a figure and its interval.
  public init(estimate: Double, lower: Double, upper: Double) {
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
  }

  /// The interval of one less the value.
  public var complement: IntervalEstimate {
    IntervalEstimate(estimate: 1 - estimate, lower: 1 - upper, upper: 1 - lower)
  }

  /// Whether a number lies in the interval, ends included.
  public func covers(_ value: Double) -> Bool { lower <= value && value <= upper }
}

// MARK: - Shares

extension IntervalEstimate {
  /// The share k/n with the interval of Clopper and Pearson, which holds the true share with at
  /// least the confidence 1 − α.
  ///
  /// Its ends are the α/2 quantile of Beta(k, n − k + 1), 0 for k = 0, and the 1 − α/2 quantile of
  /// Beta(k + 1, n − k), 1 for k = n. Source: Clopper, Pearson 1934.
  ///
  /// - Parameters:
  ///   - successes: How many count, k, from 0 to n.
  ///   - trials: How many there are, n. For 0 the share is NaN, and the interval 0 to 1.
  ///   - confidence: 1 − α, above 0 and below 1.
  /// - Returns: The share and its interval, within 0 to 1.
  public static func clopperPearson(
    successes: Int, of trials: Int, confidence: Double = usualConfidence
  ) -> IntervalEstimate {
    check(successes, of: trials, confidence)
    let (k, n) = (Double(successes), Double(trials))
    let half = (1 - confidence) / 2
    return IntervalEstimate(
      estimate: k / n,
      lower: successes == 0 ? 0 : Distributions.betaQuantile(half, a: k, b: n - k + 1),
      upper: successes == trials
        ? 1 : Distributions.betaQuantile(1 - half, a: k + 1, b: n - k))
  }

  /// The share p = k/n with the interval of Wilson, which is narrower than that of Clopper and
  /// Pearson and holds the true share with about the confidence.
  ///
  /// (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n), z the 1 − α/2 quantile of the standard
  /// normal distribution. Source: Wilson 1927.
  ///
  /// - Parameters:
  ///   - successes: How many count, k, from 0 to n.
  ///   - trials: How many there are, n. For 0 the share is NaN, and the interval 0 to 1.
  ///   - confidence: 1 − α, above 0 and below 1.
  /// - Returns: The share and its interval, within 0 to 1.
  public static func wilson(
    successes: Int, of trials: Int, confidence: Double = usualConfidence
  ) -> IntervalEstimate {
    check(successes, of: trials, confidence)
    guard trials > 0 else { return IntervalEstimate(estimate: .nan, lower: 0, upper: 1) }
    let n = Double(trials)
    let p = Double(successes) / n
    let z = Distributions.normalQuantile((1 + confidence) / 2)
    let scale = 1 + z * z / n
    let center = (p + z * z / (2 * n)) / scale
    let half = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / scale
    return IntervalEstimate(
      estimate: p, lower: successes == 0 ? 0 : max(0, center - half),
      upper: successes == trials ? 1 : min(1, center + half))
  }

  private static func check(_ successes: Int, of trials: Int, _ confidence: Double) {
    precondition(0 <= successes && successes <= trials, "\(successes) of \(trials)")
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
  }
}
