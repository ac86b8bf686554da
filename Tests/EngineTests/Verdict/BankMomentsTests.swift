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

  @Test func aSampleIsSpacedEvenly() {
    for total in [8193, 10_000, 16_384, 65_536, 100_003] {
      let sampled = (0..<total).filter { BankMoments.isSampled($0, of: total) }
      #expect(sampled.count == BankMoments.sampleLimit)
      let steps = zip(sampled.dropFirst(), sampled).map { $0 - $1 }
      let (least, greatest) = (steps.min() ?? 0, steps.max() ?? 0)
      #expect(least == total / 8192 && greatest <= least + 1)
    }
    #expect((0..<8192).allSatisfy { BankMoments.isSampled($0, of: 8192) })
  }
}
