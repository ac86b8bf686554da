import Testing

@testable import Engine

@Suite struct DistributionsTests {
  /// The value of a distribution by its name; NaN for other names.
  private func value(_ name: String, _ x: [Double]) -> Double {
    typealias D = Distributions
    return switch name {
    case "normalCDF": D.normalCDF(x[0])
    case "normalTail": D.normalTail(x[0])
    case "normalQuantile": D.normalQuantile(x[0])
    case "studentCDF": D.studentCDF(x[0], freedom: x[1])
    case "studentTail": D.studentTail(x[0], freedom: x[1])
    case "studentQuantile": D.studentQuantile(x[0], freedom: x[1])
    case "betaCDF": D.betaCDF(x[0], a: x[1], b: x[2])
    case "betaQuantile": D.betaQuantile(x[0], a: x[1], b: x[2])
    case "chiSquaredTail": D.chiSquaredTail(x[0], freedom: x[1])
    case "binomialTail": D.binomialTail(Int(x[0]), trials: Int(x[1]), share: x[2])
    case "binomialCDF": D.binomialCDF(Int(x[0]), trials: Int(x[1]), share: x[2])
    case "hypergeometricTail":
      D.hypergeometricTail(Int(x[0]), marked: Int(x[1]), drawn: Int(x[2]), total: Int(x[3]))
    default: .nan
    }
  }

  /// SciPy has its own formulas for most of these, and those of Boost for others: to 1e-13 both are
  /// right to all digits that a rounded argument leaves, but where a tail is steep: a relative
  /// change ε of x = 37 changes exp(-x²/2) by x² ε, 3e-13, and quantiles are solved for to 1e-11.
  @Test func valuesAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().distributions {
      let found = value(item.name, item.arguments)
      let tolerance = item.name.hasSuffix("Quantile") ? 1e-11 : 1e-12
      #expect(
        agree(found, item.value, within: tolerance) || abs(found - item.value) < 1e-300,
        "\(item.name)\(item.arguments): \(found), SciPy \(item.value)")
    }
  }

  @Test func argumentsOutOfRangeGiveNoNumber() {
    #expect(Distributions.normalQuantile(1.5).isNaN)
    #expect(Distributions.normalCDF(.nan).isNaN)
    #expect(Distributions.studentTail(1, freedom: -1).isNaN)
    #expect(Distributions.betaCDF(0.5, a: -1, b: 2).isNaN)
    #expect(Distributions.betaQuantile(2, a: 1, b: 2).isNaN)
    #expect(Distributions.chiSquaredTail(-1, freedom: 3).isNaN)
    #expect(Distributions.binomialTail(1, trials: 3, share: 1.5).isNaN)
  }

  @Test func quantilesOfZeroAndOneAreInfinite() {
    #expect(Distributions.normalQuantile(0) == -.infinity)
    #expect(Distributions.normalQuantile(1) == .infinity)
  }

  @Test func tailAndDistributionOfABinomialAddUp() {
    for trials in [0, 1, 7, 100] {
      for k in -1...(trials + 1) {
        let sum =
          Distributions.binomialCDF(k, trials: trials, share: 0.3)
          + Distributions.binomialTail(k + 1, trials: trials, share: 0.3)
        #expect(abs(sum - 1) < 1e-14)
      }
    }
  }
}
