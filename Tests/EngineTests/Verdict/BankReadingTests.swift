@testable import Engine
import Testing

/// Everything is compared with its definition in `Double`.
///
/// Products of unit vectors of width D in
/// `Float` are within D u of themselves (u = ulp/2); centring divides by lengths of at least 0.3 here, and
/// rounding of the rotation adds as much again: 1e-5 is some ten times the sum.
@Suite struct BankReadingTests {
  private static let tolerance = 1e-5
  private static let plain: [ScoreKind] = [.raw, .text, .centred, .both, .empty]

  private func check(
    _ naming: BankReading.Naming, against exact: [[Double]], read: [Int]
  ) {
    for (position, feature) in read.enumerated() {
      let best = exact[position].max() ?? 0
      #expect(abs(Double(naming.scores[feature]) - best) <= Self.tolerance, "\(naming.kind)")
      let label = Int(naming.labels[feature])
      #expect(best - exact[position][label] <= Self.tolerance, "\(naming.kind) of \(feature)")
    }
  }

  @Test(arguments: [(5, 2, 3), (50, 13, 17), (1000, 31, 24), (2000, 7, 16)])
  func bestLabelsAreThoseOfTheDefinition(count: Int, labels: Int, width: Int) throws {
    let sample = BankSample(features: count, labels: labels, width: width, seed: 4)
    let moments = BankMoments(sample.bank, workers: 2)
    let empty = ScoreOracle.unit((0..<width).map { Double($0 + 1) })
    let view = BankView(.real, labels: sample.labels, moments: moments, empty: empty)
    let context = ScoreContext(bankMean: view.mean, empty: empty)
    let scores = Self.plain.compactMap {
      Score.make($0, labels: sample.labels, context: context)
    }
    #expect(scores.count == Self.plain.count)
    let reading = BankReading(
      sample.bank, banks: [(view, scores)], workers: 2)
    let read = (0..<count).filter { $0 != BankSample.deadFeature }
    let features = read.map { sample.features[$0] }
    for naming in reading.namings {
      #expect(naming.labels[BankSample.deadFeature] == -1)
      #expect(naming.scores[BankSample.deadFeature].isNaN)
      check(
        naming,
        against: ScoreOracle.scores(
          naming.kind, features: features, texts: sample.texts, empty: empty), read: read)
    }
  }

  @Test(arguments: [(50, 13, 17), (1000, 31, 24)])
  func nullBanksAreRotatedBanks(count: Int, labels: Int, width: Int) throws {
    let sample = BankSample(features: count, labels: labels, width: width, seed: 5)
    let moments = BankMoments(sample.bank, workers: 2)
    var generator = SplitMix64(seed: 6)
    let rotation = NullRotation(
      fixing: moments.fixedDirections(sample.labels), width: sample.width, using: &generator)
    let banks = [nil, rotation].map { (rotation: NullRotation?) -> (BankView, [Score]) in
      let view = BankView(
        rotation.map { .rotated($0) } ?? .real, labels: sample.labels, moments: moments, empty: nil)
      let context = ScoreContext(bankMean: view.mean)
      return (
        view,
        [.raw, .text, .centred, .both].compactMap {
          Score.make($0, labels: sample.labels, context: context)
        }
      )
    }
    let reading = BankReading(sample.bank, banks: banks, workers: 1)
    let read = (0..<count).filter { $0 != BankSample.deadFeature }
    let null = ScoreOracle.nullBank(read.map { sample.features[$0] }, rotation: rotation)
    for naming in reading.namings {
      let exact = ScoreOracle.scores(naming.kind, features: null, texts: sample.texts)
      #expect(naming.rotatedScores.count == 1)
      for (position, feature) in read.enumerated() {
        let best = exact[position].max() ?? 0
        #expect(
          abs(Double(naming.rotatedScores[0][feature]) - best) <= Self.tolerance,
          "\(naming.kind) of \(feature)")
      }
    }
  }

  @Test func aRotationLeavesWhatItIsToLeave() {
    let sample = BankSample(features: 10, labels: 9, width: 33, seed: 7)
    var generator = SplitMix64(seed: 8)
    let axis = sample.labels.meanDirection
    let shared = (0..<33).map { Double($0 * $0 % 7) }
    let rotation = NullRotation(
      fixing: [axis, shared, axis], width: 33, using: &generator)
    for direction in [axis, shared] {
      let rotated = rotation.rotated(direction.map { Float($0) }, count: 1)
      for (found, expected) in zip(rotated, direction) {
        #expect(abs(Double(found) - expected) <= 1e-5)
      }
    }
    let rows = sample.labels.rows
    let back = rotation.transposed(rotation.rotated(rows, count: 9), count: 9)
    for (found, expected) in zip(back, rows) { #expect(abs(found - expected) <= 2e-6) }
  }

  @Test func ranksCountTheLabelsThatScoreHigher() throws {
    let sample = BankSample(features: 40, labels: 23, width: 12, seed: 9)
    let moments = BankMoments(sample.bank, workers: 1)
    let view = BankView(.real, labels: sample.labels, moments: moments, empty: nil)
    let context = ScoreContext(bankMean: view.mean)
    let score = try #require(Score.make(.centred, labels: sample.labels, context: context))
    let truth = (0..<40).map { $0 == 11 ? Int32(-1) : Int32($0 % 23) }
    let reading = BankReading(
      sample.bank, banks: [(view, [score])], truth: truth, workers: 2)
    let exact = ScoreOracle.scores(.centred, features: sample.features, texts: sample.texts)
    for feature in 0..<40 where feature != BankSample.deadFeature {
      let rank = Int(reading.namings[0].trueRanks[feature])
      guard feature != 11 else {
        #expect(rank == 0)
        continue
      }
      let own = exact[feature][Int(truth[feature])]
      // Labels that score within rounding of the true one may stand on either side of it.
      let above = exact[feature].count { $0 > own + Self.tolerance }
      let near = exact[feature].count { abs($0 - own) <= Self.tolerance }
      #expect((above + 1...above + near).contains(rank))
      #expect((rank == 1) == (reading.namings[0].labels[feature] == truth[feature]) || near > 1)
    }
  }

  @Test func resultsAreTheSameForAnyNumberOfThreads() {
    let sample = BankSample(features: 3000, labels: 40, width: 16, seed: 10)
    func reading(workers: Int) -> [BankReading.Naming] {
      let moments = BankMoments(sample.bank, workers: workers)
      var generator = SplitMix64(seed: 1)
      let rotation = NullRotation(
        fixing: moments.fixedDirections(sample.labels), width: sample.width, using: &generator)
      let banks = [nil, rotation].map { (rotation: NullRotation?) -> (BankView, [Score]) in
        let view = BankView(
          rotation.map { .rotated($0) } ?? .real, labels: sample.labels, moments: moments,
          empty: nil)
        let context = ScoreContext(bankMean: view.mean)
        return (
          view,
          [ScoreKind.centred, .both].compactMap {
            Score.make($0, labels: sample.labels, context: context)
          }
        )
      }
      return BankReading(sample.bank, banks: banks, workers: workers).namings
    }
    let (one, three) = (reading(workers: 1), reading(workers: 3))
    for (a, b) in zip(one, three) {
      #expect(a.labels == b.labels)
      #expect(a.scores.map(\.bitPattern) == b.scores.map(\.bitPattern))
      #expect(a.rotatedScores[0].map(\.bitPattern) == b.rotatedScores[0].map(\.bitPattern))
    }
  }

  /// What is kept of the first pass is read like what is made again, to the last bit, in whole tiles and parts.
  @Test(arguments: [50, 960, 2000])
  func keptImagesAreRead(count: Int) throws {
    let sample = BankSample(features: count, labels: 13, width: 17, seed: 45)
    let moments = BankMoments(sample.bank, keepsImages: true, workers: 2)
    #expect(BankMoments(sample.bank, workers: 1).images == nil)
    var bank = sample.bank
    bank.images = moments.images
    let view = BankView(.real, labels: sample.labels, moments: moments, empty: nil)
    let scores = [ScoreKind.raw, .both].compactMap {
      Score.make($0, labels: sample.labels, context: ScoreContext(bankMean: view.mean))
    }
    let readings = [sample.bank, bank].map { BankReading($0, banks: [(view, scores)], workers: 2) }
    for (made, kept) in zip(readings[0].namings, readings[1].namings) {
      #expect(made.labels == kept.labels)
      #expect(made.scores.map(\.bitPattern) == kept.scores.map(\.bitPattern))
    }
    #expect(bank.tile(0..<3).statuses == sample.bank.tile(0..<3).statuses)
    #expect(bank.tile(0..<3).lengths == sample.bank.tile(0..<3).lengths)
    #expect(bank.tile(0..<3).images == sample.bank.tile(0..<3).images)
  }
}
