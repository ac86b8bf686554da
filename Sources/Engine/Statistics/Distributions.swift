internal import CDistributions

/// Probabilities and quantiles of the distributions that tests and intervals need.
///
/// All but the binomial ones are those of Boost.Math, relative error about 1e-15 in the range that
/// tests use; an argument outside of its range gives NaN. Tails are computed as such, not as a
/// difference from 1, so small ones keep their digits.
public enum Distributions {
  /// P(X ≤ x) of the standard normal distribution.
  public static func normalCDF(_ x: Double) -> Double { distribution_normal_cdf(x) }

  /// P(X > x) of the standard normal distribution.
  public static func normalTail(_ x: Double) -> Double { distribution_normal_tail(x) }

  /// The x of P(X ≤ x) = p of the standard normal distribution; infinite for 0 and 1.
  public static func normalQuantile(_ p: Double) -> Double { distribution_normal_quantile(p) }

  /// P(X ≤ t) of Student's distribution.
  ///
  /// - Parameters:
  ///   - t: The value.
  ///   - freedom: The degrees of freedom, above 0; any number, whole or not.
  /// - Returns: From 0 to 1.
  public static func studentCDF(_ t: Double, freedom: Double) -> Double {
    distribution_student_cdf(t, freedom)
  }

  /// P(X > t) of Student's distribution.
  public static func studentTail(_ t: Double, freedom: Double) -> Double {
    distribution_student_tail(t, freedom)
  }

  /// The t of P(X ≤ t) = p of Student's distribution.
  public static func studentQuantile(_ p: Double, freedom: Double) -> Double {
    distribution_student_quantile(p, freedom)
  }

  /// P(X ≤ x) of the beta distribution, the regularised incomplete beta function I_x(a, b).
  ///
  /// - Parameters:
  ///   - x: The value, from 0 to 1.
  ///   - a: The first shape, above 0.
  ///   - b: The second shape, above 0.
  /// - Returns: From 0 to 1.
  public static func betaCDF(_ x: Double, a: Double, b: Double) -> Double {
    distribution_beta_cdf(x, a, b)
  }

  /// The x of P(X ≤ x) = p of the beta distribution.
  public static func betaQuantile(_ p: Double, a: Double, b: Double) -> Double {
    distribution_beta_quantile(p, a, b)
  }

  /// P(X > x) of the chi-squared distribution.
  public static func chiSquaredTail(_ x: Double, freedom: Double) -> Double {
    distribution_chi_squared_tail(x, freedom)
  }

  /// P(X ≥ k) of the number X of successes in `trials` trials: I_p(k, trials − k + 1).
  ///
  /// - Parameters:
  ///   - k: Any whole number; 1 for k ≤ 0, and 0 for more than there are trials.
  ///   - trials: How many trials, from 0 on.
  ///   - share: The probability p of a success, from 0 to 1.
  /// - Returns: From 0 to 1.
  public static func binomialTail(_ k: Int, trials: Int, share: Double) -> Double {
    precondition(trials >= 0, "\(trials) trials")
    guard (0...1).contains(share) else { return .nan }
    if k <= 0 { return 1 }
    return k > trials ? 0 : betaCDF(share, a: Double(k), b: Double(trials - k + 1))
  }

  /// P(X ≤ k) of the number X of successes in `trials` trials: I_{1−p}(trials − k, k + 1).
  public static func binomialCDF(_ k: Int, trials: Int, share: Double) -> Double {
    binomialTail(trials - k, trials: trials, share: 1 - share)
  }

  /// P(X ≥ k) of how many of `drawn` items, drawn without replacement, are among the `marked`
  /// ones of all.
  ///
  /// - Parameters:
  ///   - k: Any whole number.
  ///   - marked: The items that count, up to `total`.
  ///   - drawn: The items drawn, up to `total`.
  ///   - total: All items, at most 2^32 − 1.
  /// - Returns: From 0 to 1.
  /// - Complexity: Up to min(marked, drawn) terms.
  public static func hypergeometricTail(
    _ k: Int, marked: Int, drawn: Int, total: Int
  ) -> Double {
    precondition(
      marked >= 0 && drawn >= 0 && marked <= total && drawn <= total,
      "\(drawn) of \(total) items drawn, \(marked) marked")
    return distribution_hypergeometric_tail(k, UInt32(marked), UInt32(drawn), UInt32(total))
  }
}
