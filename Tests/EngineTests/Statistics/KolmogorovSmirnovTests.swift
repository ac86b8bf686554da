import Testing

@testable import Engine

@Suite struct KolmogorovSmirnovTests {
  /// Compares with SciPy's `kstwo`, which has 13 digits.
  ///
  /// The tail here is exact up to 1000 values but for what both sides
  /// reach at once, 4e-11 of it, and for larger samples to 2e-6 of it below 0.024 (n d² ≥ 2.2) and
  /// to 0.025/n above.
  @Test func tailsAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().kolmogorov {
      let (count, d, exact) = (Int(item[0]), item[1], item[2])
      let tail = KolmogorovSmirnov.tail(d, count: count)
      let tolerance =
        count <= 1000
        ? 1e-10 * exact : Double(count) * d * d < 2.2 ? 0.025 / Double(count) : 2e-6 * exact
      #expect(abs(tail - exact) < tolerance, "n \(count), d \(d): \(tail), \(exact)")
    }
  }

  @Test func testsAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().uniformTests {
      let test = KolmogorovSmirnov(uniform: item.values)
      #expect(abs(test.distance - item.distance) < 1e-15)
      #expect(test.count == item.values.count)
      #expect(agree(test.pValue, item.p, within: 1e-9))
    }
  }

  @Test func oneValueIsAsFarAsItLies() {
    #expect(KolmogorovSmirnov(uniform: [0.5]).distance == 0.5)
    #expect(KolmogorovSmirnov(uniform: [0.5]).pValue == 1)
    #expect(KolmogorovSmirnov(uniform: [1]).distance == 1)
    #expect(KolmogorovSmirnov(uniform: [1]).pValue == 0)
    // P(D ≥ d) = 2 (1 − d) for one value.
    #expect(abs(KolmogorovSmirnov.tail(0.75, count: 1) - 0.5) < 1e-15)
  }

  /// The two series of the limit distribution are equal at every z; they are exchanged at 1.
  @Test func theLimitIsContinuous() {
    #expect(abs(KolmogorovSmirnov.limitTail(1.nextDown) - KolmogorovSmirnov.limitTail(1)) < 1e-14)
    #expect(KolmogorovSmirnov.limitTail(0) == 1)
    #expect(abs(KolmogorovSmirnov.limitTail(1.3580986) - 0.05) < 1e-7)
  }
}
