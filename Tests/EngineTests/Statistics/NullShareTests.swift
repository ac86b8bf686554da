import Testing

@testable import Engine

@Suite struct NullShareTests {
  @Test func theShareIsThatOfLargePValues() {
    #expect(NullShare([0.1, 0.2, 0.5, 0.6, 0.9]).estimate == 0.8)
    #expect(NullShare([0.9, 0.8]).estimate == 1)
    #expect(NullShare([0.5, 0.01]).estimate == 0)
    #expect(abs(NullShare([0.1, 0.9, 0.85, 0.3], lambda: 0.2).estimate - 0.9375) < 1e-15)
    #expect(NullShare([]).estimate.isNaN)
  }

  /// A share of 0.3 uniform p-values among 2000, others all small: #{p > ½} is binomial with
  /// 2000 · 0.15, so the share has a standard error of 2 √(0.15 · 0.85/2000) = 0.016.
  @Test func plantedSharesAreFound() {
    var generator = SplitMix64(seed: 1)
    let values = (0..<2000).map { i in i < 600 ? generator.nextUniform() : 0.001 }
    let interval = NullShare(values).interval(seed: 2)
    let error = 2 * (0.15 * 0.85 / 2000).squareRoot()
    #expect(abs(interval.estimate - 0.3) < 5 * error)
    #expect(abs((interval.upper - interval.lower) / (2 * 1.96 * error) - 1) < 0.15)
    #expect(interval == NullShare(values).interval(seed: 2, workers: 2))
  }

  @Test func copiesWidenTheIntervalOnlyIfTheyAreKnown() {
    var generator = SplitMix64(seed: 3)
    let distinct = (0..<100).map { _ in generator.nextUniform() * 0.8 }
    let values = (0..<1000).map { distinct[$0 % 100] }
    let plain = NullShare(values).interval(seed: 1)
    let clustered = NullShare(values, clusters: (0..<1000).map { $0 % 100 }).interval(seed: 1)
    #expect(plain.estimate == clustered.estimate)
    #expect(clustered.upper - clustered.lower > 2 * (plain.upper - plain.lower))
    #expect(clustered.upper <= 1 && clustered.lower >= 0)
  }
}
