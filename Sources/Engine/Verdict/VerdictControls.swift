/// Which controls are made.
public enum ControlScope: String, Sendable, CaseIterable {
  /// None.
  case none
  /// All but those that encode other labels.
  case usual
  /// All.
  case all
}

/// What the same code finds in directions, labels and truths that hold nothing, or all, of what is looked for.
///
/// They read no feature of the autoencoder, or not its labels; a figure of the features themselves says no more than
/// it says of them.
struct VerdictControls: Sendable {
  /// Directions that are made up, or labels that are.
  enum Kind: String, Sendable, CaseIterable {
    /// Directions of random numbers, as long as the features' own: those of an autoencoder that was not trained. With inputs
    /// it says what such features fire on.
    case random
    /// The features' own directions with the elements of each dimension exchanged between features.
    case shuffled
    /// Directions that the variant takes to the labels.
    case identity
    /// What inputs of a class have in common.
    case classMeans = "class_means"
    /// The features' own directions beside words that mean nothing.
    case nonsense
  }

  /// What one score says of a control.
  struct Line: Sendable {
    /// The score.
    let kind: ScoreKind
    /// The comparison with rotated directions, and with random vectors in their place.
    let rotated: Significance
    let inPlace: Significance?
    /// The effective number of labels that are named.
    let effectiveLabels: Double
    /// The comparison with the true labels, where directions have some.
    let agreement: NamingSummary?
  }

  /// One control.
  struct Bank: Sendable {
    /// How many directions there are, and how many of them are read.
    let count: Int
    let readCount: Int
    /// The labels that they are compared with.
    let labelCount: Int
    /// Where they lie.
    let alignment: Alignment
    /// One for each score that has null banks.
    let lines: [Line]
  }

  /// The scope.
  let scope: ControlScope

  /// The variant that reads them.
  let form: LensForm

  /// The controls, or why one is missing.
  let banks: [(kind: Kind, bank: Known<Bank>)]

  /// How many features of an untrained autoencoder fire on an input; nil without inputs.
  let untrainedActiveCount: Int?

  /// The features' own names against true labels that are exchanged, for each score that has null banks.
  let exchange: Known<[(kind: ScoreKind, test: LabelExchangeTest)]>

  /// The wall time.
  let seconds: Double
}

extension VerdictControls.Bank {
  /// Joins what a judge found with the truth of the directions.
  ///
  /// - Parameters:
  ///   - report: What the judge found.
  ///   - truth: The true label of each direction, -1 for none, [n]; nil if none has one.
  ///   - groups: A number for each label that labels of one embedding share, [C].
  ///   - seed: Determines intervals.
  ///   - workers: The number of threads.
  init(_ report: FormReport, truth: [Int32]?, groups: [Int], seed: UInt64, workers: Int) {
    count = report.statuses.count
    readCount = report.statuses.count { $0 == .read }
    labelCount = groups.count
    alignment = report.alignment
    lines = report.namings.compactMap { naming in
      guard var rotated = naming.rotated else { return nil }
      var inPlace = naming.inPlace
      rotated.trim()
      inPlace?.trim()
      let asked = truth.map { truth in
        truth.indices.filter { truth[$0] >= 0 && naming.reading.labels[$0] >= 0 }
      }
      return VerdictControls.Line(
        kind: naming.reading.kind, rotated: rotated, inPlace: inPlace,
        effectiveLabels: naming.hubs.concentration.effectiveCount,
        agreement: asked.map { asked in
          NamingSummary(
            names: asked.map { naming.reading.labels[$0] }, classes: asked.map { truth?[$0] ?? -1 },
            clusters: asked, labelGroups: groups, seed: seed, workers: workers)
        })
    }
  }

  /// What one score says.
  func line(_ kind: ScoreKind) -> VerdictControls.Line? { lines.first { $0.kind == kind } }
}
