@testable import Engine
import Testing

@Suite struct RaterAgreementTests {
  /// Two raters: Cohen's κ of the table 20, 5; 10, 15 is (0.7 - 0.5)/(1 - 0.5) = 0.4 (Cohen 1960).
  @Test func twoRatersHaveCohensKappa() {
    func classes(_ counts: [(Int32, Int)]) -> [Int32] {
      counts.flatMap { [Int32](repeating: $0.0, count: $0.1) }
    }
    let found = RaterAgreement([
      classes([(0, 25), (1, 25)]), classes([(0, 20), (1, 5), (0, 10), (1, 15)]),
    ])
    #expect(abs(found.observed - 0.7) < 1e-12 && abs(found.expected - 0.5) < 1e-12)
    #expect(abs(found.kappa - 0.4) < 1e-12)
  }

  /// Agreement by counting all pairs of raters, and chance by all pairs of items.
  @Test func severalRatersAgreeAsTheirPairsDo() {
    var generator = SplitMix64(seed: 71)
    let (raters, count) = (4, 60)
    let classes = (0..<raters).map { rater in
      (0..<count).map { item in
        Int32(Int.random(in: 0...3, using: &generator) == 0 ? rater : item % 5)
      }
    }
    let found = RaterAgreement(classes)
    var (observed, expected) = (0.0, 0.0)
    for t in 0..<raters {
      for u in 0..<raters where u != t {
        for i in 0..<count {
          observed += classes[t][i] == classes[u][i] ? 1 : 0
          for k in 0..<count {
            expected += classes[t][i] == classes[u][k] ? 1 / Double(count) : 0
          }
        }
        let same = (0..<count).count { classes[t][$0] == classes[u][$0] }
        #expect(found.pairs[t][u] == Double(same) / Double(count))
      }
    }
    let all = Double(raters * (raters - 1) * count)
    #expect(abs(found.observed - observed / all) < 1e-12)
    #expect(abs(found.expected - expected / all) < 1e-12)
    for i in 0..<count {
      var same = 0
      for t in 0..<raters { for u in 0..<t where classes[t][i] == classes[u][i] { same += 1 } }
      #expect(abs(found.items[i] - Double(same) / 6) < 1e-12)
    }
  }

  @Test func oneClassForAllHasNoKappa() {
    let found = RaterAgreement([[3, 3, 3], [3, 3, 3]])
    #expect(found.observed == 1 && found.expected == 1 && found.kappa.isNaN)
  }
}
