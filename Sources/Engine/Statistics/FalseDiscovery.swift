/// The q-values of Benjamini and Hochberg.
///
/// With p₍₁₎ ≤ … ≤ p₍m₎ the q-value of the i-th smallest is min over j ≥ i of m p₍j₎ / j, at most 1:
/// the least level at which the procedure of Benjamini, Hochberg 1995 rejects it. Equal p-values have
/// equal q-values, and the order does not matter.
///
/// - Parameter pValues: Numbers from 0 to 1, of tests that are independent or positively dependent.
/// - Returns: The q-value of each, in the same order.
/// - Complexity: O(m log m).
public func falseDiscoveryRates(_ pValues: [Double]) -> [Double] {
  let count = Double(pValues.count)
  var result = [Double](repeating: 0, count: pValues.count)
  let order = pValues.indices.sorted { pValues[$0] > pValues[$1] }
  var least = 1.0
  for (place, index) in order.enumerated() {
    let p = pValues[index]
    precondition((0...1).contains(p), "a p-value of \(p)")
    least = min(least, count * p / (count - Double(place)))
    result[index] = least
  }
  return result
}

/// The number of tests that the procedure of Benjamini and Hochberg rejects at a level.
///
/// - Parameters:
///   - pValues: Numbers from 0 to 1.
///   - level: The false discovery rate that is accepted.
/// - Returns: How many have a q-value of at most `level`.
public func discoveryCount(_ pValues: [Double], level: Double) -> Int {
  falseDiscoveryRates(pValues).count { $0 <= level }
}
