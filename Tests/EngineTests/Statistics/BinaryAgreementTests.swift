import Testing

@testable import Engine

@Suite struct BinaryAgreementTests {
  /// Every figure is a sum of at most 500 terms of rounding u each, and scikit-learn's is too.
  private let tolerance = 1e-12

  private func expectEqual(
    _ found: BinaryAgreement, _ item: StatisticsFixture.Agreement, _ name: String
  ) {
    let pairs: [(String, Double, Double?)] = [
      ("pearson", found.pearson, item.pearson), ("cosine", found.cosine, item.cosine),
      ("average precision", found.averagePrecision, item.averagePrecision),
      ("best F1", found.bestF1, item.bestF1), ("F1", found.f1, item.f1),
      ("IoU", found.intersectionOverUnion, item.intersectionOverUnion),
      ("recall", found.recall, item.recall), ("AUC", found.auc, item.auc),
      ("difference", found.meanDifference, item.meanDifference),
    ]
    for (figure, value, expected) in pairs {
      let isEqual = expected.map { abs(value - $0) < tolerance } ?? value.isNaN
      #expect(isEqual, "\(name), \(figure): \(value), not \(String(describing: expected))")
    }
  }

  @Test func figuresAreThoseOfScikitLearn() throws {
    for (number, item) in try StatisticsFixture.load().agreements.enumerated() {
      let dense = RankedActivations(item.values)
      expectEqual(dense.agreement(with: item.positives), item, "case \(number)")
      // The same with some zeros stored, and with all.
      for keep in [2, 1] {
        let stored = item.values.indices.filter { item.values[$0] != 0 || $0 % keep == 0 }
        let sparse = RankedActivations(
          count: item.values.count, indices: stored, values: stored.map { item.values[$0] })
        #expect(sparse.levels == dense.levels)
        // As text, in which NaN equals NaN.
        let found = String(describing: sparse.agreement(with: item.positives))
        #expect(found == String(describing: dense.agreement(with: item.positives)))
      }
    }
  }

  /// The definitions, item by item and pair by pair.
  @Test(arguments: [2, 7, 41])
  func figuresAreTheirDefinitions(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let values = (0..<count).map { _ in Float(generator.nextIndex(below: 7)) - 2 }
    let has = (0..<count).map { $0 == 0 || ($0 != 1 && generator.nextIndex(below: 3) == 0) }
    let found = RankedActivations(values).agreement(with: has.indices.filter { has[$0] })
    let a = values.map { Double($0) }
    let c = has.map { $0 ? 1.0 : 0.0 }
    let pearson = pearsonCorrelation(a, c)
    #expect(agree(found.pearson, pearson, within: 1e-12))
    var (wins, pairs) = (0.0, 0.0)
    for i in 0..<count where has[i] {
      for j in 0..<count where !has[j] {
        pairs += 1
        wins += a[i] > a[j] ? 1 : a[i] == a[j] ? 0.5 : 0
      }
    }
    #expect(agree(found.auc, wins / pairs, within: 1e-14))
    let f1 = Set(values).map { threshold in
      let predicted = values.map { $0 >= threshold }
      let both = zip(predicted, has).count { $0 && $1 }
      return 2 * Double(both) / Double(predicted.count { $0 } + has.count { $0 })
    }
    #expect(found.bestF1 == f1.max())
    #expect(found.positiveCount == has.count { $0 } && found.activeCount == a.count { $0 > 0 })
    let hits = zip(a, has).count { $0 > 0 && $1 }
    #expect(agree(found.precision, Double(hits) / Double(found.activeCount), within: 0))
  }

  @Test func whatIsNotDefinedIsNoNumber() {
    let activations = RankedActivations(count: 4, indices: [1], values: [2])
    let none = activations.agreement(with: [])
    #expect(none.pearson.isNaN && none.averagePrecision.isNaN && none.bestF1.isNaN)
    #expect(none.auc.isNaN && none.recall.isNaN && none.meanDifference.isNaN)
    #expect(none.f1 == 0 && none.intersectionOverUnion == 0 && none.precision == 0)
    let all = activations.agreement(with: [0, 1, 2, 3])
    #expect(all.pearson.isNaN && all.auc.isNaN && all.meanDifference.isNaN)
    #expect(all.averagePrecision == 1 && all.bestF1 == 1 && all.recall == 0.25)
    let dead = RankedActivations([0, 0, 0]).agreement(with: [1])
    #expect(dead.pearson.isNaN && dead.cosine.isNaN && dead.precision.isNaN)
    #expect(dead.auc == 0.5 && abs(dead.averagePrecision - 1.0 / 3) < 1e-15)
    // 0.1 has no exact mean, and still no spread.
    #expect(RankedActivations([0.1, 0.1, 0.1]).agreement(with: [1]).pearson.isNaN)
    #expect(RankedActivations([]).agreement(with: []).auc.isNaN)
  }

  @Test func aPerfectFeatureHasAllOnes() {
    let found = RankedActivations([0, 3, 0, 3, 0]).agreement(with: [1, 3])
    #expect(abs(found.pearson - 1) < 1e-15 && abs(found.cosine - 1) < 1e-15)
    #expect(found.averagePrecision == 1 && found.bestF1 == 1 && found.f1 == 1)
    #expect(found.intersectionOverUnion == 1 && found.auc == 1 && found.meanDifference == 3)
  }

  @Test func ofTiesAmongTheTopAProportionCounts() {
    let activations = RankedActivations([5, 1, 1, 1, 0, 0, -1])
    let positives = [1, 2, 4]
    #expect(activations.topPrecision(1, positives: positives) == 0)
    #expect(abs(activations.topPrecision(2, positives: positives) - 1.0 / 3) < 1e-15)
    #expect(abs(activations.topPrecision(4, positives: positives) - 0.5) < 1e-15)
    #expect(abs(activations.topPrecision(5, positives: positives) - 0.5) < 1e-15)
    #expect(abs(activations.topPrecision(7, positives: positives) - 3.0 / 7) < 1e-15)
  }
}
