import Testing

@testable import Engine

@Suite struct RankMetricsTests {
  @Test func ranksWithAndWithoutTies() {
    let scores: [Float] = [0.5, 0.9, 0.5, 0.1, 0.5]
    #expect(rank(of: 1, in: scores, ties: .midrank) == 1)
    #expect(rank(of: 1, in: scores, ties: .firstStated) == 1)
    #expect([0, 2, 4].map { rank(of: $0, in: scores, ties: .firstStated) } == [2, 3, 4])
    #expect([0, 2, 4].map { rank(of: $0, in: scores, ties: .midrank) } == [3, 3, 3])
    #expect(rank(of: 3, in: scores, ties: .midrank) == 5)
    #expect(rank(of: 0, in: [7], ties: .midrank) == 1)
  }

  /// In the order from the greatest to the least, ties by index, the place is the rank.
  @Test(arguments: [1, 2, 17])
  func ranksArePlacesInTheOrder(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let scores = (0..<count).map { _ in Float(generator.nextIndex(below: 6)) }
    let order = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let midranks = midranks(scores.map { -Double($0) })
    for (place, index) in order.enumerated() {
      #expect(rank(of: index, in: scores, ties: .firstStated) == Double(place + 1))
      #expect(rank(of: index, in: scores, ties: .midrank) == midranks[index])
    }
  }

  @Test func aggregates() {
    #expect(abs(meanReciprocalRank([1, 2, 4]) - 1.75 / 3) < 1e-15)
    #expect(meanReciprocalRank([]).isNaN)
    #expect(hitShare(at: 2, ranks: [1, 2, 2.5, 9]) == 0.5)
    #expect(hitShare(at: 1, ranks: []).isNaN)
  }
}
