@testable import Engine
import Testing

@Suite struct SetEvidenceTests {
  private static func question(
    _ labels: LabelSide, _ sets: [[Int]], scale: [Double]? = nil, banks: Int = 200,
    workers: Int = 2
  ) -> SetEvidence.Question {
    SetEvidence.Question(
      labels: labels,
      ranking: SetEnrichment(sets.map { $0.map { Int32($0) } }, labelCount: labels.count),
      scale: scale ?? sets.map { _ in 0.3 }, bankCount: banks, seed: 7, workers: workers)
  }

  private static let sets = [[0, 3, 5, 9], Array(10..<20), [1, 2]]
  private static let scale = [0.4, 0.25, 0.5]

  /// The greatest normalised score of each feature, in `Double`.
  private static func figures(_ features: [[Double]], _ texts: [[Double]]) -> [Double] {
    ScoreOracle.scores(.centred, features: features, texts: texts).map { row in
      zip(sets, scale).map { SetEnrichmentTests.score(row, Set($0)) / $1 }.max() ?? 0
    }
  }

  /// The share of figures at or over a quantile of all null figures of their stratum, upwards, of a bank and of the
  /// null banks.
  private static func shares(
    _ own: [Double], beside null: [[Double]], strata: [Int], quantile: Double
  ) -> (observed: Double, null: [Double]) {
    let edges = (0...(strata.max() ?? 0)).map { stratum -> Double in
      let sorted = null.flatMap { bank in
        bank.indices.filter { strata[$0] == stratum }.map { bank[$0] }
      }.sorted()
      return sorted[Int((quantile * Double(sorted.count - 1)).rounded(.up))]
    }
    // Figures that differ by rounding are not told apart.
    func share(_ values: [Double]) -> Double {
      let count = values.indices.count { values[$0] >= edges[strata[$0]] - 1e-6 }
      return Double(count) / Double(values.count)
    }
    return (share(own), null.map(share))
  }

  /// Both kinds of null banks by their definitions, and the figures by loops in `Double`.
  @Test func figuresAreThoseOfTheGreatestNormalisedScore() {
    let sample = BankSample(features: 40, labels: 24, width: 12, seed: 96)
    let moments = BankMoments(sample.bank, workers: 1)
    let found = SetEvidence(
      moments, Self.question(sample.labels, Self.sets, scale: Self.scale, banks: 30))
    let read = sample.features.indices.filter { $0 != BankSample.deadFeature }
    #expect(found.sampleCount == read.count && found.bankCount == 30)
    let own = Self.figures(read.map { sample.features[$0] }, sample.texts)
    var seeds = SplitMix64(seed: 7)
    let sources = (0..<3).map { _ in seeds.next() }
    let turned = EvidenceSample(
      moments, labels: sample.labels, axes: nil, limit: 256, seed: sources[0])
    // Labels in the coordinates in which features are turned.
    let texts = (0..<24).map { label in
      (0..<12).map { Double(turned.columns[$0 * turned.columnCount + label]) }
    }
    var generator = SplitMix64(seed: sources[1])
    let rotated = (0..<30).map { _ -> [Double] in
      let rows = turned.rotatedRows(seed: generator.next())
      return Self.figures(
        read.indices.map { row in (0..<12).map { Double(rows[row * 12 + $0]) } }, texts)
    }
    let gaussian = GaussianBank(moments, seed: sources[2])
    let random = (0..<30).map { bank -> [Double] in
      let drawn = gaussian.draw(tile: bank, rows: read.count, room: 0)
      let vectors = read.indices.map { row in
        (0..<12).map { p in
          (0..<12).reduce(gaussian.mean[p]) {
            $0 + Double(drawn.vectors[row * 13 + $1]) * gaussian.root[$1, p]
          } * Double(drawn.factors[row])
        }
      }
      return Self.figures(vectors, sample.texts)
    }
    let together = own.map { _ in 0 }
    for (pair, null, strata) in [
      (found.rotated, rotated, turned.strata), (found.inPlace, random, together),
    ] {
      for (test, quantile) in [(pair.share, 0.95), (pair.half, 0.5)] {
        let expected = Self.shares(own, beside: null, strata: strata, quantile: quantile)
        // One feature may stand on the other side of the edge.
        #expect(abs(test.observed - expected.observed) <= 1.01 / Double(own.count))
        let mean = expected.null.reduce(0, +) / 30
        #expect(abs(mean - (1 - quantile)) < 0.03)
        #expect(abs(test.limit - (expected.null.max() ?? 0)) <= 1.01 / Double(own.count))
      }
    }
  }

  /// Features of a kind of labels, each nearly as near to all of them, exceed both kinds of null banks; random vectors
  /// that lie where the labels lie do not.
  @Test func setsAreToldFromVectorsThatLieWhereLabelsLie() {
    let (kinds, each, width, count) = (20, 6, 60, 160)
    var generator = SplitMix64(seed: 97)
    func normals(_ scale: Double = 1) -> [Double] {
      generator.normals(width).enumerated().map { scale * $1 / Double($0 + 1).squareRoot() }
    }
    func sum(_ a: [Double], _ b: [Double], _ factor: Double) -> [Double] {
      zip(a, b).map { $0 + factor * $1 }
    }
    let parents = (0..<kinds).map { _ in normals() }
    var texts = (0..<(kinds * each)).flatMap { label -> [Float] in
      sum(parents[label % kinds], normals(), 1.5).map { Float($0) }
    }
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    let labels = LabelSide(texts, count: kinds * each, width: width)
    func evidence(_ rows: [[Double]]) -> SetEvidence {
      let bank = JointBank(
        source: DirectionSource(
          bank: DirectionBank(
            Tensor(
              name: "W", shape: [rows.count, width], elements: rows.joined().map { Float($0) }),
            isTransposed: false),
          selection: FeatureSelection(all: rows.count), shift: nil),
        map: DirectionMap(nativeWidth: width))
      let sets = (0..<kinds).map { kind in (0..<each).map { $0 * kinds + kind } }
      return SetEvidence(
        BankMoments(bank, workers: 1), Self.question(labels, sets, banks: 50))
    }
    let kind = evidence((0..<count).map { sum(parents[$0 % kinds], normals(), 1.2) })
    #expect(kind.rotated.exceeds && kind.inPlace.exceeds)
    let like = evidence((0..<count).map { _ in normals() })
    #expect(!like.inPlace.exceeds)
    let none = evidence(
      (0..<count).map { _ in generator.normals(width) })
    #expect(!none.rotated.exceeds && !none.inPlace.exceeds)
  }

  @Test func threadsDoNotMatter() {
    let sample = BankSample(features: 60, labels: 24, width: 12, seed: 98)
    let moments = BankMoments(sample.bank, workers: 1)
    let (one, three) = (
      SetEvidence(moments, Self.question(sample.labels, Self.sets, banks: 20, workers: 1)),
      SetEvidence(moments, Self.question(sample.labels, Self.sets, banks: 20, workers: 3))
    )
    #expect(one == three)
  }
}
