@testable import Engine
import Foundation
import Testing

/// Scores that change both banks, beside their definitions in `Double`.
///
/// Whitening here magnifies differences of unit vectors up to some thirty times, and `Float` errors with
/// them: 3e-5 is ten times what was found.
@Suite struct WhiteningScoreTests {
  private static let tolerance = 3e-5

  private static func read(_ count: Int) -> [Int] {
    (0..<count).filter { $0 != BankSample.deadFeature }
  }

  /// All banks of a sample: as they are and whitened, with one score.
  private static func reading(
    _ kind: ScoreKind, _ sample: BankSample, nulls: [BankView.Kind], workers: Int = 2
  ) throws -> BankReading {
    let moments = BankMoments(sample.bank, workers: workers)
    let judge = FormJudge(labels: sample.labels, temperature: 0.02, workers: workers)
    let views = ([.real] + nulls).map {
      BankView($0, labels: sample.labels, moments: moments, axes: judge.axes, empty: nil)
    }
    let whitened = judge.whitened(
      views, moments, moments.spectrum(), isRead: moments.statuses.map { $0 == .read })
    let context = ScoreContext(bankMean: moments.mean, axes: judge.axes)
    let score = try #require(Score.make(kind, labels: sample.labels, context: context))
    return BankReading(
      sample.bank, banks: views.map { ($0, kind == .whitened ? [] : [score]) } + whitened.banks,
      whitening: whitened.whitening, workers: workers)
  }

  /// Widths over 100 have two axes and more; counts below the width have a singular covariance.
  @Test(
    arguments: [
      (ScoreKind.allButTop, 50, 13, 17), (.allButTop, 1000, 31, 24), (.allButTop, 60, 40, 105),
      (.whitened, 50, 13, 17), (.whitened, 1000, 31, 24), (.whitened, 20, 30, 24),
    ])
  func bestAndLeastLabelsAreThoseOfTheDefinition(
    kind: ScoreKind, count: Int, labels: Int, width: Int
  ) throws {
    let sample = BankSample(
      features: count, labels: labels, width: width, seed: 14)
    let reading = try Self.reading(kind, sample, nulls: [])
    let naming = try #require(reading.namings.first { $0.kind == kind })
    let read = Self.read(count)
    let exact = ScoreOracle.scores(
      kind, features: read.map { sample.features[$0] }, texts: sample.texts)
    #expect(naming.labels[BankSample.deadFeature] == -1)
    #expect(naming.leastScores[BankSample.deadFeature].isNaN)
    for (scores, feature) in zip(exact, read) {
      let (best, least) = (scores.max() ?? 0, scores.min() ?? 0)
      #expect(abs(Double(naming.scores[feature]) - best) <= Self.tolerance)
      #expect(best - scores[Int(naming.labels[feature])] <= Self.tolerance)
      #expect(abs(Double(naming.leastScores[feature]) - least) <= Self.tolerance)
      #expect(scores[Int(naming.leastLabels[feature])] - least <= Self.tolerance)
    }
  }

  @Test(arguments: [ScoreKind.allButTop, .whitened])
  func rotatedBanksAreThemselvesWhitened(kind: ScoreKind) throws {
    let sample = BankSample(features: 300, labels: 31, width: 24, seed: 15)
    let moments = BankMoments(sample.bank, workers: 2)
    var generator = SplitMix64(seed: 16)
    let rotation = NullRotation(
      fixing: moments.fixedDirections(sample.labels), width: 24, using: &generator)
    let reading = try Self.reading(kind, sample, nulls: [.rotated(rotation)])
    let read = Self.read(300)
    let null = ScoreOracle.nullBank(read.map { sample.features[$0] }, rotation: rotation)
    let exact = ScoreOracle.scores(kind, features: null, texts: sample.texts)
    try Self.check(reading, kind, found: \.rotatedScores, exact: exact, read: read)
    let opposed = exact.count { -($0.min() ?? 0) > $0.max() ?? 0 }
    let naming = try #require(reading.namings.first { $0.kind == kind })
    // Features whose two extremes are within rounding of each other may fall on either side.
    let near = exact.count { abs(-($0.min() ?? 0) - ($0.max() ?? 0)) <= 2 * Self.tolerance }
    #expect(abs(naming.rotatedOpposed[0] - opposed) <= near)
  }

  @Test(arguments: [ScoreKind.allButTop, .whitened], [40, 1200])
  func randomVectorsAreWhitenedByTheirOwnCovariance(kind: ScoreKind, count: Int) throws {
    let width = 24
    let sample = BankSample(features: count, labels: 31, width: width, seed: 17)
    let bank = GaussianBank(BankMoments(sample.bank, workers: 2), seed: 18)
    let reading = try Self.reading(kind, sample, nulls: [.gaussian(bank)])
    let axes = (0..<width).flatMap { i in (0..<width).map { Float(i == $0 ? 1 : 0) } }
    let operand = bank.operand(axes, count: width).map(Double.init).split(intoRowsOf: width + 1)
    var vectors: [[Double]] = []
    for start in stride(from: 0, to: count, by: JointBank.tileRows) {
      let rows = min(JointBank.tileRows, count - start)
      let drawn = bank.draw(tile: start / JointBank.tileRows, rows: rows, room: 0)
      let z = drawn.vectors.map(Double.init).split(intoRowsOf: width + 1)
      vectors += zip(z, drawn.factors).map { z, factor in
        operand.map { ScoreOracle.dot($0, z) * Double(factor) }
      }
    }
    let read = Self.read(count)
    let exact = ScoreOracle.scores(
      kind, features: read.map { vectors[$0] }, texts: sample.texts)
    try Self.check(reading, kind, found: \.gaussianScores, exact: exact, read: read)
  }

  private static func check(
    _ reading: BankReading, _ kind: ScoreKind, found: KeyPath<BankReading.Naming, [[Float]]>,
    exact: [[Double]], read: [Int]
  ) throws {
    let naming = try #require(reading.namings.first { $0.kind == kind })
    #expect(naming[keyPath: found].count == 1)
    for (scores, feature) in zip(exact, read) {
      let best = Double(naming[keyPath: found][0][feature])
      #expect(abs(best - (scores.max() ?? 0)) <= tolerance, "feature \(feature)")
    }
  }

  @Test func whitenedNamesAreTheSameForAnyNumberOfThreads() throws {
    let sample = BankSample(features: 2500, labels: 40, width: 16, seed: 19)
    let bank = GaussianBank(BankMoments(sample.bank, workers: 1), seed: 20)
    let (one, three) = try (
      Self.reading(.whitened, sample, nulls: [.gaussian(bank)], workers: 1).namings[0],
      Self.reading(.whitened, sample, nulls: [.gaussian(bank)], workers: 3).namings[0]
    )
    #expect(one.labels == three.labels && one.leastLabels == three.leastLabels)
    #expect(one.scores.map(\.bitPattern) == three.scores.map(\.bitPattern))
    #expect(
      one.gaussianScores[0].map(\.bitPattern) == three.gaussianScores[0].map(\.bitPattern))
    #expect(one.gaussianOpposed == three.gaussianOpposed)
  }

  /// Two labels differ in one direction; nothing is left of them without it, and such a score is not made.
  @Test func twoLabelsHaveNoScoreWithoutTheirAxis() throws {
    let sample = BankSample(features: 30, labels: 2, width: 9, seed: 21)
    let report = try #require(
      FormJudge(labels: sample.labels, temperature: 0.02, workers: 1)
        .report(.decoderNative, sample.bank))
    let kinds = report.namings.map(\.reading.kind)
    #expect(!kinds.contains(.allButTop) && kinds.contains(.whitened))
  }

  /// A label that is the mean of all is never best and never least, by scores that centre labels.
  @Test func aLabelThatIsTheMeanIsNeverNamed() throws {
    let (width, half) = (3, Float(0.6))
    // Five labels on a cone about (0, 0, 1) have no unit vector for a mean; a sixth is put there.
    let cone = (0..<5).flatMap { j -> [Float] in
      let angle = 2 * Float.pi * Float(j) / 5
      return [half * cos(angle), half * sin(angle), 0.8]
    }
    let side = LabelSide(cone + [0, 0, 0.8], count: 6, width: width)
    #expect(side.centredLengths[5] <= LabelSide.leastCentredLength)
    let axes = LabelAxes(side, workers: 1)
    #expect(axes.whitened.suffix(width).allSatisfy { $0 == 0 })
    let context = ScoreContext(bankMean: [0, 0, 0], axes: axes)
    for kind in [ScoreKind.text, .centred, .both, .allButTop, .whitened] {
      let score = try #require(Score.make(kind, labels: side, context: context))
      let products: [Float] = [-0.3, -0.2, -0.4, -0.1, -0.2, 0]
      let facts = Score.RowFacts()
      #expect(score.best(products.span, facts).label == 3, "\(kind)")
      let opposite = try #require(score.opposite)
      let away = products.map { -$0 }
      #expect(score.least(away.span, facts, opposite: opposite).label == 3, "\(kind)")
    }
  }
}
