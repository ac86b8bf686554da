import Testing

@testable import Engine

/// Comparisons of runs, beside loops over the cosines that the runs were made of.
@Suite struct RunComparisonTests {
  let place: TemporaryDirectory

  init() throws { place = try TemporaryDirectory() }

  private func sample(
    _ name: String, _ features: [Int], _ labels: [String], unread: Set<Int> = [], top: Int = 3,
    seed: UInt64
  ) throws -> SampleRun {
    try SampleRun(
      path: place.path + "/" + name, features: features, labels: labels, unread: unread,
      topCount: top, seed: seed)
  }

  @Test func featuresAreComparedByIDAndLabelsByText() throws {
    // The same texts under other ids, one of each run alone, and a blank one.
    let one = try sample(
      "a", Array(0..<60), ["cat", "dog", "", "tree", "only a"], unread: [4, 5], seed: 1)
    let other = try sample(
      "b", Array(stride(from: 2, to: 90, by: 2)), ["tree", "cat", "dog", "only b", "also b"],
      unread: [4, 8], top: 2, seed: 2)
    let comparison = try RunComparison(one.run, other.run)

    let common = (0..<60).filter { $0 % 2 == 0 && $0 >= 2 }
    let both = common.filter { ![4, 5, 8].contains($0) }
    #expect(comparison.commonCount == common.count)
    #expect(comparison.onlyCounts == (60 - common.count, 44 - common.count))
    #expect(comparison.labelCounts == (3, 1, 2))
    #expect(comparison.pairs.map { Int(one.run.features.featureIDs[$0.first]) } == both)
    #expect(comparison.pairs.map { Int(other.run.features.featureIDs[$0.second]) } == both)
    #expect(comparison.topCount == 2)

    var (agreeing, shared) = (0, 0)
    var firsts = (one: [String: Double](), other: [String: Double]())
    for id in both {
      let left = try #require(one.order(ofFeature: id)).prefix(2).map { one.run.labels[$0] }
      let right = try #require(other.order(ofFeature: id)).prefix(2).map { other.run.labels[$0] }
      agreeing += left[0] == right[0] ? 1 : 0
      for label in left where right.contains(label) { shared += 1 }
      firsts.one[left[0], default: 0] += 1 / Double(both.count)
      firsts.other[right[0], default: 0] += 1 / Double(both.count)
    }
    #expect(agreeing > 0 && agreeing < both.count)
    #expect(comparison.agreeing == agreeing)
    #expect(abs(comparison.overlap - Double(shared) / Double(2 * both.count)) < 1e-12)
    let chance = firsts.one.reduce(0) { $0 + $1.value * (firsts.other[$1.key] ?? 0) }
    #expect(abs(comparison.chance - chance) < 1e-12)
  }

  @Test func changesAreOfEachFeature() throws {
    let one = try sample("a", Array(0..<40), ["cat", "dog", "tree"], seed: 3)
    let other = try sample("b", Array(0..<40), ["cat", "dog", "tree"], seed: 4)
    let comparison = try RunComparison(one.run, other.run)
    #expect(comparison.changes.map(\.name) == ["best_cosine", "margin", "entropy"])
    func best(_ sample: SampleRun, _ id: Int) throws -> Float {
      let order = try #require(sample.order(ofFeature: id))
      return try #require(sample.cosines[id] ?? nil)[order[0]]
    }
    let differences = try (0..<40).map { try best(other, $0) - best(one, $0) }
    let cosines = comparison.changes[0]
    #expect(cosines.first == Quantiles(of: try (0..<40).map { try best(one, $0) }))
    #expect(cosines.second == Quantiles(of: try (0..<40).map { try best(other, $0) }))
    #expect(cosines.difference == Quantiles(of: differences))
  }

  @Test func whatChangedMostIsSharpInBoth() throws {
    let one = try sample("a", Array(0..<50), ["cat", "dog", "tree", "sea"], seed: 5)
    let other = try sample("b", Array(0..<50), ["cat", "dog", "tree", "sea"], seed: 6)
    let comparison = try RunComparison(one.run, other.run)
    let changed = comparison.changedMost(50)
    #expect(changed.count == 50 - comparison.agreeing && !changed.contains(where: \.agrees))
    let margins = changed.map {
      min(one.run.features.margins[$0.first], other.run.features.margins[$0.second])
    }
    #expect(margins == margins.sorted(by: >))
    #expect(comparison.changedMost(3) == Array(changed.prefix(3)))
  }

  @Test func aRunAgreesWithItself() throws {
    let one = try sample("a", Array(0..<30), ["cat", "dog", "tree"], unread: [7], seed: 7)
    let comparison = try RunComparison(one.run, one.run)
    #expect(comparison.agreeing == 29 && comparison.overlap == 1)
    #expect(comparison.changedMost(10).isEmpty)
    #expect(comparison.changes.allSatisfy { $0.difference.points == Quantiles(of: [0]).points })
    // So it does where labels have one text.
    let twice = try sample("b", Array(0..<30), ["cat", "cat", "tree"], seed: 7)
    #expect(try RunComparison(twice.run, twice.run).overlap == 1)
  }

  @Test(arguments: [
    ([0, 1], ["sea", "sky", "sun"], "labels: found none that "),
    ([7, 8], ["cat", "dog", "tree"], "features that were read: found none that "),
  ])
  func runsWithNothingInCommonAreRefused(
    features: [Int], labels: [String], message: String
  ) throws {
    let one = try sample("a", [0, 1, 2], ["cat", "dog", "tree"], seed: 8)
    let other = try sample("b", features, labels, seed: 9)
    let error = #expect(throws: QueryError.self) { _ = try RunComparison(one.run, other.run) }
    #expect(
      error?.description == "\(other.run.path): \(message)\(one.run.path) has too, expected some")
    #expect(error?.kind == .badData)
  }
}
