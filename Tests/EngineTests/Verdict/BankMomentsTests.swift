@testable import Engine
import Testing

@Suite struct BankMomentsTests {
  /// Unit vectors: every mean is of at most n products of at most 1, with `Float` products of tiles.
  @Test(arguments: [(1, 4), (50, 17), (2000, 16)])
  func momentsAreTheirDefinition(count: Int, width: Int) {
    let sample = BankSample(features: count, labels: 3, width: width, seed: 2)
    let moments = BankMoments(sample.bank, workers: 2)
    let read = (0..<count).filter { $0 != BankSample.deadFeature }
    let features = read.map { sample.features[$0] }
    #expect(moments.count == read.count)
    #expect(moments.statuses.count == count)
    #expect(moments.samplePositions == read.map { Int32($0) })
    let mean = ScoreOracle.mean(features)
    for p in 0..<width {
      #expect(abs(moments.mean[p] - mean[p]) <= 1e-6)
      for q in 0..<width {
        let exact = features.reduce(0) { $0 + $1[p] * $1[q] } / Double(features.count)
        #expect(abs(moments.secondMoment[p * width + q] - exact) <= 1e-5)
        #expect(abs(moments.covariance[p * width + q] - (exact - mean[p] * mean[q])) <= 1e-5)
      }
    }
  }

  /// One feature of each part is sampled, which of them is as good as random: of 65,536 features that
  /// repeat with a period of 8, each kind has 1024 ± 150, five deviations.
  @Test func aSampleHasOneFeatureOfEachPart() {
    for total in [8193, 10_000, 16_384, 65_536, 100_003] {
      let sampled = (0..<total).filter { BankMoments.isSampled($0, of: total) }
      #expect(sampled.count == BankMoments.sampleLimit)
      for (k, position) in sampled.enumerated() {
        #expect(k * total / 8192 <= position && position < (k + 1) * total / 8192)
      }
      guard total == 65_536 else { continue }
      for kind in 0..<8 { #expect(abs(sampled.count { $0 % 8 == kind } - 1024) <= 150) }
    }
    #expect((0..<8192).allSatisfy { BankMoments.isSampled($0, of: 8192) })
  }
}
