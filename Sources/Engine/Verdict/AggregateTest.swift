internal import Foundation

/// One figure of a whole bank beside its values over null banks.
///
/// Where most names are right, hardly any feature need be significant for itself; the figures of a whole
/// bank tell it from null banks long before.
struct AggregateTest: Sendable, Equatable {
  /// The figure of the bank itself.
  let observed: Double

  /// The median over null banks.
  let median: Double

  /// The upper `quantile` over null banks: an order statistic, upwards, so that with 200 banks it is the
  /// greatest of all.
  let limit: Double

  /// (1 + #{null ≥ observed}) / (1 + B).
  let pValue: Double

  /// The quantile that the bank must exceed.
  static let quantile = 0.995

  /// Whether the bank is beyond its null banks.
  ///
  /// Where there is nothing to be found, with 200 null banks this is so for one bank of 201.
  var exceeds: Bool { observed > limit }

  /// Compares a figure with its values over null banks.
  ///
  /// - Parameters:
  ///   - observed: The figure.
  ///   - null: Its values over null banks, one at least.
  init(_ observed: Double, beside null: [Double]) {
    precondition(!null.isEmpty, "no null banks")
    let pool = EmpiricalNull(null)
    self.observed = observed
    median = pool.quantile(0.5)
    limit = upperQuantile(ofSorted: pool.sorted, share: Self.quantile)
    pValue = pool.pValue(of: observed)
  }
}
