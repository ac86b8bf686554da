/// What each of a few corrections is due of what all of them together gain.
///
/// With v(S) the value when the corrections S are made, the share of correction c of k is the mean, over all
/// orders in which they can be made one after another, of what v gains when c is made:
///
///     φ_c = Σ over S without c of |S|! (k - |S| - 1)! / k! · (v(S + c) - v(S))
///
/// The shares add up to v(all) - v(none), and a correction that never changes v is due nothing. Source: Shapley 1953.
/// Where v is a mean over items, so is φ_c: shares are given item by item, so that their intervals are those of a mean.
public struct ShapleyShares: Sendable, Equatable {
  /// The share of each correction for each item, [k][items].
  public let terms: [[Double]]

  /// The most corrections: 2^k values are needed.
  public static let limit = 16

  /// Shares out what is gained.
  ///
  /// - Parameters:
  ///   - count: The number of corrections, k, up to `limit`.
  ///   - values: For each set of corrections its terms, [2^k][items]; correction c is in the set at an index that has the
  ///     bit c.
  public init(of count: Int, values: [[Double]]) {
    precondition((0...Self.limit).contains(count), "\(count) corrections")
    precondition(values.count == 1 << count, "\(values.count) sets of \(count) corrections")
    let items = values[0].count
    precondition(values.allSatisfy { $0.count == items }, "sets of different items")
    let weights = Self.weights(of: count)
    terms = (0..<count).map { correction in
      var shares = [Double](repeating: 0, count: items)
      for set in values.indices where set & (1 << correction) == 0 {
        let (without, with) = (values[set], values[set | (1 << correction)])
        let weight = weights[set.nonzeroBitCount]
        for item in shares.indices { shares[item] += weight * (with[item] - without[item]) }
      }
      return shares
    }
  }

  /// |S|! (k - |S| - 1)! / k! for each size |S| under k.
  private static func weights(of count: Int) -> [Double] {
    // 1 / (k · (k - 1 over |S|)).
    var binomial = 1.0
    return (0..<count).map { size in
      if size > 0 { binomial *= Double(count - size) / Double(size) }
      return 1 / (Double(count) * binomial)
    }
  }
}
