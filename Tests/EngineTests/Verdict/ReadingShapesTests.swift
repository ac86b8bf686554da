@testable import Engine
import Foundation
import Testing

@Suite struct ReadingShapesTests {
  /// Compares with the definitions, all of them written out.
  ///
  /// Sums of C terms in `Double` differ by less than C² u of the greatest term, here under 1e-12.
  @Test(arguments: [2, 3, 17, 64, 101])
  func aShapeIsItsDefinition(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let scores = (0..<count).map { _ in Float.random(in: -0.3...0.4, using: &generator) }
    let (factor, temperature) = (0.75, 0.02)
    let shape = ReadingShape(scores.span, factor: factor, temperature: temperature)
    let cosines = scores.map { Double($0) * factor }
    let sorted = cosines.sorted(by: >)
    let mean = cosines.reduce(0, +) / Double(count)
    let second = cosines.map { pow($0 - mean, 2) }.reduce(0, +) / Double(count)
    let fourth = cosines.map { pow($0 - mean, 4) }.reduce(0, +) / Double(count)
    let weights = cosines.map { exp($0 / temperature) }
    let shares = weights.map { $0 / weights.reduce(0, +) }
    #expect(shape.bestCosine == sorted[0])
    #expect(shape.margin == sorted[0] - sorted[1])
    #expect(abs(shape.kurtosis - fourth / (second * second)) <= 1e-12 * shape.kurtosis)
    #expect(abs(shape.entropy + shares.map { $0 * log($0) }.reduce(0, +)) <= 1e-10)
    #expect(abs(shape.bestProbability - (shares.max() ?? 0)) <= 1e-12)
  }

  @Test func equalCosinesHaveNoKurtosis() {
    let shape = ReadingShape([Float](repeating: 0.5, count: 4).span, factor: 1, temperature: 1)
    #expect(shape.kurtosis.isNaN)
    #expect(shape.margin == 0 && abs(shape.entropy - log(4)) <= 1e-15)
  }

  /// The judge's spreads are the quantiles of what the features' own cosines give.
  @Test func spreadsAreQuantilesOfTheFeatures() throws {
    let sample = BankSample(features: 90, labels: 23, width: 16, seed: 5)
    var judge = FormJudge(labels: sample.labels, temperature: 0.05, workers: 2)
    judge.formInUse = .decoderNative
    judge.seed = 1
    let report = try #require(judge.report(.decoderNative, sample.bank))
    let shapes = try #require(report.confidence?.shapes)
    let read = (0..<90).filter { $0 != BankSample.deadFeature }
    let best = read.map { feature in
      sample.texts.map { ScoreOracle.dot(sample.features[feature], $0) }.max() ?? 0
    }.sorted()
    #expect(shapes.featureCount == 89)
    #expect(shapes.spreads.map(\.id) == ["best_cosine", "margin", "entropy", "kurtosis"])
    for (share, found) in zip(ReadingShapes.shares, shapes.spreads[0].features) {
      let place = share * 88
      let low = best[Int(place)]
      let high = best[min(88, Int(place) + 1)]
      // Cosines are f32 products of 16 elements.
      #expect(abs(found - (low + (place - place.rounded(.down)) * (high - low))) <= 2e-6)
    }
    #expect(shapes.nullCount == 89 * judge.rotations)
    #expect(shapes.curveCount == 89)
    #expect(shapes.curve.map(\.scale) == ReadingShapes.scales)
    // The surer, the greater the scale.
    for (low, high) in zip(shapes.curve, shapes.curve.dropFirst()) {
      #expect(high.entropy <= low.entropy && high.best >= low.best)
    }
  }
}
