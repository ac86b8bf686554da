@testable import Engine
import Testing

@Suite struct NullTilesTests {
  private static let tile = JointBank.tileRows

  /// Of 65,536 features, 69 tiles, one of each of 17 equal parts: 16,320 features, or less with the last
  /// tile of 256.
  @Test func oneTileOfEachPartIsChosen() {
    let tiles = NullTiles(featureCount: 65_536, limit: 16_384)
    let chosen = (0..<69).filter { tiles.contains($0) }
    #expect(chosen.count == 17 && !tiles.isWhole)
    for (part, tile) in chosen.enumerated() {
      #expect(part * 69 / 17 <= tile && tile < (part + 1) * 69 / 17)
    }
    // Which of four or five is as good as random.
    #expect(Set(chosen.enumerated().map { $1 - $0 * 69 / 17 }).count > 2)
    #expect(
      chosen == (0..<69).filter { NullTiles(featureCount: 65_536, limit: 16_384).contains($0) })
  }

  @Test(arguments: [0, 1, 959, 960, 961, 16_384])
  func allAreChosenUpToTheLimit(count: Int) {
    for limit in [nil, 16_384] {
      let tiles = NullTiles(featureCount: count, limit: limit)
      #expect(tiles.isWhole)
      #expect(tiles.among([Bool](repeating: true, count: count)).count { $0 } == count)
    }
  }

  @Test func featuresOfOtherTilesHaveNoNull() {
    let tiles = NullTiles(featureCount: 3000, limit: 2 * Self.tile)
    let features = (0..<3000).map { $0 % 7 != 0 }
    for (feature, isAmong) in tiles.among(features).enumerated() {
      #expect(isAmong == (features[feature] && tiles.contains(feature / Self.tile)))
    }
  }

  /// What null banks say of the tiles that are read is what they say where all are, and nothing of others; names are
  /// the same.
  @Test func chosenTilesReadAsAllDo() throws {
    let sample = BankSample(features: 3000, labels: 9, width: 16, seed: 41)
    let moments = BankMoments(sample.bank, workers: 2)
    var generator = SplitMix64(seed: 42)
    let rotation = NullRotation(
      fixing: moments.fixedDirections(sample.labels), width: 16, using: &generator)
    let kinds: [BankView.Kind] = [
      .real, .rotated(rotation), .gaussian(GaussianBank(moments, seed: 43)),
    ]
    let banks = kinds.map { kind -> BankReading.Bank in
      let view = BankView(kind, labels: sample.labels, moments: moments, empty: nil)
      let context = ScoreContext(bankMean: view.mean)
      return (
        view,
        [.raw, .centred].compactMap { Score.make($0, labels: sample.labels, context: context) }
      )
    }
    let tiles = NullTiles(featureCount: 3000, limit: 2 * Self.tile)
    let sigmoid = SigmoidScores(scale: 10, bias: -2)
    func reading(_ tiles: NullTiles?) -> BankReading {
      BankReading(sample.bank, banks: banks, sigmoid: sigmoid, nullTiles: tiles, workers: 2)
    }
    let (whole, part) = (reading(nil), reading(tiles))
    for (all, some) in zip(whole.namings, part.namings) {
      #expect(all.labels == some.labels)
      let pairs = [
        (all.rotatedScores, some.rotatedScores), (all.gaussianScores, some.gaussianScores),
      ]
      for (all, some) in pairs {
        for feature in 0..<3000 where feature != BankSample.deadFeature {
          if tiles.contains(feature / Self.tile) {
            #expect(some[0][feature] == all[0][feature])
          } else {
            #expect(some[0][feature].isNaN)
          }
        }
      }
      #expect(some.rotatedOpposed[0] < all.rotatedOpposed[0])
      let signs = try #require(SignReading(some, featureCount: 2999, truth: nil))
      let count = some.rotatedScores[0].count { !$0.isNaN }
      #expect(signs.rotated == [Double(some.rotatedOpposed[0]) / Double(count)])
    }
    #expect(part.sigmoids[0].sums.count == 3000 && part.sigmoids[1].sums.count == 3000)
    let read = tiles.among((0..<3000).map { $0 != BankSample.deadFeature }).count { $0 }
    #expect(part.sigmoids[0].readCount == 2999)
    #expect(part.sigmoids[1].readCount == read && part.sigmoids[2].readCount == read)
  }
}
