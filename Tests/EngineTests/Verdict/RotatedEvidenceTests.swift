@testable import Engine
import Testing

@Suite struct RotatedEvidenceTests {
  private static func evidence(
    _ bank: JointBank, _ labels: LabelSide, limit: Int = 1024
  ) -> (sample: EvidenceSample, moments: BankMoments) {
    let moments = BankMoments(bank, workers: 1)
    let sample = EvidenceSample(
      moments, labels: labels, axes: TextAxes(labels), limit: limit, seed: 3)
    return (sample, moments)
  }

  /// Features without a common component, so that null banks do not keep their mean.
  private static func plainBank(_ count: Int, width: Int, seed: UInt64) -> JointBank {
    var generator = SplitMix64(seed: seed)
    return bank(generator.normals(count * width).map { Float($0) }, width: width)
  }

  static func bank(_ elements: [Float], width: Int) -> JointBank {
    let count = elements.count / width
    return JointBank(
      source: DirectionSource(
        bank: DirectionBank(
          Tensor(name: "V", shape: [count, width], elements: elements), isTransposed: false),
        selection: FeatureSelection(all: count), shift: nil),
      map: DirectionMap(nativeWidth: width))
  }

  /// Columns of [D, count] as vectors.
  private static func vectors(_ columns: [Float], count: Int) -> [[Double]] {
    (0..<count).map { j in
      stride(from: j, to: columns.count, by: count).map { Double(columns[$0]) }
    }
  }

  /// All figures of the bank and of two rotations are those of definitions in `Double`, of the features as they are turned.
  ///
  /// Scores are products of unit vectors in `Float`, divided by lengths above 0.1.
  @Test(arguments: [true, false])
  func figuresAreTheirDefinitions(hasCommon: Bool) {
    let (count, width) = (60, 20)
    let source = BankSample(features: count, labels: 17, width: width, seed: 201)
    let (sample, moments) = Self.evidence(
      hasCommon ? source.bank : Self.plainBank(count, width: width, seed: 202), source.labels)
    #expect((moments.commonEnergy > BankMoments.leastCommonEnergy) == hasCommon)
    #expect(sample.strataCount == (hasCommon ? 4 : 1))
    #expect(sample.turnedCount == width - (hasCommon ? 2 : 1))
    let columns = Self.vectors(sample.columns, count: sample.columnCount)
    let (texts, axes) = (Array(columns.prefix(17)), columns.dropFirst(17))
    let trace = sample.trace(mean: sample.mean.span) * sample.labelTrace
    for seed in 0..<3 {
      let rows = seed == 0 ? sample.rows : sample.rotatedRows(seed: UInt64(seed))
      let found = RotatedEvidence.measure(sample, rows, trace: trace)
      let features = rows.map(Double.init).split(intoRowsOf: width).dropLast()
      for (kind, best) in zip(EvidenceSample.kinds, found.best) {
        let exact = ScoreOracle.scores(kind, features: Array(features), texts: texts)
        for (row, score) in zip(exact, best) {
          #expect(abs(Double(score) - (row.max() ?? 0)) <= 5e-6, "\(kind)")
        }
        guard kind == .raw else { continue }
        var counts = [Int](repeating: 0, count: 17)
        for row in exact { counts[row.indices.max { row[$0] < row[$1] } ?? 0] += 1 }
        #expect(found.counts == counts)
      }
      let axis = ScoreOracle.unit(ScoreOracle.mean(texts))
      func rest(_ rows: [[Double]]) -> [[Double]] {
        rows.map { ScoreOracle.difference($0, axis, times: ScoreOracle.dot($0, axis)) }
      }
      #expect(abs(found.ratio / Self.ratio(rest(Array(features)), rest(texts)) - 1) <= 1e-4)
      let energies = rest(Array(features)).map { v in
        axes.reduce(0) { $0 + ScoreOracle.dot(v, $1) * ScoreOracle.dot(v, $1) }
          / ScoreOracle.dot(v, v)
      }
      let median = interpolatedQuantile(ofSorted: energies.sorted(), share: 0.5)
      #expect(abs(found.energy - median) <= 1e-5)
    }
  }

  /// ρ by products of centred vectors, nothing of which lies along m.
  private static func ratio(_ features: [[Double]], _ texts: [[Double]]) -> Double {
    let v = features.map { ScoreOracle.difference($0, ScoreOracle.mean(features)) }
    let t = texts.map { ScoreOracle.difference($0, ScoreOracle.mean(texts)) }
    let (m, c) = (Double(v.count), Double(t.count))
    var sum = 0.0
    for v in v { for t in t { sum += ScoreOracle.dot(v, t) * ScoreOracle.dot(v, t) / (m * c) } }
    let traces = [v, t].map { rows in
      rows.reduce(0) { $0 + ScoreOracle.dot($1, $1) } / Double(rows.count)
    }
    return Double(v[0].count - 1) * sum / (traces[0] * traces[1])
  }

  /// A rotation keeps products of features with each other, with m, and with the mean of the bank, which stays.
  @Test func rotationsKeepWhatTheyMust() {
    let source = BankSample(features: 50, labels: 17, width: 20, seed: 203)
    let (sample, _) = Self.evidence(source.bank, source.labels)
    let before = sample.rows.map(Double.init).split(intoRowsOf: 20)
    let after = sample.rotatedRows(seed: 9).map(Double.init).split(intoRowsOf: 20)
    let axis = sample.labelAxis.map(Double.init)
    for (i, row) in before.enumerated() {
      for (j, other) in before.enumerated() {
        #expect(
          abs(ScoreOracle.dot(row, other) - ScoreOracle.dot(after[i], after[j])) <= 1e-6)
      }
      #expect(abs(ScoreOracle.dot(row, axis) - ScoreOracle.dot(after[i], axis)) <= 1e-6)
      let isMean = i == before.count - 1
      #expect(zip(row, after[i]).contains { abs($0 - $1) > (isMean ? 1e-6 : 0.01) } != isMean)
    }
  }

  @Test func axesSpanMostOfTheDifferencesOfLabels() {
    var generator = SplitMix64(seed: 204)
    let width = 16
    var rows = (0..<40).flatMap { _ in
      generator.normals(width).enumerated().map { Float($1) * ($0 < 4 ? 3 : 0.2) + 1 }
    }
    var span = rows.mutableSpan
    normalizeRows(&span, width: width)
    let labels = LabelSide(rows, count: 40, width: width)
    let axes = TextAxes(labels)
    #expect((3...5).contains(axes.count))
    let vectors = axes.rows.map(Double.init).split(intoRowsOf: width)
    for (i, a) in vectors.enumerated() {
      for (j, b) in vectors.enumerated() {
        #expect(abs(ScoreOracle.dot(a, b) - (i == j ? 1 : 0)) <= 1e-6)
      }
      #expect(abs(ScoreOracle.dot(a, labels.meanDirection)) <= 1e-4)
    }
    // Labels without what they have along m: the axes hold most of it.
    let rest = labels.rows.map(Double.init).split(intoRowsOf: width).map {
      ScoreOracle.difference(
        $0, labels.meanDirection, times: ScoreOracle.dot($0, labels.meanDirection))
    }
    let whole = rest.reduce(0) { $0 + ScoreOracle.dot($1, $1) }
    let inside = rest.reduce(0) { sum, t in
      sum + vectors.reduce(0) { $0 + ScoreOracle.dot(t, $1) * ScoreOracle.dot(t, $1) }
    }
    #expect(inside > 0.9 * whole)
  }

  /// Of more features than the limit, a random choice is taken: the same for the same seed.
  @Test func samplesAreLimited() {
    let source = BankSample(features: 300, labels: 7, width: 8, seed: 205)
    let (some, moments) = Self.evidence(source.bank, source.labels, limit: 40)
    #expect(some.count == 40 && some.positions == some.positions.sorted())
    #expect(Set(some.positions).count == 40 && some.positions.max() ?? 0 > 200)
    for (place, position) in some.positions.enumerated() {
      let along = ScoreOracle.dot(
        source.features[Int(position)], source.labels.meanDirection)
      #expect(abs(Double(some.facts[place].meanCosine) - along) <= 1e-6)
    }
    let other = EvidenceSample(
      moments, labels: source.labels, axes: TextAxes(source.labels), limit: 40, seed: 4)
    #expect(other.positions != some.positions)
  }
}
