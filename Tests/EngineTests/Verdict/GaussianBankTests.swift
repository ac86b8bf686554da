@testable import Engine
import Testing

@Suite struct GaussianBankTests {
  private static let width = 11

  /// The vectors that are drawn for a tile, in `Double`, [rows][D], by inverting the products with the axes.
  private static func vectors(_ bank: GaussianBank, tile: Int, rows: Int) -> [[Double]] {
    let axes = (0..<width).flatMap { i in (0..<width).map { Float(i == $0 ? 1 : 0) } }
    let operand = bank.operand(axes, count: width).map(Double.init)
      .split(intoRowsOf: width + 1)
    let drawn = bank.draw(tile: tile, rows: rows, room: 3)
    let z = drawn.vectors.map(Double.init).split(intoRowsOf: width + 1)
    #expect(z.count == rows + 3 && z.suffix(3).allSatisfy { $0.allSatisfy { $0 == 0 } })
    return (0..<rows).map { row in
      operand.map { ScoreOracle.dot($0, z[row]) * Double(drawn.factors[row]) }
    }
  }

  /// Operands and factors are rounded to `Float`: lengths are within 1e-6 of 1.
  @Test func vectorsAreUnitVectors() {
    let sample = BankSample(features: 90, labels: 5, width: Self.width, seed: 91)
    let bank = GaussianBank(BankMoments(sample.bank, workers: 1), seed: 3)
    for vector in Self.vectors(bank, tile: 0, rows: 40) {
      #expect(abs(ScoreOracle.dot(vector, vector) - 1) <= 2e-6)
    }
  }

  /// Before they are made unit vectors, 20,000 vectors have the bank's mean and covariance, each element
  /// within five of its own deviations, which are at most 1 and √2 times those of the bank.
  @Test func vectorsHaveTheMeanAndCovarianceOfTheBank() {
    let sample = BankSample(features: 90, labels: 5, width: Self.width, seed: 92)
    let moments = BankMoments(sample.bank, workers: 1)
    let bank = GaussianBank(moments, seed: 4)
    let axes = (0..<Self.width).flatMap { i in (0..<Self.width).map { Float(i == $0 ? 1 : 0) } }
    let operand = bank.operand(axes, count: Self.width).map(Double.init)
      .split(intoRowsOf: Self.width + 1)
    let rows = 20_000
    let z = bank.draw(tile: 7, rows: rows, room: 0).vectors.map(Double.init)
      .split(intoRowsOf: Self.width + 1)
    let vectors = z.map { z in operand.map { ScoreOracle.dot($0, z) } }
    let mean = ScoreOracle.mean(vectors)
    let root = Double(rows).squareRoot()
    for p in 0..<Self.width {
      let own = moments.covariance[p * Self.width + p]
      #expect(abs(mean[p] - moments.mean[p]) <= 5 * own.squareRoot() / root)
      for q in 0..<Self.width {
        let found = vectors.reduce(0) { $0 + ($1[p] - mean[p]) * ($1[q] - mean[q]) } / Double(rows)
        let other = moments.covariance[q * Self.width + q]
        let exact = moments.covariance[p * Self.width + q]
        #expect(abs(found - exact) <= 5 * (2 * own * other).squareRoot() / root)
      }
    }
  }

  @Test func tilesAreIndependentOfEachOtherAndOfWhatIsAsked() {
    let sample = BankSample(features: 90, labels: 5, width: Self.width, seed: 93)
    let bank = GaussianBank(BankMoments(sample.bank, workers: 1), seed: 5)
    let few = bank.draw(tile: 2, rows: 3, room: 0).vectors
    #expect(Array(bank.draw(tile: 2, rows: 9, room: 4).vectors[..<few.count]) == few)
    #expect(bank.draw(tile: 3, rows: 3, room: 0).vectors != few)
  }

  /// Features that lie among labels, but are none, are told from rotated features and not from
  /// random vectors in their place.
  @Test func featuresAmongLabelsAreNoMoreThanRandomVectorsThere() throws {
    let width = 48
    var generator = SplitMix64(seed: 94)
    let scales = (0..<width).map { Float($0 < 6 ? 3 : 0.3) }
    func rows(_ count: Int) -> [Float] {
      (0..<count).flatMap { _ in
        generator.normals(width).enumerated().map { scales[$0] * Float($1) }
      }
    }
    var texts = rows(60)
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    let tensor = Tensor(name: "V", shape: [900, width], elements: rows(900))
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(tensor, isTransposed: false), selection: FeatureSelection(all: 900),
        shift: nil),
      map: DirectionMap(nativeWidth: width))
    let judge = FormJudge(
      labels: LabelSide(texts, count: 60, width: width), temperature: 0.02, workers: 2)
    let report = try #require(judge.report(.decoderNative, bank))
    let centred = try #require(report.namings.first { $0.reading.kind == .centred })
    let (rotated, inPlace) = (try #require(centred.rotated), try #require(centred.inPlace))
    #expect(rotated.share.estimate > 0.5)
    // A share of 900 independent features has a deviation of 0.0073, and as much again by the null's own
    // 3600 vectors and the covariance, which is that of the same features.
    #expect(abs(inPlace.share.estimate - 0.05) <= 0.04)
  }
}
