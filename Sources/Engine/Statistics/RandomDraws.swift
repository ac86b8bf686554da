internal import RealModule

extension RandomNumberGenerator {
  /// A whole number from 0 to below `count`, each as likely as the others to within count / 2^64.
  ///
  /// One number of the generator each, so that sequences stay in step.
  ///
  /// - Precondition: `count` is at least 1.
  mutating func nextIndex(below count: Int) -> Int {
    precondition(count > 0, "an index below \(count)")
    return Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// A number above 0 and below 1: an odd multiple of 2^-54.
  mutating func nextUniform() -> Double {
    (Double(next() >> 11) + 0.5) * 0x1p-53
  }

  /// Independent numbers of the standard normal distribution.
  ///
  /// In pairs √(−2 ln u) cos 2πv, √(−2 ln u) sin 2πv of two uniform numbers; the second of the
  /// last pair is dropped where the count is odd. Source: Box, Muller 1958.
  ///
  /// - Parameter count: How many.
  /// - Returns: So many numbers.
  mutating func normals(_ count: Int) -> [Double] {
    var values: [Double] = []
    values.reserveCapacity(count + 1)
    while values.count < count {
      let length = (-2 * Double.log(nextUniform())).squareRoot()
      let angle = 2 * Double.pi * nextUniform()
      values.append(length * Double.cos(angle))
      values.append(length * Double.sin(angle))
    }
    if values.count > count { values.removeLast() }
    return values
  }

  /// Replaces elements by independent numbers of the standard normal distribution, as `Ziggurat` draws
  /// them.
  ///
  /// - Parameters:
  ///   - elements: Elements, rounded to `Float`.
  ///   - range: Which of them.
  mutating func fillNormals(_ elements: inout [Float], _ range: Range<Int>) {
    var target = elements.mutableSpan
    Ziggurat.standard.fill(&target, range, using: &self)
  }

  /// The whole numbers from 0 to below `count` in a random order, each order as likely as another.
  ///
  /// Source: Durstenfeld 1964, algorithm 235.
  mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, nextIndex(below: last + 1))
    }
    return order
  }

  /// Some of the whole numbers from 0 to below `count` at random, rising; all if there are no more.
  mutating func choice(of count: Int, limit: Int) -> [Int] {
    guard count > limit else { return Array(0..<count) }
    return permutation(of: count).prefix(limit).sorted()
  }
}
