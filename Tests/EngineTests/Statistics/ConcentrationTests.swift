import Testing

@testable import Engine

@Suite struct ConcentrationTests {
  /// Gini's coefficient of the fixture is by its definition over pairs, the others by SciPy.
  @Test func figuresAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().concentrations {
      let found = Concentration(item.counts)
      #expect(abs(found.gini - item.gini) < 1e-13)
      #expect(agree(found.effectiveCount, item.effective, within: 1e-13))
      #expect(abs(found.topShare - item.topShare) < 1e-15)
      #expect(abs(found.entropy - item.entropy) < 1e-13)
      #expect(
        item.skewness.map { agree(found.skewness, $0, within: 1e-11) } ?? found.skewness.isNaN)
    }
  }

  @Test func evenAndConcentratedCounts() {
    let even = Concentration([4, 4, 4, 4])
    #expect(even.gini == 0 && even.effectiveCount == 4 && even.topShare == 0.25)
    let one = Concentration([0, 0, 0, 9])
    #expect(one.gini == 0.75 && one.effectiveCount == 1 && one.topShare == 1 && one.entropy == 0)
    #expect(one.placeCount == 4 && one.total == 9)
    #expect(Concentration([0, 9, 0, 0]) == one)
  }

  @Test func nothingIsNotConcentrated() {
    for counts in [[], [0, 0]] {
      let found = Concentration(counts)
      #expect(found.gini.isNaN && found.effectiveCount.isNaN && found.topShare.isNaN)
      #expect(found.entropy.isNaN && found.skewness.isNaN && found.total == 0)
    }
  }
}
