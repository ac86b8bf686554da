/// The ranks of values from the least, 1, to the greatest; equal values share the mean of their ranks.
///
/// - Parameter values: Any numbers, none NaN.
/// - Returns: The rank of each, in the same order.
/// - Complexity: O(n log n).
public func midranks(_ values: [Double]) -> [Double] {
  precondition(!values.contains(where: \.isNaN), "a value is NaN")
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var start = 0
  while start < order.count {
    let end = order[start...].firstIndex { values[$0] != values[order[start]] } ?? order.count
    for place in start..<end {
      ranks[order[place]] = Double(start + 1 + end) / 2
    }
    start = end
  }
  return ranks
}

/// Pearson's correlation, from -1 to 1, by differences from the means.
///
/// - Parameters:
///   - x: Values.
///   - y: As many values.
/// - Returns: NaN where all values of x or of y are equal, or there are none.
public func pearsonCorrelation(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "\(x.count) values and \(y.count)")
  // Equal values have no spread, whatever their mean is rounded to.
  guard let first = x.first, x.contains(where: { $0 != first }) else { return .nan }
  guard y.contains(where: { $0 != y[0] }) else { return .nan }
  let meanX = x.reduce(0, +) / Double(x.count)
  let meanY = y.reduce(0, +) / Double(y.count)
  var (xx, xy, yy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    xx += (a - meanX) * (a - meanX)
    xy += (a - meanX) * (b - meanY)
    yy += (b - meanY) * (b - meanY)
  }
  return xy / (xx.squareRoot() * yy.squareRoot())
}

/// Spearman's correlation: Pearson's of the mid ranks, from -1 to 1.
///
/// - Parameters:
///   - x: Values, none NaN.
///   - y: As many values, none NaN.
/// - Returns: NaN where all values of x or of y are equal.
public func spearmanCorrelation(_ x: [Double], _ y: [Double]) -> Double {
  pearsonCorrelation(midranks(x), midranks(y))
}

/// Kendall's τ_b: (C − D) / √((n₀ − n₁)(n₀ − n₂)), from -1 to 1.
///
/// C pairs are in the same order in x and y, D in opposite order, of n₀ = n(n − 1)/2; n₁ are ties in x,
/// n₂ in y. Counted by merge sort: Knight 1966, "A computer method for calculating Kendall's tau with
/// ungrouped data".
///
/// - Parameters:
///   - x: Values, none NaN.
///   - y: As many values, none NaN.
/// - Returns: NaN where all values of x or of y are equal.
/// - Complexity: O(n log n).
public func kendallCorrelation(_ x: [Double], _ y: [Double]) -> Double {
  precondition(x.count == y.count, "\(x.count) values and \(y.count)")
  precondition(!(x + y).contains(where: \.isNaN), "a value is NaN")
  let order = x.indices.sorted { (x[$0], y[$0]) < (x[$1], y[$1]) }
  var ordered = order.map { y[$0] }
  let tiesX = tiedPairs(order) { x[$0] == x[$1] }
  let tiesBoth = tiedPairs(order) { x[$0] == x[$1] && y[$0] == y[$1] }
  let discordant = inversions(&ordered)
  let tiesY = tiedPairs(Array(ordered.indices)) { ordered[$0] == ordered[$1] }
  let pairs = x.count * (x.count - 1) / 2
  // C + D = n₀ − n₁ − n₂ + ties in both.
  let difference = pairs - tiesX - tiesY + tiesBoth - 2 * discordant
  return Double(difference)
    / (Double(pairs - tiesX).squareRoot() * Double(pairs - tiesY).squareRoot())
}

/// How many pairs are equal, of elements among which equal ones stand together.
private func tiedPairs(_ order: [Int], _ areEqual: (Int, Int) -> Bool) -> Int {
  var (pairs, run) = (0, 0)
  for place in order.indices.dropFirst() {
    run = areEqual(order[place - 1], order[place]) ? run + 1 : 0
    pairs += run
  }
  return pairs
}

/// Sorts values, and counts the pairs of which the greater stood first.
private func inversions(_ values: inout [Double]) -> Int {
  var merged = values
  var (count, width) = (0, 1)
  while width < values.count {
    for start in stride(from: 0, to: values.count, by: 2 * width) {
      let middle = min(start + width, values.count)
      let end = min(start + 2 * width, values.count)
      var (i, j) = (start, middle)
      for place in start..<end {
        if i < middle, j == end || values[i] <= values[j] {
          merged[place] = values[i]
          i += 1
        } else {
          merged[place] = values[j]
          count += middle - i
          j += 1
        }
      }
    }
    swap(&values, &merged)
    width *= 2
  }
  return count
}
