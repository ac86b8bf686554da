import Foundation
import Testing

@testable import Engine

/// Names against true classes, and what chance would give, by counting.
@Suite struct NamingSummaryTests {
  @Test(arguments: [1, 2, 3, 7, 60])
  func sharesAreThoseOfCounting(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let groups = [0, 1, 2, 1, 4, 5]
    let names = (0..<count).map { _ in Int32.random(in: -1...5, using: &generator) }
    let classes = (0..<count).map { _ in Int32.random(in: -1...4, using: &generator) }
    let found = NamingSummary(
      names: names, classes: classes, clusters: Array(0..<count), labelGroups: groups, seed: 1,
      workers: 2)
    let asked = (0..<count).filter { classes[$0] >= 0 }
    let isRight = { (i: Int, j: Int) in
      names[i] >= 0 && groups[Int(names[i])] == groups[Int(classes[j])]
    }
    #expect(found.featureCount == asked.count)
    guard asked.count > 1 else {
      #expect(found.permuted.isNaN)
      return
    }
    let right = Double(asked.count { isRight($0, $0) }) / Double(asked.count)
    #expect(found.agreement.estimate == right)
    let pairs = asked.flatMap { i in asked.filter { $0 != i }.map { (i, $0) } }
    let permuted = Double(pairs.count { isRight($0.0, $0.1) }) / Double(pairs.count)
    #expect(abs(found.permuted - permuted) < 1e-12)
    #expect(abs(found.excess.estimate - (right - permuted)) < 1e-12)
    #expect(found.excess.lower <= found.excess.estimate + 1e-12)
    #expect(found.excess.upper >= found.excess.estimate - 1e-12)
    let share = { (label: Int) in
      Double(asked.count { groups[Int(classes[$0])] == groups[label] }) / Double(asked.count)
    }
    #expect(found.hubClass.share == (0...5).map(share).max())
    if found.hubName.label >= 0 {
      #expect(found.hubName.share == share(Int(found.hubName.label)))
    }
  }

  /// Names without relation to classes have no excess, in about 19 of 20 samples by the interval.
  @Test func theIntervalOfTheExcessCoversNothingForRandomNames() {
    var generator = SplitMix64(seed: 8)
    let covered = (0..<100).count { sample in
      // Few classes, so that exchanged names are right often, and unevenly.
      let draw = { Int32(min(Int.random(in: 0..<6, using: &generator), 3)) }
      let names = (0..<80).map { _ in draw() }
      let classes = (0..<80).map { _ in draw() }
      let summary = NamingSummary(
        names: names, classes: classes, clusters: Array(0..<80), labelGroups: [0, 1, 2, 3],
        replicates: 300, seed: UInt64(sample), workers: 1)
      return summary.excess.covers(0)
    }
    // 95 of 100 with a standard deviation of 2.2; fewer than 88 or all happen once in 150.
    #expect((88...99).contains(covered), "\(covered)")
  }

  @Test func withoutFeaturesNothingIsCounted() {
    let found = NamingSummary(
      names: [0], classes: [-1], clusters: [0], labelGroups: [0, 1], seed: 1, workers: 1)
    #expect(found.featureCount == 0 && found.agreement.estimate.isNaN)
    #expect(found.hubName.label == -1 && found.hubClass.share.isNaN)
  }

  @Test func duplicatesOfALabelCountAsOneInRanks() {
    let ranks = LabelRanks(labelGroups: [7, 3, 7, 9, 3])
    #expect(ranks.groupCount == 3)
    let scores: [Float] = [0.1, 0.5, 0.9, 0.5, .nan]
    #expect((0..<5).map { ranks.rank(of: $0, in: scores) } == [1, 2, 1, 3, 2])
    #expect(ranks.rank(of: 3, in: [.nan, 1, .nan, .nan, 1]) == nil)
    #expect(ranks.rank(of: 1, in: [.nan, -1, .nan, .nan, -2]) == 1)
    let equal = LabelRanks(labelGroups: [0, 1, 2])
    #expect((0..<3).map { equal.rank(of: $0, in: [1, 1, 1]) } == [1, 2, 3])
  }

  @Test func ranksAreSummarised() {
    let summary = RankSummary(
      ranks: [1, 2, nil, 10], clusters: [0, 1, 2, 3], replicates: 50, seed: 1, workers: 1)
    #expect(summary.hitShares.map(\.estimate) == [0.25, 0.5, 0.75])
    #expect(abs(summary.meanReciprocalRank.estimate - 0.4) < 1e-15)
    let none = RankSummary(ranks: [], clusters: [], replicates: 5, seed: 1, workers: 1)
    #expect(none.meanReciprocalRank.estimate.isNaN)
  }
}
