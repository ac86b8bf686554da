@testable import Engine
import Foundation
import Testing

/// Scores of a sample beside their definitions in `Double`.
@Suite struct SampleScoresTests {
  private static let tolerance = 1e-5

  private static func sample(seed: UInt64 = 3) -> (sample: BankSample, features: [[Double]]) {
    let sample = BankSample(features: 60, labels: 9, width: 13, seed: seed)
    let read = (0..<60).filter { $0 != BankSample.deadFeature }
    return (sample, read.map { sample.features[$0] })
  }

  private static func images(_ features: [[Double]]) -> [Float] {
    features.flatMap { $0.map { Float($0) } }
  }

  /// A class for most features, with labels 1 and 4 counting as one.
  private static func truth(_ count: Int, labels: Int) -> SampleTruth {
    var generator = SplitMix64(seed: 8)
    let positions = (0..<count).map { _ in Int.random(in: -1..<labels, using: &generator) }
    return SampleTruth(positions: positions, labelGroups: (0..<labels).map { $0 == 4 ? 1 : $0 })
  }

  @Test(arguments: [(false, ScoreKind.raw), (true, .both)])
  func scoresAreThoseOfTheDefinition(isCentred: Bool, kind: ScoreKind) {
    let (sample, features) = Self.sample()
    let scores = SampleScores(
      Self.images(features), labels: sample.labels, isCentred: isCentred)
    let exact = ScoreOracle.scores(kind, features: features, texts: sample.texts)
    for (place, value) in exact.flatMap(\.self).enumerated() {
      #expect(abs(Double(scores.elements[place]) - value) <= Self.tolerance)
    }
  }

  @Test func deviationsBecomeEqualAndMeansStay() {
    let (sample, features) = Self.sample()
    var scores = SampleScores(Self.images(features), labels: sample.labels, isCentred: false)
    func columns(_ scores: SampleScores) -> [(mean: Double, deviation: Double)] {
      (0..<scores.columns).map { j in
        let column = (0..<scores.rows).map { Double(scores.elements[$0 * scores.columns + j]) }
        let mean = column.reduce(0, +) / Double(column.count)
        let square = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
        return (mean, square.squareRoot())
      }
    }
    let before = columns(scores)
    scores.equaliseDeviations()
    let after = columns(scores)
    let usual = before.reduce(0) { $0 + $1.deviation } / Double(before.count)
    #expect(before.contains { abs($0.deviation - usual) > 0.05 * usual })
    for (first, then) in zip(before, after) {
      #expect(abs(first.mean - then.mean) <= Self.tolerance)
      #expect(abs(then.deviation - usual) <= Self.tolerance)
    }
  }

  /// Exchanging features, pair by pair: the mean over all pairs is what the terms leave out.
  @Test func probabilitiesBeyondChanceAreThoseOfThePairs() {
    let (sample, features) = Self.sample()
    let scores = SampleScores(Self.images(features), labels: sample.labels, isCentred: false)
    let truth = Self.truth(features.count, labels: sample.labels.count)
    let scale = 7.0
    let terms = scores.probabilityTerms(truth, scale: scale)
    let probabilities = truth.features.map { row -> [Double] in
      let exponentials = (0..<scores.columns).map {
        exp(scale * Double(scores.elements[row * scores.columns + $0]))
      }
      return exponentials.map { $0 / exponentials.reduce(0, +) }
    }
    func right(_ row: Int, _ class: Int) -> Double {
      let group = truth.labelGroups[truth.positions[`class`]]
      return truth.labelGroups.indices.filter { truth.labelGroups[$0] == group }
        .reduce(0) { $0 + probabilities[row][$1] }
    }
    let places = truth.features.indices
    let matched = places.reduce(0) { $0 + right($1, $1) } / Double(places.count)
    var exchanged = 0.0
    for row in places { for other in places where other != row { exchanged += right(row, other) } }
    exchanged /= Double(places.count * (places.count - 1))
    #expect(truth.features.count < features.count)
    #expect(abs(terms.excess - (matched - exchanged)) <= 1e-6)
    // A feature's term, by its own definition.
    let others = Double(places.count - 1)
    for row in [0, 7] {
      let p = places.filter { $0 != row }.reduce(0) { $0 + right(row, $1) } / others
      let q = places.filter { $0 != row }.reduce(0) { $0 + right($1, row) } / others
      #expect(abs(terms.values[row] - (right(row, row) - p - q + exchanged)) <= 1e-6)
    }
  }

  @Test func aFittedScaleMakesTrueLabelsMostLikely() {
    let (sample, features) = Self.sample()
    let scores = SampleScores(Self.images(features), labels: sample.labels, isCentred: true)
    // True labels are drawn by the scale 5.
    var generator = SplitMix64(seed: 5)
    let positions = (0..<scores.rows).map { row -> Int in
      let weights = (0..<scores.columns).map {
        exp(5 * Double(scores.elements[row * scores.columns + $0]))
      }
      var rest = Double.random(in: 0..<weights.reduce(0, +), using: &generator)
      return weights.firstIndex { weight in
        rest -= weight
        return rest < 0
      } ?? scores.columns - 1
    }
    let truth = SampleTruth(positions: positions, labelGroups: Array(0..<scores.columns))
    let fitted = scores.fittedScale(truth)
    func loss(_ scale: Double) -> Double {
      (0..<scores.rows).reduce(0) { sum, row in
        let scores = (0..<scores.columns).map {
          Double(scores.elements[row * scores.columns + $0])
        }
        return sum + log(scores.reduce(0) { $0 + exp(scale * $1) }) - scale * scores[positions[row]]
      }
    }
    #expect(fitted > 2 && fitted < 12)
    for factor in [0.97, 0.999, 1.001, 1.03] { #expect(loss(fitted) < loss(factor * fitted)) }
  }

  @Test func aScaleThatHelpsNobodyEndsAtItsLimit() {
    let (sample, features) = Self.sample()
    let scores = SampleScores(Self.images(features), labels: sample.labels, isCentred: true)
    let worst = (0..<scores.rows).map { row in
      (0..<scores.columns).min {
        scores.elements[row * scores.columns + $0] < scores.elements[row * scores.columns + $1]
      } ?? 0
    }
    let truth = SampleTruth(positions: worst, labelGroups: Array(0..<scores.columns))
    let limit = SampleScores.scaleLimits.lowerBound
    #expect(abs(scores.fittedScale(truth) - limit) <= 1e-3 * limit)
  }
}
