@testable import Engine
import Foundation
import Testing

/// Corrections that rank the labels of a feature as no correction does.
@Suite struct RankingTests {
  private static func report(
    _ sample: BankSample, temperature: Double = 0.02, empty: [Double]? = nil,
    sigmoid: SigmoidScores? = nil
  ) throws -> FormReport {
    var judge = FormJudge(labels: sample.labels, temperature: temperature, workers: 2)
    judge.empty = empty
    judge.sigmoid = sigmoid
    return try #require(judge.report(.decoderNative, sample.bank))
  }

  private static let empty = ScoreOracle.unit((0..<22).map { Double($0 % 5) + 1 })

  /// Taking a common vector off all labels changes nothing but the score of a whole row; with labels made
  /// unit vectors again it does.
  @Test func differencesWithoutANewLengthRankAsRaw() throws {
    let sample = BankSample(features: 400, labels: 19, width: 22, seed: 23)
    let report = try Self.report(sample, empty: Self.empty)
    let facts = report.scoreFacts
    #expect(facts.sameAsRaw.map(\.kind) == [.textDifference, .emptyDifference])
    #expect(facts.sameAsRaw.allSatisfy { $0.differing == 0 })
    let kinds = report.namings.map(\.reading.kind)
    #expect(!kinds.contains(.textDifference) && kinds.contains(.empty))
    let raw = try #require(report.namings.first { $0.reading.kind == .raw }).reading
    for kind in [ScoreKind.text, .empty] {
      let other = try #require(report.namings.first { $0.reading.kind == kind }).reading
      #expect(other.labels != raw.labels, "\(kind)")
    }
  }

  /// All ranks of a row, not the first alone.
  @Test(arguments: [ScoreKind.textDifference, .emptyDifference])
  func everyRankIsThatOfRaw(kind: ScoreKind) throws {
    let sample = BankSample(features: 60, labels: 19, width: 22, seed: 24)
    let moments = BankMoments(sample.bank, workers: 1)
    let view = BankView(.real, labels: sample.labels, moments: moments, empty: Self.empty)
    let context = ScoreContext(bankMean: view.mean, empty: Self.empty)
    let scores = [ScoreKind.raw, kind].compactMap {
      Score.make($0, labels: sample.labels, context: context)
    }
    for label in 0..<19 {
      let truth = [Int32](repeating: Int32(label), count: 60)
      let reading = BankReading(
        sample.bank, banks: [(view, scores)], truth: truth, workers: 1)
      #expect(reading.namings[0].trueRanks == reading.namings[1].trueRanks)
    }
    let exact = ScoreOracle.scores(
      kind, features: [sample.features[0]], texts: sample.texts, empty: Self.empty)[0]
    let reading = BankReading(sample.bank, banks: [(view, scores)], workers: 1)
    #expect(abs(Double(reading.namings[1].scores[0]) - (exact.max() ?? 0)) <= 1e-6)
  }

  /// The temperature is part of one score; all others are the same to the bit.
  @Test func temperatureChangesNoRankingButThatOfPMI() throws {
    let sample = BankSample(features: 300, labels: 19, width: 22, seed: 25)
    let (cold, warm) = try (
      Self.report(sample, temperature: 0.01), Self.report(sample, temperature: 1)
    )
    for (one, other) in zip(cold.namings, warm.namings) {
      let isSame =
        one.reading.scores.map(\.bitPattern) == other.reading.scores.map(\.bitPattern)
      #expect(isSame == (one.reading.kind != .pmi), "\(one.reading.kind)")
    }
  }

  /// Constants of rows leave softmax, hence `pmi`, and the potentials of `sinkhorn` as they are.
  @Test func constantsOfRowsDoNotReachColumns() {
    let scores = Matrix.random(rows: 80, columns: 9, seed: 26).elements.map { $0 / 4 }
    func statistics(_ scores: [Float]) -> ColumnStatistics {
      ColumnStatistics(scores: scores, labelCount: 9, temperature: 0.02, isWhole: true)
    }
    let shifted = scores.enumerated().map { $0.element + Float($0.offset / 9 % 7) / 16 - 0.2 }
    let (one, other) = (statistics(scores), statistics(shifted))
    for j in 0..<9 {
      #expect(abs(one.logMeanProbabilities[j] - other.logMeanProbabilities[j]) <= 1e-4)
      #expect(abs(one.potentials[j] - other.potentials[j]) <= 1e-5)
      #expect(abs(one.means[j] - other.means[j]) > 1e-3)
    }
  }

  // MARK: - Sigmoid

  /// The scores of a model with a bias rise with the cosine, so that they rank as `raw`; their sums and
  /// counts are those of the definition.
  @Test func sigmoidScoresRankAsRaw() throws {
    let sample = BankSample(features: 1100, labels: 19, width: 22, seed: 27)
    let sigmoid = SigmoidScores(scale: 25, bias: -9)
    let report = try Self.report(sample, sigmoid: sigmoid)
    let raw = try #require(report.namings.first { $0.reading.kind == .raw }).reading
    let tallies = report.scoreFacts.sigmoids
    #expect(tallies.count == 9)
    let cosines = ScoreOracle.scores(.raw, features: sample.features, texts: sample.texts)
    for feature in 0..<1100 where feature != BankSample.deadFeature {
      let exact = cosines[feature].map { 1 / (1 + exp(-(25 * $0 - 9))) }
      #expect(exact.firstIndex(of: exact.max() ?? 0) == Int(raw.labels[feature]))
      #expect(abs(Double(tallies[0].sums[feature]) - exact.reduce(0, +)) <= 1e-4)
      let near = exact.count { abs($0 - 0.5) <= 1e-5 }
      #expect(abs(Int(tallies[0].counts[feature]) - exact.count { $0 > 0.5 }) <= near)
    }
    #expect(tallies[0].sums[BankSample.deadFeature].isNaN && tallies[0].readCount == 1099)
    // A feature has a label over a half if its best cosine is over -b/s, in null banks as well.
    for (tally, scores) in zip(tallies.dropFirst(), raw.rotatedScores + raw.gaussianScores) {
      #expect(abs(tally.featureCount - scores.count { $0 > 9.0 / 25 }) <= 1)
    }
    #expect(tallies[0].featureCount > 0 && tallies[0].featureCount < 1099)
  }

  @Test(arguments: [0, 1, 15, 16, 33])
  func sumsOfSigmoidsAreTheirDefinition(count: Int) {
    let row = (0..<count).map { Float($0 % 11) / 5 - 1.1 }
    for (scale, bias) in [(Float(1), Float(0)), (117, -12.5), (1000, 3)] {
      let found = sigmoidSum(row.span, scale: scale, bias: bias)
      let exact = row.map { 1 / (1 + exp(-(Double(scale) * Double($0) + Double(bias)))) }
      #expect(abs(found.sum - exact.reduce(0, +)) <= 2e-5 * Double(max(1, count)))
      #expect(found.above == exact.count { $0 > 0.5 })
    }
  }

  // MARK: - Signs

  /// Features that are labels with the other sign are opposed, and right by size alone.
  @Test func featuresThatLostTheirSignAreOpposed() throws {
    let (width, count) = (64, 240)
    var generator = SplitMix64(seed: 28)
    var texts = (0..<(30 * width)).map { _ in Float.random(in: -1...1, using: &generator) }
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    var elements: [Float] = []
    for row in 0..<count {
      let sign: Float = row % 3 == 0 ? -1 : 1
      for p in 0..<width {
        let noise = Float.random(in: -0.1...0.1, using: &generator)
        elements.append(sign * (texts[row % 30 * width + p] + noise))
      }
    }
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(name: "V", shape: [count, width], elements: elements), isTransposed: false),
        selection: FeatureSelection(all: count), shift: nil),
      map: DirectionMap(nativeWidth: width))
    var judge = FormJudge(
      labels: LabelSide(texts, count: 30, width: width), temperature: 0.02, workers: 2)
    judge.truth = (0..<count).map { Int32($0 % 30) }
    let report = try #require(judge.report(.decoderNative, bank))
    let kinds: [ScoreKind] = [.raw, .centred, .both, .allButTop, .whitened]
    #expect(report.scoreFacts.signs.map(\.kind) == kinds)
    for signs in report.scoreFacts.signs {
      #expect(signs.opposed.estimate == 1.0 / 3, "\(signs.kind)")
      #expect(signs.rightBySize?.estimate == 1, "\(signs.kind)")
      #expect(signs.rotated.count == 4 && signs.random.count == 4)
      // About a half is opposed by chance; 240 independent features have a deviation of 0.032.
      for share in signs.rotated + signs.random { #expect(abs(share - 0.5) <= 0.2) }
    }
  }
}
