@testable import Engine
import Testing

@Suite struct SetEnrichmentTests {
  /// The running sum label by label, in `Double`.
  static func score(_ scores: [Double], _ set: Set<Int>) -> Double {
    let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let total: Double = set.reduce(0) { $0 + abs(scores[$1]) }
    var (sum, best) = (0.0, 0.0)
    for label in order {
      if set.contains(label) {
        sum += total == 0 ? 1 / Double(set.count) : abs(scores[label]) / total
      } else {
        sum -= 1 / Double(scores.count - set.count)
      }
      best = max(best, sum)
    }
    return best
  }

  @Test func scoresAreThoseOfTheRunningSum() {
    var generator = SplitMix64(seed: 91)
    for count in [2, 3, 17, 60] {
      let sets = (0..<8).map { _ in
        Array(
          generator.permutation(of: count).prefix(Int.random(in: 1..<count, using: &generator)))
      }
      let ranking = SetEnrichment(sets.map { $0.map { Int32($0) } }, labelCount: count)
      for _ in 0..<20 {
        // Coarse numbers, so that there are ties and zeros.
        let scores = (0..<count).map { _ in Float(Int.random(in: -4...4, using: &generator)) / 4 }
        let found = ranking.scores(scores.span)
        for (set, value) in zip(sets, found) {
          #expect(abs(Double(value) - Self.score(scores.map(Double.init), Set(set))) < 1e-6)
        }
      }
    }
  }

  @Test func theEndsOfTheListHaveTheScoresTheyMust() {
    let ranking = SetEnrichment([[0, 1], [2, 3], [4, 5]], labelCount: 6)
    let scores: [Float] = [0.9, 0.8, 0.1, 0.05, -0.7, -0.8]
    let found = ranking.scores(scores.span)
    #expect(found[0] == 1 && found[2] == 0)
    #expect(found[1] > 0 && found[1] < 1)
    let none = ranking.scores([Float](repeating: 0, count: 6).span)
    #expect(none[0] == 1 && none[2] == 0)
  }
}
