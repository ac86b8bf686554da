@testable import Engine
import Testing

@Suite struct SampleMomentsTests {
  /// Means and deviations of centred scores are those of the scores themselves, in `Double`, of the bank and of a
  /// rotated one; rotations round to 1e-5 of what they turn.
  @Test(arguments: [(50, 13, 17), (2000, 31, 24)])
  func columnsAreThoseOfTheScores(count: Int, labels: Int, width: Int) throws {
    let sample = BankSample(features: count, labels: labels, width: width, seed: 41)
    let moments = BankMoments(sample.bank, workers: 2)
    let found = SampleMoments(moments.sample, labels: sample.labels, workers: 2)
    var generator = SplitMix64(seed: 42)
    let rotation = NullRotation(
      fixing: moments.fixedDirections(sample.labels), width: width, using: &generator)
    for rotation in [nil, rotation] {
      let rows = rotation?.rotated(moments.sample, count: count - 1) ?? moments.sample
      let features = (0..<(count - 1)).map { row in
        rows[(row * width)..<((row + 1) * width)].map(Double.init)
      }
      let scores = ScoreOracle.scores(
        .centred, features: features, texts: sample.texts, empty: [])
      let columns = found.columns(rotation)
      for label in 0..<labels {
        let column = scores.map { $0[label] }
        let mean = column.reduce(0, +) / Double(column.count)
        let square = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
        #expect(abs(columns.means[label] - mean) < 1e-5)
        #expect(abs(columns.deviations[label] - square.squareRoot()) < 1e-5)
      }
    }
  }

  /// Features that are all the same have deviations of 0, not of rounding.
  @Test func equalFeaturesDoNotDeviate() {
    let sample = BankSample(features: 2, labels: 9, width: 12, seed: 43)
    let row = Array(BankMoments(sample.bank, workers: 1).sample[0..<12])
    let rows = (0..<1500).flatMap { _ in row }
    let found = SampleMoments(rows, labels: sample.labels, workers: 2)
    #expect(found.columns(nil).deviations.allSatisfy { $0 < 1e-7 })
  }

  @Test func momentsAreTheSameForAnyNumberOfThreads() {
    let sample = BankSample(features: 3000, labels: 9, width: 12, seed: 44)
    let rows = BankMoments(sample.bank, workers: 2).sample
    let found = [1, 2, 5].map {
      SampleMoments(rows, labels: sample.labels, workers: $0).columns(nil)
    }
    #expect(found.allSatisfy { $0.means == found[0].means })
    #expect(found.allSatisfy { $0.deviations == found[0].deviations })
  }
}
