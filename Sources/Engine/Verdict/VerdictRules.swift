internal import Foundation

/// The rules by which figures become verdicts.
///
/// A rule says that a verdict holds, that it does not, or that it was not judged because something is not known; it
/// never leaves one out.
struct VerdictRules: Sendable {
  /// The figures.
  let evidence: VerdictEvidence

  // MARK: Thresholds

  /// H / ln C above which probabilities are all the same.
  static let degenerateEntropy = 0.98
  /// A median probability counts as confident from this many times 1/C on.
  static let confidentTimes = 10.0
  /// N_eff under this share of its null median is a collapse.
  static let leastEffectiveShare = 0.2
  /// A label that is first for more than this share of the features is a hub, with the next.
  static let hubShare = 0.1
  /// A hub that is first this many times as often as by chance is a collapse too.
  static let hubTimes = 10.0
  /// The features that a collapse is judged of at least: of fewer, one or two can make a share.
  static let leastFeatures = 21
  /// The share of features with the name of the reference point.
  static let referenceShare = 0.2
  /// 1 - π₀ at its lower bound of a lens that works.
  static let workingShare = 0.5
  /// The part of the whole model's accuracy that must be left without its last blocks.
  static let driftShare = 0.5
  /// The part of what turned inputs leave unexplained.
  static let unexplainedShare = 0.9
  /// How many times as many features another vocabulary, or sets of labels, must find.
  static let vocabularyTimes = 2.0
  /// The p-value of a map of features.
  static let mapLevel = IndexPermutation.level
  /// The efficiency that its interval must reach.
  static let referenceEfficiency = 0.95

  /// Every verdict, in the order of `VerdictName`.
  var findings: [VerdictFinding] {
    var findings = VerdictName.allCases.map { finding($0) }
    // Names that are wrong for a known reason are no sign of another.
    let causes = findings.filter { Self.causesOfWrongNames.contains($0.name) && $0.holds }
    if let cause = causes.first,
      let place = findings.firstIndex(where: { $0.name == .significantButWrong && $0.holds })
    {
      findings[place].remedy = "mend \(cause.name.rawValue) first, and judge again"
    }
    return findings
  }

  private static let causesOfWrongNames: [VerdictName] = [
    .modelMismatch, .biasDominated, .gapLimited,
  ]

  /// Judges one verdict.
  func finding(_ name: VerdictName) -> VerdictFinding {
    switch name {
    case .loadSuspect: loadSuspect
    case .modelMismatch: modelMismatch
    case .driftLimited: driftLimited
    case .indexPermuted: indexPermuted
    case .degenerateTemperature: degenerateTemperature
    case .falseConfidence: falseConfidence
    case .labelCollapse: labelCollapse
    case .biasDominated: biasDominated
    case .gapLimited: gapLimited
    case .wrongVocabulary: wrongVocabulary
    case .notInTextSpan: notInTextSpan
    case .nullIndistinguishable: negative(.nullIndistinguishable)
    case .underpowered: negative(.underpowered)
    case .significantButWrong: significantButWrong
    case .partial: partial
    case .works: works
    case .atReference: atReference
    }
  }
}

extension VerdictRules {
  /// What a rule found.
  struct Outcome {
    var holds: Bool
    var value: Double
    var interval: IntervalEstimate?
    var threshold: Double
    var sentence: String
  }

  /// A finding of something that may not be known.
  func judged<Value>(
    _ name: VerdictName, by known: Known<Value>, _ rule: (Value) -> Known<Outcome>
  ) -> VerdictFinding {
    switch known {
    case .missing(let reason): return finding(name, .missing(reason))
    case .known(let value): return finding(name, rule(value))
    }
  }

  private func finding(_ name: VerdictName, _ known: Known<Outcome>) -> VerdictFinding {
    switch known {
    case .missing(let reason):
      VerdictFinding(
        name: name, status: .notJudged(reason), value: nil, interval: nil, threshold: nil,
        definition: name.definition, sentence: "not judged, because \(reason)", remedy: "")
    case .known(let outcome):
      VerdictFinding(
        name: name, status: outcome.holds ? .holds : .doesNotHold,
        value: outcome.value.isNaN ? nil : outcome.value, interval: outcome.interval,
        threshold: outcome.threshold, definition: name.definition, sentence: outcome.sentence,
        remedy: name.remedy)
    }
  }
}

extension VerdictName {
  /// The rule in a line.
  var definition: String {
    switch self {
    case .loadSuspect:
      "the autoencoder leaves more than 0.9 times as much of its inputs unexplained as of the same "
        + "inputs turned at random"
    case .modelMismatch:
      "the model's own embeddings name pictures no more often right than under exchanged classes"
    case .driftLimited:
      "without the blocks after the layer under half of the pictures are named right that the whole "
        + "model names right"
    case .indexPermuted:
      "the table agrees best under a map of feature ids that is not the identity, p under 1e-6"
    case .degenerateTemperature:
      "the median entropy of the labels' probabilities is over 0.98 of that of equal ones"
    case .falseConfidence:
      "the median best probability is over 10/C and not over the 99 % quantile of rotated features"
    case .labelCollapse:
      "the effective number of labels is under 0.2 of that of rotated features, or a label is first for "
        + "more than 10 % of the features and ten times its share by chance"
    case .biasDominated:
      "more than 20 % of the features are named what their common reference point is named"
    case .gapLimited:
      "centring features and labels gives more than half of what is there at the end"
    case .wrongVocabulary:
      "another vocabulary, or sets of labels, exceed null banks of both kinds and find twice as many features"
    case .notInTextSpan:
      "features have no more energy where labels differ than rotated features have"
    case .nullIndistinguishable:
      "the features as a whole do not exceed null banks of both kinds, and would with a power of 0.8 if "
        + "half of them had a label at cosine 0.15"
    case .underpowered:
      "the features as a whole do not exceed null banks of both kinds, and the power to find labels at "
        + "cosine 0.15 is under 0.8"
    case .significantButWrong:
      "the features exceed null banks, and the lower bound of agreement beyond that of exchanged "
        + "features is not over 0"
    case .partial:
      "the lens does not work on all features, but does in strata of at least 5 % of them"
    case .works:
      "the lower bound of the share of features beyond chance is at least 0.5 beside both kinds of null "
        + "features, and that of agreement beyond exchanged features is over 0"
    case .atReference:
      "the interval of the efficiency reaches 0.95, and agreement beyond exchanged features is over 0"
    }
  }

  /// What changes it, or what to do about it.
  var remedy: String {
    switch self {
    case .loadSuspect: "check the checkpoint, its orientation and where its inputs are taken"
    case .modelMismatch: "use the model that the embeddings and the autoencoder come from"
    case .driftLimited: "read a later layer, or bring directions to the embedding by a fitted map"
    case .indexPermuted: "file the names by the map that is found"
    case .degenerateTemperature: "use the model's own temperature"
    case .falseConfidence: "go by p-values, not by probabilities"
    case .labelCollapse: "correct for hubs: zcol, csls, isf or sinkhorn"
    case .biasDominated: "leave the bias out: dec.lin or dec.diff"
    case .gapLimited: "centre both features and labels: score both"
    case .wrongVocabulary: "use the vocabulary, or the sets of labels, that find more"
    case .notInTextSpan: "do not name these features by text"
    case .nullIndistinguishable:
      "nothing that was tried changes it: the labels say nothing of these features"
    case .underpowered: "judge more features"
    case .significantButWrong:
      "check that activations and directions are those of the same features"
    case .partial: "trust names in these strata alone"
    case .works, .atReference: ""
    }
  }
}
