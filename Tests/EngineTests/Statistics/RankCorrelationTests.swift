import Testing

@testable import Engine

@Suite struct RankCorrelationTests {
  @Test func coefficientsAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().rankCorrelations {
      #expect(midranks(item.x) == item.ranks)
      let spearman = spearmanCorrelation(item.x, item.y)
      let kendall = kendallCorrelation(item.x, item.y)
      // Sums of up to 997 terms.
      #expect(item.spearman.map { abs(spearman - $0) < 1e-12 } ?? spearman.isNaN)
      #expect(item.kendall.map { abs(kendall - $0) < 1e-14 } ?? kendall.isNaN)
    }
  }

  /// τ_b by its definition, pair by pair.
  @Test(arguments: [2, 3, 8, 31])
  func kendallIsItsDefinition(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let x = (0..<count).map { Double($0 == 0 ? 9 : generator.nextIndex(below: 5)) }
    let y = (0..<count).map { Double($0 == 0 ? 9 : generator.nextIndex(below: 4)) }
    var (sum, inX, inY) = (0.0, 0.0, 0.0)
    for i in 0..<count {
      for j in 0..<i {
        let (a, b) = ((x[i] - x[j]).signum, (y[i] - y[j]).signum)
        sum += a * b
        inX += a * a
        inY += b * b
      }
    }
    let expected = sum / (inX * inY).squareRoot()
    #expect(agree(kendallCorrelation(x, y), expected, within: 1e-14))
  }

  @Test func equalValuesHaveNoCorrelation() {
    for (x, y) in [([], []), ([1.0], [2.0]), ([0.1, 0.1, 0.1], [1, 2, 3]), ([1, 2], [3.0, 3])] {
      #expect(pearsonCorrelation(x, y).isNaN)
      #expect(spearmanCorrelation(x, y).isNaN)
      #expect(kendallCorrelation(x, y).isNaN)
    }
  }

  @Test func anyRisingFunctionIsPerfect() {
    let x = (0..<20).map { Double($0) }
    #expect(abs(spearmanCorrelation(x, x.map { $0 * $0 * $0 }) - 1) < 1e-15)
    #expect(kendallCorrelation(x, x.map { $0 * $0 * $0 }) == 1)
    #expect(kendallCorrelation(x, x.map { -$0 }) == -1)
    #expect(abs(pearsonCorrelation(x, x.map { 5 - 2 * $0 }) + 1) < 1e-15)
  }
}

extension Double {
  /// -1, 0 or 1.
  fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}
