@testable import Engine
import Testing

@Suite struct ShapleySharesTests {
  /// The mean gain over all orders, by going through them.
  private static func overOrders(_ count: Int, _ values: [Double]) -> [Double] {
    func orders(_ rest: [Int]) -> [[Int]] {
      rest.isEmpty
        ? [[]] : rest.flatMap { first in orders(rest.filter { $0 != first }).map { [first] + $0 } }
    }
    let all = orders(Array(0..<count))
    var gains = [Double](repeating: 0, count: count)
    for order in all {
      var set = 0
      for correction in order {
        let next = set | (1 << correction)
        gains[correction] += (values[next] - values[set]) / Double(all.count)
        set = next
      }
    }
    return gains
  }

  @Test(arguments: [0, 1, 2, 3, 5])
  func sharesAreMeanGainsOverAllOrders(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let values = (0..<(1 << count)).map { _ in
      (0..<3).map { _ in Double.random(in: -1...1, using: &generator) }
    }
    let shares = ShapleyShares(of: count, values: values)
    #expect(shares.terms.count == count)
    for item in 0..<3 {
      let exact = Self.overOrders(count, values.map { $0[item] })
      for correction in 0..<count {
        #expect(abs(shares.terms[correction][item] - exact[correction]) <= 1e-12)
      }
      let sum = shares.terms.reduce(0) { $0 + $1[item] }
      #expect(abs(sum - (values[values.count - 1][item] - values[0][item])) <= 1e-12)
    }
  }

  @Test func aCorrectionThatChangesNothingIsDueNothing() {
    // v depends on the bits 0 and 2 only, and both must be set.
    let values = (0..<8).map { [$0 & 5 == 5 ? 1.0 : 0] }
    #expect(ShapleyShares(of: 3, values: values).terms == [[0.5], [0], [0.5]])
  }
}
