@testable import Engine
import Testing

@Suite struct AlignmentTests {
  private static func alignment(_ sample: BankSample) -> Alignment {
    Alignment(BankMoments(sample.bank, workers: 1), labels: sample.labels)
  }

  /// Products of moments are within 1e-5 of themselves (see `BankMomentsTests`).
  @Test func sharesAreThoseOfTheCosines() {
    let sample = BankSample(features: 70, labels: 21, width: 14, seed: 31)
    let features = sample.features.indices.filter { $0 != BankSample.deadFeature }
      .map { sample.features[$0] }
    let cosines = ScoreOracle.scores(.raw, features: features, texts: sample.texts)
    let (rows, columns) = (Double(cosines.count), Double(cosines[0].count))
    let rowMeans = cosines.map { $0.reduce(0, +) / columns }
    let columnMeans = cosines[0].indices.map { j in cosines.reduce(0) { $0 + $1[j] } / rows }
    let grand = rowMeans.reduce(0, +) / rows
    var (total, residual) = (0.0, 0.0)
    for (row, mean) in zip(cosines, rowMeans) {
      for (cosine, column) in zip(row, columnMeans) {
        total += cosine * cosine / (rows * columns)
        let rest = cosine - mean - column + grand
        residual += rest * rest / (rows * columns)
      }
    }
    let found = Self.alignment(sample)
    func variance(_ means: [Double]) -> Double {
      means.reduce(0) { $0 + ($1 - grand) * ($1 - grand) } / Double(means.count)
    }
    #expect(abs(found.grand - grand * grand / total) <= 1e-4)
    #expect(abs(found.features - variance(rowMeans) / total) <= 1e-4)
    #expect(abs(found.labels - variance(columnMeans) / total) <= 1e-4)
    #expect(abs(found.residual - residual / total) <= 1e-4)
    let along = features.map { ScoreOracle.dot($0, sample.labels.meanDirection) }
    #expect(abs(found.alongLabels - along.reduce(0) { $0 + $1 * $1 } / rows) <= 1e-5)
  }

  /// Over 400 rotations the mean of ρ is within 4.5 deviations/√400 of 1, and the deviation, itself
  /// of a relative deviation of about 1/√800, within 20 % of the closed form.
  @Test func overRotationsTheRatioHasItsMeanAndDeviation() {
    let (count, width) = (12, 9)
    let sample = BankSample(features: count, labels: 21, width: width, seed: 32)
    let found = Self.alignment(sample)
    let axis = sample.labels.meanDirection
    let read = (0..<count).filter { $0 != BankSample.deadFeature }
    var generator = SplitMix64(seed: 33)
    var ratios: [Double] = []
    for _ in 0..<400 {
      let rotation = NullRotation(fixing: [axis], width: width, using: &generator)
      let rotated = read.flatMap { feature in
        rotation.rotated(sample.features[feature].map { Float($0) }, count: 1)
      }
      let tensor = Tensor(name: "V", shape: [read.count, width], elements: rotated)
      let bank = JointBank(
        source: DirectionSource(
          bank: DirectionBank(tensor, isTransposed: false),
          selection: FeatureSelection(all: read.count), shift: nil),
        map: DirectionMap(nativeWidth: width))
      ratios.append(Alignment(BankMoments(bank, workers: 1), labels: sample.labels).ratio)
    }
    let mean = ratios.reduce(0, +) / 400
    let deviation = (ratios.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400).squareRoot()
    #expect(abs(mean - 1) <= 4.5 * found.nullDeviation / 20)
    #expect(abs(deviation / found.nullDeviation - 1) <= 0.2)
  }

  /// Features that are labels lie where labels lie.
  @Test func featuresAmongLabelsAreAligned() {
    let width = 24
    var generator = SplitMix64(seed: 34)
    let scales = (0..<width).map { Float($0 < 4 ? 3 : 0.3) }
    func rows(_ count: Int) -> [Float] {
      (0..<count).flatMap { _ in
        (0..<width).map { scales[$0] * Float.random(in: -1...1, using: &generator) }
      }
    }
    var texts = rows(50)
    var span = texts.mutableSpan
    normalizeRows(&span, width: width)
    let tensor = Tensor(name: "V", shape: [80, width], elements: rows(80))
    let bank = JointBank(
      source: DirectionSource(
        bank: DirectionBank(tensor, isTransposed: false),
        selection: FeatureSelection(all: 80), shift: nil),
      map: DirectionMap(nativeWidth: width))
    let found = Alignment(
      BankMoments(bank, workers: 1), labels: LabelSide(texts, count: 50, width: width))
    #expect(found.ratio > 1 + 5 * found.nullDeviation)
  }
}
