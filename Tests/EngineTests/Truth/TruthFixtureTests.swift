import Foundation
import Testing

@testable import Engine

/// Everything that a truth says, against NumPy, SciPy and scikit-learn; `Fixtures/README.md` says how
/// the fixture was made.
@Suite struct TruthFixtureTests {
  private let expected: JSONValue
  private let truth: GroundTruth
  private let question: LensCeiling.Question
  private let scores: Matrix

  init() throws {
    let directory = ClipFixture.fixtures + "/truth"
    expected = try JSONValue(contentsOf: directory + "/expected.json")
    let labels = (0..<9).map { "label \($0)" }
    truth = try TruthFile(contentsOf: directory + "/truth.safetensors").truth(
      TruthFile.Request(featureCount: 40, labels: labels, workers: 2))
    let file = try TensorFile(contentsOf: directory + "/question.safetensors")
    scores = try file.tensor("scores").matrix()
    question = LensCeiling.Question(
      images: try file.tensor("images").matrix(), features: Array(0..<40),
      names: (expected["names"]?.array ?? []).compactMap { $0.integer.map { Int32($0) } },
      clusters: Array(0..<40), text: try file.tensor("text").matrix(),
      labelGroups: Array(0..<9))
  }

  private func numbers(_ value: JSONValue?) -> [Double?] {
    (value?.array ?? []).map { $0.double ?? $0.integer.map { Double($0) } }
  }

  private func near(_ found: Double, _ wanted: Double?, within tolerance: Double = 1e-12) -> Bool {
    guard let wanted else { return found.isNaN }
    return abs(found - wanted) <= tolerance * max(1, abs(wanted))
  }

  @Test func classesAndFiringAreThoseOfNumPy() {
    let classes = FeatureClasses(truth, workers: 2)
    #expect(classes.classIDs.map { Double($0) } == numbers(expected["true_classes"]))
    #expect(classes.maxima.map { Double($0) } == numbers(expected["maxima"]))
    for (found, wanted) in zip(classes.densities, numbers(expected["densities"])) {
      #expect(near(found, wanted))
    }
    for (found, wanted) in zip(classes.meansWhenOn, numbers(expected["means_when_on"])) {
      #expect(near(found, wanted))
    }
  }

  @Test func agreementIsThatOfScikitLearn() throws {
    let classes = FeatureClasses(truth, workers: 2).classIDs
    let found = ActivationAgreement(
      truth, features: question.features, names: question.names, classes: classes,
      labelGroups: question.labelGroups, workers: 2)
    let wanted = try #require(expected["named"]?.array)
    try #require(wanted.count == found.named.count)
    for (found, wanted) in zip(found.named, wanted) {
      let found = try #require(found)
      let pairs = [
        ("pearson", found.pearson), ("cosine", found.cosine),
        ("average_precision", found.averagePrecision), ("best_f1", found.bestF1),
        ("f1", found.f1), ("iou", found.intersectionOverUnion), ("auc", found.auc),
        ("recall", found.recall), ("difference", found.meanDifference),
      ]
      for (name, value) in pairs {
        // The sums of SciPy are in another order; 216 terms.
        #expect(
          near(
            value, wanted[name]?.double ?? (wanted[name]?.integer).map(Double.init), within: 1e-12),
          "\(name)")
      }
    }
  }

  @Test func namesAndRanksAreThoseOfCounting() {
    let classes = FeatureClasses(truth, workers: 1).classIDs
    let summary = NamingSummary(
      names: question.names, classes: classes, clusters: question.clusters,
      labelGroups: question.labelGroups, seed: 1, workers: 1)
    #expect(near(summary.agreement.estimate, expected["agreement"]?.double))
    #expect(near(summary.permuted, expected["permuted"]?.double))
    #expect(near(summary.hubName.share, expected["hub_name_share"]?.double))
    #expect(near(summary.hubClass.share, expected["hub_class_share"]?.double))
    let asked = classes.indices.filter { classes[$0] >= 0 }
    let ranks = LabelRanks(labelGroups: question.labelGroups)
    let places = asked.map { ranks.rank(of: Int(classes[$0]), in: Array(scores.row($0))) }
    let rankSummary = RankSummary(
      ranks: places, clusters: asked, replicates: 10, seed: 1, workers: 1)
    for (found, wanted) in zip(rankSummary.hitShares, numbers(expected["hits"])) {
      #expect(near(found.estimate, wanted))
    }
    #expect(near(rankSummary.meanReciprocalRank.estimate, expected["mrr"]?.double))
    for (feature, wanted) in zip(asked, numbers(expected["spearman"])) {
      #expect(near(truth.spearman(Array(scores.row(feature)), ofFeature: feature), wanted))
    }
  }

  /// The splits are drawn again by the script, and read in `Double`.
  @Test func whatCanBeAskedIsThatOfTheDefinition() throws {
    let ceiling = LensCeiling(
      question, truth: truth, splits: expected["split_count"]?.integer ?? 0, replicates: 10,
      seed: UInt64(expected["seed"]?.integer ?? 0), workers: 2)
    let wanted = try #require(expected["splits"])
    #expect(
      ceiling.known.prototypes.map { Double($0.pictures) } == numbers(wanted["sizes"]))
    #expect(near(ceiling.reliability.estimate, wanted["reliability"]?.double))
    #expect(near(ceiling.knowledge.estimate, wanted["knowledge"]?.double))
    #expect(near(ceiling.knownClasses, wanted["known_classes"]?.double))
    for (name, reading) in [("all", ceiling.all), ("known", ceiling.known)] {
      #expect(near(reading.agreement.estimate, wanted[name]?["agreement"]?.double))
      #expect(near(reading.ceiling.estimate, wanted[name]?["ceiling"]?.double))
      for (found, wanted) in zip(reading.prototypes, numbers(wanted[name]?["prototypes"])) {
        #expect(near(found.agreement, wanted))
      }
    }
    #expect(near(try #require(ceiling.efficiency).estimate, wanted["efficiency"]?.double))
  }
}
