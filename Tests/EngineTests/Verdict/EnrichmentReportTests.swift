@testable import Engine
import Testing

@Suite struct EnrichmentReportTests {
  private static func source(_ sets: [[Int]], side: LabelSide) throws -> EnrichmentSource {
    try EnrichmentSource(
      sets.enumerated().map { LabelSets.Named(name: "set \($0.offset)", labelIDs: $0.element) },
      path: "sets.tsv", labelIDs: (0..<side.count).map { Int32($0) }, side: side, wordNet: nil,
      files: [])
  }

  private static func report(
    _ bank: JointBank, _ labels: LabelSide, _ sets: [[Int]], workers: Int = 1
  ) throws -> EnrichmentReport {
    EnrichmentReport(
      .decoderNative, bank,
      EnrichmentReport.Question(
        labels: labels, source: try source(sets, side: labels), rotations: 4, seed: 7,
        clusters: Array(0..<bank.count), workers: workers))
  }

  private static let sets = [[0, 3, 5, 9], Array(10..<20), [1, 2]]

  /// Scores of features and rotated features by their definitions; p-values by counting.
  @Test func pValuesCountRotatedFeatures() throws {
    let sample = BankSample(features: 40, labels: 24, width: 12, seed: 92)
    let found = try Self.report(sample.bank, sample.labels, Self.sets)
    let read = sample.features.indices.filter { $0 != BankSample.deadFeature }
    #expect(found.rotations == 32 && found.nullCount == 32 * read.count)
    let features = read.map { sample.features[$0] }
    func scores(_ features: [[Double]]) -> [[Double]] {
      ScoreOracle.scores(.centred, features: features, texts: sample.texts).map { row in
        Self.sets.map { SetEnrichmentTests.score(row, Set($0)) }
      }
    }
    let moments = BankMoments(sample.bank, workers: 1)
    let null = (1...32).flatMap { index -> [[Double]] in
      var generator = SplitMix64(seed: 7 &+ 0x9E37_79B9 &* UInt64(index))
      return scores(
        ScoreOracle.nullBank(
          features,
          rotation: NullRotation(
            fixing: moments.fixedDirections(sample.labels), width: sample.width,
            using: &generator)))
    }
    let own = scores(features)
    for set in Self.sets.indices {
      let mean = null.reduce(0) { $0 + $1[set] } / Double(null.count)
      #expect(abs(found.findings[set].nullMean - mean) < 1e-4)
    }
    #expect(found.best[BankSample.deadFeature] == nil)
    for (row, feature) in read.enumerated() {
      let best = try #require(found.best[feature])
      let p = Self.sets.indices.map { set -> Double in
        // Scores that differ by rounding are not told apart.
        let above = null.count { $0[set] >= own[row][set] - 1e-5 }
        return Double(1 + above) / Double(1 + null.count)
      }
      #expect(abs(Double(best.score) - own[row][best.set]) < 1e-5)
      let step = 4 / Double(null.count)
      #expect(abs(Double(best.pValue) - p[best.set]) < step)
      #expect(Double(best.pValue) <= (p.min() ?? 0) + step)
      #expect(best.qValue >= best.pValue)
    }
  }

  /// Features that are sums of the labels of a set are found with it, and no feature with another.
  ///
  /// They are a tenth of the features: what nearly all have in common stays in rotated banks, and is no evidence.
  @Test func plantedSetsAreFound() throws {
    let sample = BankSample(features: 4, labels: 60, width: 30, seed: 93)
    let (width, set) = (30, Array(20..<28))
    var generator = SplitMix64(seed: 94)
    let rows = (0..<300).flatMap { feature -> [Float] in
      guard feature % 10 == 0 else {
        return generator.normals(width).map { Float($0) }
      }
      let weights = set.map { _ in Double.random(in: 0.6...1.4, using: &generator) }
      return (0..<width).map { p -> Float in
        var sum = 0.0
        for (label, weight) in zip(set, weights) { sum += weight * sample.texts[label][p] }
        return Float(sum)
      }
    }
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(name: "W", shape: [300, width], elements: rows), isTransposed: false),
        selection: FeatureSelection(all: 300), shift: nil),
      map: DirectionMap(nativeWidth: width))
    let found = try Self.report(bank, sample.labels, [Array(0..<12), set, Array(40..<52)])
    #expect((20...36).contains(found.findings[1].discoveries))
    #expect(found.findings[0].discoveries < 4 && found.findings[2].discoveries < 4)
    #expect((0..<30).count { found.best[10 * $0]?.set == 1 } > 25)
  }

  /// Of features that say nothing of labels 5 % have p ≤ 0.05, within four deviations; shared rotations add to the spread.
  @Test func featuresWithoutMeaningAreNotFound() throws {
    var (below, count) = (0.0, 0.0)
    for seed in 0..<5 as Range<UInt64> {
      let sample = BankSample(features: 200, labels: 50, width: 20, seed: 100 + seed)
      let found = try Self.report(sample.bank, sample.labels, [Array(0..<10), [30, 41]])
      for finding in found.findings {
        below += finding.share.estimate
        count += 1
      }
    }
    #expect(abs(below / count - 0.05) < 0.02)
  }

  @Test func threadsDoNotMatter() throws {
    let sample = BankSample(features: 40, labels: 24, width: 12, seed: 95)
    let (one, three) = (
      try Self.report(sample.bank, sample.labels, Self.sets),
      try Self.report(sample.bank, sample.labels, Self.sets, workers: 3)
    )
    #expect(one.best == three.best)
    #expect(one.findings.map(\.share) == three.findings.map(\.share))
  }
}
