/// What a statistic is like when there is nothing to be found: its values under a null, pooled.
public struct EmpiricalNull: Sendable {
  /// The values in rising order.
  public let sorted: [Double]

  /// Pools values.
  ///
  /// - Parameter values: The values under the null, in any order, none NaN.
  public init(_ values: [Double]) {
    sorted = values.sorted()
    // NaN has no place in an order, and can stand anywhere in what was sorted.
    precondition(!values.contains(where: \.isNaN), "a value of the null is NaN")
  }

  /// The number of values, B.
  public var count: Int { sorted.count }

  /// How many values are at least as great; equal ones count.
  public func countAtLeast(_ observed: Double) -> Int {
    precondition(!observed.isNaN, "the observed value is NaN")
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] < observed { low = middle + 1 } else { high = middle }
    }
    return sorted.count - low
  }

  /// The p-value (1 + #{null ≥ observed}) / (1 + B), from 1/(1 + B) to 1.
  ///
  /// Never 0, and valid: under the null P(p ≤ x) ≤ x. Source: Phipson, Smyth 2010, "Permutation
  /// p-values should never be zero".
  ///
  /// - Complexity: O(log B).
  public func pValue(of observed: Double) -> Double {
    Double(1 + countAtLeast(observed)) / Double(1 + count)
  }

  /// The point below which a share of the values lies (type 7); NaN if there are none.
  public func quantile(_ share: Double) -> Double {
    interpolatedQuantile(ofSorted: sorted, share: share)
  }
}

/// A null for each of some strata, such as classes of density or of length.
public struct StratifiedNull: Sendable {
  /// The null of each stratum.
  public let strata: [EmpiricalNull]

  /// Pools values stratum by stratum.
  ///
  /// - Parameters:
  ///   - values: The values under the null, none NaN.
  ///   - strata: The stratum of each value, from 0 to below `count`.
  ///   - count: The number of strata.
  public init(_ values: [Double], strata: [Int], count: Int) {
    precondition(values.count == strata.count, "\(values.count) values, \(strata.count) strata")
    var pools = [[Double]](repeating: [], count: count)
    for (value, stratum) in zip(values, strata) { pools[stratum].append(value) }
    self.strata = pools.map { EmpiricalNull($0) }
  }

  /// The p-value within a stratum; 1 where the stratum's null is empty.
  public func pValue(of observed: Double, stratum: Int) -> Double {
    strata[stratum].pValue(of: observed)
  }
}
