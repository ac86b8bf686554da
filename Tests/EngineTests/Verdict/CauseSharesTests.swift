@testable import Engine
import Foundation
import Testing

/// Readings in which one thing is wrong, and which cause they are laid to.
@Suite struct CauseSharesTests {
  private static let (width, labelCount, count) = (48, 24, 480)

  /// Labels about a common direction, and a feature near each, 20 of every label.
  private struct World {
    var labels: LabelSide
    var features: [[Double]]
    var positions: [Int]
  }

  private static func world(seed: UInt64 = 2) -> World {
    var generator = SplitMix64(seed: seed)
    func vector() -> [Double] {
      (0..<width).map { _ in Double.random(in: -1...1, using: &generator) }
    }
    let common = ScoreOracle.unit(vector())
    let concepts = (0..<labelCount).map { _ in ScoreOracle.unit(vector()) }
    let texts = concepts.map { concept in
      ScoreOracle.unit(zip(common, concept).map { 0.7 * $0 + 0.7 * $1 })
    }
    let positions = (0..<count).map { $0 % labelCount }
    let features = positions.map { position in
      ScoreOracle.unit(
        zip(concepts[position], ScoreOracle.unit(vector())).map { 0.6 * $0 + 0.8 * $1 })
    }
    return World(
      labels: LabelSide(
        texts.flatMap { $0.map { Float($0) } }, count: labelCount, width: width),
      features: features, positions: positions)
  }

  private static func added(_ vector: [Double], _ features: [[Double]]) -> [[Double]] {
    features.map { ScoreOracle.unit(zip($0, vector).map { $0 + $1 }) }
  }

  private static func shares(
    _ world: World, _ features: [[Double]], isolated: [[Double]]? = nil,
    otherTemplates: LabelSide? = nil, scale: Double = 30, workers: Int = 2
  ) -> CauseShares {
    func images(_ features: [[Double]]) -> [Float] { features.flatMap { $0.map { Float($0) } } }
    return CauseShares(
      CauseShares.Question(
        images: images(features), isolated: isolated.map(images), labels: world.labels,
        otherTemplates: otherTemplates,
        truth: SampleTruth(positions: world.positions, labelGroups: Array(0..<labelCount)),
        clusters: Array(0..<count), scale: scale),
      seed: 1, workers: workers)
  }

  private static func label(_ position: Int, _ world: World) -> [Double] {
    world.labels.rows[(position * width)..<((position + 1) * width)].map(Double.init)
  }

  @Test func aCommonDirectionIsLaidToCentring() {
    let world = Self.world()
    let gap = ScoreOracle.difference(Self.label(3, world), Self.label(9, world)).map { 2 * $0 }
    let found = Self.shares(world, Self.added(gap, world.features))
    #expect(Set(found.shares.map(\.cause)) == [.centring, .hubs, .temperature])
    #expect(found.shares[0].cause == .centring && found.shares[0].names.lower > 0.3)
    #expect(found.shares.dropFirst().allSatisfy { abs($0.names.estimate) < 0.1 })
  }

  @Test func aBiasIsLaidToBiasAndCentringAlike() throws {
    let world = Self.world()
    let bias = Self.label(3, world).map { 3 * $0 }
    let found = Self.shares(
      world, Self.added(bias, world.features), isolated: world.features)
    let share = { (cause: CauseShares.Cause) in
      try #require(found.shares.first { $0.cause == cause }).names.estimate
    }
    #expect(try share(.bias) > 0.3)
    #expect(try abs(share(.bias) - share(.centring)) < 0.1)
  }

  @Test func aTemperatureIsSeenInProbabilitiesAlone() {
    let world = Self.world()
    let found = Self.shares(world, world.features, scale: 0.2)
    #expect(found.shares[0].cause == .temperature)
    #expect(found.shares[0].probability.lower > 0.5)
    #expect(
      found.shares[0].names == IntervalEstimate(estimate: 0, lower: 0, upper: 0))
  }

  @Test func labelsThatVaryMostAreLaidToHubs() {
    let world = Self.world()
    // Features vary along what tells one label from its mean: it is first too often, and last.
    var generator = SplitMix64(seed: 4)
    let texts = (0..<Self.labelCount).map { Self.label($0, world) }
    let axis = ScoreOracle.unit(ScoreOracle.difference(texts[5], ScoreOracle.mean(texts)))
    let features = world.features.map { feature in
      let amount = Double.random(in: -1.8...1.8, using: &generator)
      return ScoreOracle.unit(zip(feature, axis).map { $0 + amount * $1 })
    }
    let found = Self.shares(world, features)
    #expect(found.shares[0].cause == .hubs)
    #expect(found.shares[0].names.lower > 0.05)
  }

  @Test func otherTemplatesAreACauseOfTheirOwn() {
    var world = Self.world()
    let good = world.labels
    // In use: labels of which some stand for others.
    var rows = good.rows
    for j in 0..<8 {
      for p in 0..<Self.width { rows[j * Self.width + p] = good.rows[(j + 8) * Self.width + p] }
    }
    world.labels = LabelSide(rows, count: Self.labelCount, width: Self.width)
    let found = Self.shares(world, world.features, otherTemplates: good)
    #expect(found.shares[0].cause == .template)
    #expect(found.shares[0].names.lower > 0.2)
  }

  @Test func sharesAddUpAndDoNotDependOnThreads() throws {
    let world = Self.world()
    let features = Self.added(Self.label(3, world).map { 2 * $0 }, world.features)
    let found = Self.shares(world, features, isolated: world.features)
    let (first, last) = (try #require(found.readings.first), try #require(found.readings.last))
    #expect(found.readings.count == 16 && first.corrected.isEmpty && last.corrected.count == 4)
    for (sum, gain) in [
      (found.shares.reduce(0) { $0 + $1.names.estimate }, last.names - first.names),
      (
        found.shares.reduce(0) { $0 + $1.probability.estimate },
        last.probability - first.probability
      ),
    ] { #expect(abs(sum - gain) <= 1e-9) }
    let alone = Self.shares(world, features, isolated: world.features, workers: 1)
    #expect(alone.shares == found.shares && alone.readings == found.readings)
    // The first reading is that of the form in use by the raw score.
    let raw = ScoreOracle.scores(
      .raw, features: features,
      texts: (0..<Self.labelCount).map { Self.label($0, world) })
    let names = raw.map { row in row.indices.max { (row[$0], -$0) < (row[$1], -$1) } ?? 0 }
    let terms = NamingTerms(names: names, classes: world.positions)
    #expect(abs(first.names - terms.excess) <= 1e-12)
  }
}
