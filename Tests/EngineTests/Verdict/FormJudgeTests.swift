@testable import Engine
import Foundation
import Testing

@Suite struct FormJudgeTests {
  private static func judge(_ sample: BankSample, workers: Int = 2, seed: UInt64 = 1) -> FormJudge {
    var judge = FormJudge(labels: sample.labels, temperature: 0.02, workers: workers)
    judge.seed = seed
    return judge
  }

  /// The best label of each feature, by every score, is that of the score's definition in `Double`, but where
  /// two score within rounding of each other.
  @Test func everyScoreNamesByItsDefinition() throws {
    let sample = BankSample(features: 150, labels: 19, width: 22, seed: 51)
    let report = try #require(Self.judge(sample).report(.decoderNative, sample.bank))
    let read = (0..<150).filter { $0 != BankSample.deadFeature }
    let features = read.map { sample.features[$0] }
    let centred = ScoreOracle.scores(.centred, features: features, texts: sample.texts)
    #expect(
      report.namings.map(\.reading.kind)
        == ScoreKind.allCases.filter { $0 != .empty && !$0.ranksAsRaw })
    for naming in report.namings {
      let exact = Self.corrected(naming.reading.kind, centred: centred, features, sample.texts)
      guard !exact.isEmpty else { continue }
      for (position, feature) in read.enumerated() {
        let best = exact[position].max() ?? 0
        let found = exact[position][Int(naming.reading.labels[feature])]
        let size = exact[position].map(abs).max() ?? 1
        #expect(best - found <= 1e-4 * size, "\(naming.reading.kind) of \(feature)")
      }
    }
  }

  /// Scores by their definitions; none for the one that needs null banks.
  private static func corrected(
    _ kind: ScoreKind, centred: [[Double]], _ features: [[Double]], _ texts: [[Double]]
  ) -> [[Double]] {
    let columns = centred[0].indices.map { j in centred.map { $0[j] } }
    func add(_ constants: [Double], times slope: Double = 1) -> [[Double]] {
      centred.map { row in zip(row, constants).map { slope * $0 + $1 } }
    }
    switch kind {
    case .raw, .text, .centred, .both, .allButTop, .whitened, .textDifference:
      return ScoreOracle.scores(kind, features: features, texts: texts)
    case .columnZ:
      let moments = columns.map { column -> (Double, Double) in
        let mean = column.reduce(0, +) / Double(column.count)
        let square = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
        return (mean, square.squareRoot())
      }
      return centred.map { row in zip(row, moments).map { ($0 - $1.0) / $1.1 } }
    case .csls:
      return add(columns.map { -$0.sorted(by: >).prefix(10).reduce(0, +) / 10 }, times: 2)
    case .invertedSoftmax:
      let tau = ColumnStatistics.tau
      return add(columns.map { -tau * log($0.reduce(0) { $0 + exp($1 / tau) }) })
    case .pmi:
      let shares = centred.map { row -> [Double] in
        let weights = row.map { exp($0 / 0.02) }
        return weights.map { $0 / weights.reduce(0, +) }
      }
      return add(
        columns.indices.map { j in
          -0.02 * log(shares.reduce(0) { $0 + $1[j] } / Double(shares.count))
        })
    case .empty, .emptyDifference, .nullColumnZ, .sinkhorn: return []
    }
  }

  /// Judges features without any label information, but with a common component.
  ///
  /// Of 40 banks, the mean share of p-values of at most 0.05 is within four deviations of it. A share of one bank of 200 features has a
  /// deviation of 0.0154 if they are independent; the null of a bank is shared by its features, which adds
  /// as much again at most.
  @Test func nullFeaturesAreAsSignificantAsChanceHasIt() throws {
    var shares: [Double] = []
    for seed in 0..<40 {
      let sample = BankSample(features: 200, labels: 30, width: 24, seed: UInt64(100 + seed))
      let report = try #require(
        Self.judge(sample, seed: UInt64(seed)).report(.decoderNative, sample.bank))
      let centred = try #require(report.namings.first { $0.reading.kind == .centred })
      let significance = try #require(centred.rotated)
      #expect(significance.pValues[BankSample.deadFeature].isNaN)
      shares.append(significance.share.estimate)
    }
    let mean = shares.reduce(0, +) / 40
    #expect(abs(mean - 0.05) <= 4 * 0.0154 * 2.0.squareRoot() / 40.0.squareRoot())
  }

  /// Features that are labels with some noise are told from null features, by name and in all.
  @Test func plantedFeaturesAreFound() throws {
    let width = 64
    var generator = SplitMix64(seed: 61)
    var texts = (0..<(30 * width)).map { _ in Float.random(in: -1...1, using: &generator) }
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    let planted = (0..<300).flatMap { row in
      (0..<width).map { p in
        texts[row % 30 * width + p] + 0.1 * Float.random(in: -1...1, using: &generator)
      }
    }
    let tensor = Tensor(name: "V", shape: [300, width], elements: planted)
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(tensor, isTransposed: false), selection: FeatureSelection(all: 300),
        shift: nil),
      map: DirectionMap(nativeWidth: width))
    let judge = FormJudge(
      labels: LabelSide(texts, count: 30, width: width), temperature: 0.02, workers: 2)
    let report = try #require(judge.report(.decoderNative, bank))
    for naming in report.namings {
      #expect(naming.reading.labels == (0..<300).map { Int32($0 % 30) }, "\(naming.reading.kind)")
      guard let significance = naming.rotated else { continue }
      #expect(significance.discoveries == 300)
      #expect(significance.share.estimate == 1 && significance.nullShare.estimate == 0)
      #expect(naming.hubs.concentration.effectiveCount == 30)
    }
    #expect(report.alignment.ratio > 1 + 5 * report.alignment.nullDeviation)
  }

  @Test func resultsAreTheSameForAnyNumberOfThreads() throws {
    let sample = BankSample(features: 1500, labels: 40, width: 24, seed: 71)
    let reports = try [1, 3].map {
      try #require(Self.judge(sample, workers: $0).report(.decoderNative, sample.bank))
    }
    for (one, three) in zip(reports[0].namings, reports[1].namings) {
      #expect(one.reading.labels == three.reading.labels)
      #expect(one.reading.scores.map(\.bitPattern) == three.reading.scores.map(\.bitPattern))
      #expect(
        one.rotated?.pValues.map(\.bitPattern)
          == three.rotated?.pValues.map(\.bitPattern))
      #expect(one.rotated?.nullShare == three.rotated?.nullShare)
    }
    #expect(reports[0].alignment == reports[1].alignment)
  }

  @Test func aBankOfOneFeatureHasNoReport() {
    let sample = BankSample(features: 1, labels: 5, width: 8, seed: 81)
    #expect(Self.judge(sample).report(.decoderNative, sample.bank) == nil)
  }
}
