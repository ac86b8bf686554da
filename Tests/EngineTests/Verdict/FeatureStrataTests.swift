import Testing

@testable import Engine

@Suite struct FeatureStrataTests {
  @Test func quartersKeepEqualValuesTogether() {
    let values = (0..<100).map { $0 < 40 ? 1.0 : Double($0) } + [.nan, 7]
    var isRead = [Bool](repeating: true, count: 102)
    isRead[101] = false
    let strata = FeatureStrata([(.length, values)], isRead: isRead).strata
    // 40 equal values have the rank of the first; the quarter that they spill into has what is left.
    #expect(strata.map(\.members.count) == [40, 10, 25, 25])
    #expect(strata.map(\.range) == [1...1, 40...49, 50...74, 75...99])
    #expect(strata.map(\.isLarge) == [true, false, true, true])
    #expect(FeatureStrata([(.density, values.map { _ in .nan })], isRead: isRead).strata.isEmpty)
  }

  /// The deviation is what replicates of the bootstrap have.
  @Test func theDeviationIsThatOfTheBootstrapOverClusters() {
    var generator = SplitMix64(seed: 5)
    let clusters = (0..<600).map { $0 % 7 == 0 ? 3 : $0 / 2 }
    let values = clusters.map { $0 % 3 == 0 ? 1.0 : Double(generator.nextIndex(below: 2)) }
    let mean = ClusteredMean(values, clusters: clusters)
    var sums: [Int: (sum: Double, count: Double)] = [:]
    for (value, cluster) in zip(values, clusters) {
      let old = sums[cluster] ?? (0, 0)
      sums[cluster] = (old.sum + value, old.count + 1)
    }
    let total = values.reduce(0, +) / 600
    let exact = sums.values.reduce(0) {
      $0 + ($1.sum - total * $1.count) * ($1.sum - total * $1.count)
    }
    #expect(abs(mean.mean - total) < 1e-12)
    #expect(abs(mean.deviation - exact.squareRoot() / 600) < 1e-12)
    let apart = ClusteredMean(values, clusters: Array(0..<600))
    let replicates = ClusterBootstrap(values: values).replicates(seed: 1)
    let centre = replicates.reduce(0, +) / 2000
    let spread = replicates.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / 1999
    #expect(abs(apart.deviation / spread.squareRoot() - 1) < 0.08)
    #expect(ClusteredMean([0, 1, 1], clusters: [4, 4, 4]).interval().lower == 0)
    #expect(ClusteredMean([0, 1, 1], clusters: [4, 4, 4]).interval().upper == 1)
  }

  @Test func figuresOfAStratumAreThoseOfItsFeaturesAlone() throws {
    var generator = SplitMix64(seed: 9)
    let count = 200
    let names = (0..<count).map { _ in generator.nextIndex(below: 5) }
    let classes = names.map { $0 == 3 ? -1 : generator.nextIndex(below: 2) == 0 ? $0 : 1 }
    let pValues = (0..<count).map { $0 == 4 ? .nan : Double(generator.nextIndex(below: 100)) / 99 }
    let members = Array(0..<80)
    let figures = FeatureStrata.figures(
      of: members, pValues: pValues, names: names, classes: classes, clusters: Array(0..<count))
    let asked = members.filter { $0 != 4 && classes[$0] >= 0 }
    let summary = NamingSummary(
      names: asked.map { Int32(names[$0]) }, classes: asked.map { Int32(classes[$0]) },
      clusters: asked, labelGroups: [0, 1, 2, 3, 4], seed: 1, workers: 1)
    #expect(abs((figures.right?.mean ?? -1) - summary.agreement.estimate) < 1e-12)
    let excess = try #require(figures.excess)
    #expect(abs(excess.mean - summary.excess.estimate) < 1e-12)
    let interval = excess.interval(within: -1...1)
    #expect(abs(interval.lower - summary.excess.lower) < 0.03)
    #expect(abs(interval.upper - summary.excess.upper) < 0.03)
    let tested = members.filter { $0 != 4 }
    #expect(abs(figures.share.mean - Double(tested.count { pValues[$0] <= 0.05 }) / 79) < 1e-12)
    let null = 2 * Double(tested.count { pValues[$0] > 0.5 }) / 79
    #expect(abs(figures.beyond.mean - (1 - null)) < 1e-12)
  }
}
