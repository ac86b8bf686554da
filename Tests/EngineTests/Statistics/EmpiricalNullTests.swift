import Testing

@testable import Engine

@Suite struct EmpiricalNullTests {
  /// Compares with counting one by one, with ties and values beyond both ends.
  @Test(arguments: [0, 1, 7, 100])
  func pValuesAreCountsPlusOne(count: Int) {
    var generator = SplitMix64(seed: 1)
    let values = (0..<count).map { _ in Double(generator.nextIndex(below: 12)) / 4 }
    let null = EmpiricalNull(values)
    #expect(null.count == count)
    for observed in stride(from: -0.25, through: 3.25, by: 0.125) {
      let least = values.count { $0 >= observed }
      #expect(null.countAtLeast(observed) == least)
      #expect(null.pValue(of: observed) == Double(1 + least) / Double(1 + count))
    }
    #expect(null.pValue(of: .infinity) == 1 / Double(1 + count))
    #expect(null.pValue(of: -.infinity) == 1)
  }

  @Test func strataDoNotMix() {
    let null = StratifiedNull([1, 2, 3, 10, 20], strata: [0, 0, 0, 2, 2], count: 3)
    #expect(null.pValue(of: 3, stratum: 0) == 0.5)
    #expect(null.pValue(of: 3, stratum: 1) == 1)
    #expect(null.pValue(of: 15, stratum: 2) == 2.0 / 3)
    #expect(null.strata[2].quantile(0.5) == 15)
    #expect(null.strata[1].quantile(0.5).isNaN)
  }

  /// Under the null the p-value of one more draw is uniform on 1/(1 + B), …, 1, whatever the
  /// distribution: its mean is (1 + 1/(1 + B))/2, its standard error in n draws under √(1/12n).
  @Test func pValuesAreCalibrated() {
    var generator = SplitMix64(seed: 2)
    let draws = 4000
    let pValues = (0..<draws).map { _ in
      let values = generator.normals(20)
      return EmpiricalNull(Array(values.dropFirst())).pValue(of: values[0])
    }
    let mean = pValues.reduce(0, +) / Double(draws)
    #expect(abs(mean - (1 + 1.0 / 20) / 2) < 5 * (1 / (12 * Double(draws))).squareRoot())
    #expect(pValues.min() == 1.0 / 20)
  }
}
