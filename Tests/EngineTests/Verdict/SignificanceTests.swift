@testable import Engine
import Testing

@Suite struct SignificanceTests {
  /// Four groups: the jackknife's variance is (g - 1)/g Σ (θ_k - θ)²; with no other variance there are three degrees of freedom, of
  /// which the 97.5 % quantile is 3.182446.
  @Test func intervalsKnowHowFewNullBanksThereAre() {
    let others = [0.50, 0.52, 0.48, 0.50]
    let variance = 3.0 / 4 * 0.0008
    let few = Significance.interval(mean: 0.5, variance: 0, others: others)
    #expect(abs(few.upper - (0.5 + 3.182446305 * variance.squareRoot())) < 1e-9)
    #expect(abs(few.lower - (0.5 - 3.182446305 * variance.squareRoot())) < 1e-9)
    // With twice as much variance of the bootstrap: three times the variance, 3 · 3² degrees of freedom.
    let both = Significance.interval(mean: 0.5, variance: 2 * variance, others: others)
    let whole = 3 * variance
    let quantile = Distributions.studentQuantile(0.975, freedom: 3 * 9)
    #expect(abs(both.upper - (0.5 + quantile * whole.squareRoot())) < 1e-9)
  }

  /// Features without a null feature in their place have p-values all the same, by the null of the others.
  @Test(arguments: [false, true])
  func someFeaturesMayHaveNoNull(isIndependent: Bool) {
    var generator = SplitMix64(seed: 703)
    let scores = generator.normals(60).map { Float($0) }
    let null = (0..<3).map { _ in
      generator.normals(60).enumerated().map { $0 % 4 == 1 ? Float($1) : .nan }
    }
    let found = Significance(
      scores, beside: null, strata: [Int](repeating: 0, count: 60), isIndependent: isIndependent,
      clusters: nil, workers: 2)
    let pool = null.flatMap { $0.filter { !$0.isNaN } }
    #expect(pool.count == 45)
    for feature in 0..<60 {
      let p = Double(1 + pool.count { $0 >= scores[feature] }) / 46
      #expect(abs(found.pValues[feature] - p) < 1e-12)
    }
  }

  @Test func oneNullBankLeavesTheIntervalOpen() {
    let one = Significance.interval(mean: 0.3, variance: 1e-4, others: [0.3])
    #expect(one == IntervalEstimate(estimate: 0.3, lower: 0, upper: 1))
    let none = Significance.interval(mean: 0.3, variance: 0, others: [0.3, 0.3])
    #expect(none == IntervalEstimate(estimate: 0.3, lower: 0.3, upper: 0.3))
  }

  /// p-values are those of the pooled null within strata, by definition; where null features are independent they are the same
  /// however many banks they come in, and so are intervals.
  @Test func pValuesAreThoseOfThePooledNull() {
    var generator = SplitMix64(seed: 701)
    let scores = generator.normals(80).map { Float($0) }
    let null = (0..<3).map { _ in generator.normals(80).map { Float($0) } }
    let strata = (0..<80).map { $0 % 3 }
    let found = Significance(
      scores, beside: null, strata: strata, clusters: nil, workers: 2)
    for feature in 0..<80 {
      let pool = null.flatMap { bank in
        (0..<80).filter { strata[$0] == strata[feature] }.map { bank[$0] }
      }
      let p = Double(1 + pool.count { $0 >= scores[feature] }) / Double(1 + pool.count)
      #expect(abs(found.pValues[feature] - p) < 1e-12)
    }
    let together = [Int](repeating: 0, count: 80)
    let banks = Significance(
      scores, beside: null, strata: together, isIndependent: true, clusters: nil,
      workers: 2)
    let exact = scores.map { score in
      Double(1 + null.joined().count { $0 >= score }) / 241
    }
    #expect(zip(banks.pValues, exact).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(banks.share.lower > 0 || banks.share.upper < 1)
  }

  /// Intervals of the share of p-values of at most 0.05 and of π₀ hold 0.05 and 1 in about 95 % under the null.
  ///
  /// Four banks stand for it, each with an effect of its own. Of 100 trials 84 do, if 95 % are expected, but once in 100,000.
  @Test func intervalsCoverWhatIsTrue() {
    var generator = SplitMix64(seed: 702)
    var (shares, nullShares) = (0, 0)
    for _ in 0..<100 {
      func bank() -> [Float] {
        let effect = 0.5 * generator.normals(1)[0]
        return generator.normals(40).map { Float($0 + effect) }
      }
      let observed = generator.normals(40).map { Float(1.118 * $0) }
      let found = Significance(
        observed, beside: [bank(), bank(), bank(), bank()],
        strata: [Int](repeating: 0, count: 40), clusters: nil, workers: 2)
      if found.share.covers(0.05) { shares += 1 }
      if found.nullShare.covers(1) { nullShares += 1 }
    }
    #expect(shares >= 84, "\(shares)")
    #expect(nullShares >= 84, "\(nullShares)")
  }
}
