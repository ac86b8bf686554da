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

@Suite struct LabelSetStrataTests {
  /// Members by asking each feature and set, of overlapping sets of random labels.
  @Test func featuresBelongToEverySetOfTheirClass() {
    var generator = SplitMix64(seed: 17)
    let count = 3000
    let classes = (0..<count).map { _ in Int32(generator.nextIndex(below: 41)) - 1 }
    let isRead = (0..<count).map { _ in generator.nextIndex(below: 10) > 0 }
    // The sets of labels 0 to 29 alone, so that some classes are in no set.
    let sets = (0..<24).map { index in
      Array(generator.permutation(of: 30).prefix(1 + index % 7)).sorted()
    }
    let found = LabelSetStrata(sets, classes: classes, isRead: isRead)
    let members = sets.map { set in
      (0..<count).filter { isRead[$0] && set.contains(Int(classes[$0])) }
    }
    #expect(found.listed.count == LabelSetStrata.limit && found.setCount == 24)
    #expect(found.occupiedCount == members.count { !$0.isEmpty })
    for stratum in found.listed {
      #expect(stratum.members == members[stratum.set])
      let least = max(20, 0.05 * Double(isRead.count { $0 }))
      #expect(stratum.isLarge == (Double(stratum.members.count) >= least))
    }
    #expect(found.listed.contains { $0.isLarge } && found.listed.contains { !$0.isLarge })
    // No set that is left out has more features than one that is listed.
    let rest = Set(sets.indices).subtracting(found.listed.map(\.set))
    let fewest = found.listed.map(\.members.count).min() ?? 0
    #expect(rest.allSatisfy { members[$0].count <= fewest })
    let sizes = found.listed.map { ($0.members.count, -$0.set) }
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 > $1 })
    let judged = (0..<count).filter { isRead[$0] && classes[$0] >= 0 }
    #expect(found.judgedCount == judged.count)
    #expect(
      found.coveredCount
        == judged.count { feature in sets.contains { $0.contains(Int(classes[feature])) } })
  }

  @Test func setsWithoutFeaturesAreNotListed() {
    let found = LabelSetStrata(
      [[0], [1, 2], [3]], classes: [2, 2, -1, 0, 3], isRead: [true, true, true, true, false])
    #expect(found.listed.map(\.set) == [1, 0])
    #expect(found.listed.map(\.members) == [[0, 1], [3]])
    #expect(found.setCount == 3 && found.occupiedCount == 2)
    #expect(found.judgedCount == 3 && found.coveredCount == 3)
  }
}
