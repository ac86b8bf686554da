import Testing

@testable import Engine

@Suite struct QuantilesTests {
  /// In the whole numbers up to 100 the share s lies at 100 s, as NumPy's `quantile` has it.
  @Test func pointsOfARampAreItsShares() {
    let quantiles = Quantiles(of: (0...100).reversed().map { Float($0) })
    #expect(quantiles.points == [0, 5, 25, 50, 75, 95, 100])
  }

  @Test func pointsBetweenValuesAreInterpolated() {
    #expect(Quantiles(of: [1, 2]).points == [1, 1.05, 1.25, 1.5, 1.75, 1.95, 2])
    #expect(Quantiles(of: [3]).points == [3, 3, 3, 3, 3, 3, 3])
  }

  @Test func valuesThatAreNoNumbersAreLeftOut() {
    let quantiles = Quantiles(of: [.nan, 1, .nan, 3])
    #expect(quantiles.count == 2)
    #expect(quantiles.points[3] == 2)
    let none = Quantiles(of: [.nan]).points.filter { !$0.isNaN }
    #expect(none.isEmpty)
  }

  /// The first outputs for seed 1234567, as the reference implementation in C gives them.
  @Test func theGeneratorIsSplitMix64() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.next() == 9_817_491_932_198_370_423)
  }
}
