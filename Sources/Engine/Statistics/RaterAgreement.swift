/// How far several raters agree on the class of each of some items.
///
/// With x_it the class that rater t gives to item i, T raters and n items:
///
///     c_i = the share of pairs t ≠ u with x_it = x_iu
///     a   = mean of c_i
///     e   = mean over pairs t ≠ u of Σ_j p_tj p_uj     p_tj = the share of items that t gives class j
///     κ   = (a - e) / (1 - e)
///
/// Source: Conger 1980, "Integration and generalization of kappas for multiple raters"; with two raters Cohen's κ.
struct RaterAgreement: Sendable, Equatable {
  /// c_i, [n].
  let items: [Double]

  /// The share of items that each pair of raters gives the same class, [T][T].
  let pairs: [[Double]]

  /// e, what raters that do not depend on each other would agree.
  let expected: Double

  /// Compares raters.
  ///
  /// - Parameter classes: x, the class of each item by each rater, [T][n], two raters and one item at least.
  /// - Complexity: T² n.
  init(_ classes: [[Int32]]) {
    let (raters, count) = (classes.count, classes.first?.count ?? 0)
    precondition(
      raters > 1 && count > 0 && classes.allSatisfy { $0.count == count },
      "\(raters) raters of \(count) items")
    var items = [Double](repeating: 0, count: count)
    var pairs = [[Double]](repeating: [Double](repeating: 1, count: raters), count: raters)
    var expected = 0.0
    let shares = classes.map { own in
      own.reduce(into: [Int32: Double]()) { $0[$1, default: 0] += 1 / Double(count) }
    }
    let pairCount = Double(raters * (raters - 1) / 2)
    for t in 0..<raters {
      for u in 0..<t {
        var same = 0
        for i in 0..<count where classes[t][i] == classes[u][i] {
          same += 1
          items[i] += 1 / pairCount
        }
        pairs[t][u] = Double(same) / Double(count)
        pairs[u][t] = pairs[t][u]
        // In the order of classes, so that the sum has the same bits every time.
        expected +=
          shares[t].sorted { $0.key < $1.key }.reduce(0) {
            $0 + $1.value * (shares[u][$1.key] ?? 0)
          }
          / pairCount
      }
    }
    self.items = items
    self.pairs = pairs
    self.expected = expected
  }

  /// a.
  var observed: Double { items.reduce(0, +) / Double(items.count) }

  /// κ; NaN where all raters give one and the same class to all items.
  var kappa: Double { expected < 1 ? (observed - expected) / (1 - expected) : .nan }
}
