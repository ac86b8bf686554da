/// What is worth knowing of the scores of a variant besides the names that they give.
struct ScoreFacts: Sendable {
  /// How often features are opposed to labels, for each signed score.
  var signs: [SignReading] = []

  /// Scores that rank labels as `raw` does, and how many features they give another first label all the
  /// same, because of rounding.
  var sameAsRaw: [(kind: ScoreKind, differing: Int)] = []

  /// How many axes are taken out of features and labels by `abtt`.
  let axisCount: Int

  /// The features whose covariance whitens them.
  let featureCount: Int

  /// The labels whose covariance whitens them, C.
  let labelCount: Int

  /// The width of the joint space, D.
  let width: Int

  /// What the model's own scores say of the real bank and then of each null bank; nothing for a model
  /// that was trained with a softmax.
  var sigmoids: [SigmoidTally] = []

  /// Takes the facts of a reading.
  ///
  /// - Parameters:
  ///   - reading: What features score.
  ///   - axes: The principal axes of the labels.
  ///   - labels: The labels.
  ///   - truth: The true label of each feature, -1 for none, [n]; nil without truth.
  init(_ reading: BankReading, axes: LabelAxes, labels: LabelSide, truth: [Int32]?) {
    axisCount = axes.topCount
    featureCount = reading.meanCosines.count { !$0.isNaN }
    labelCount = labels.count
    width = labels.width
    sigmoids = reading.sigmoids
    signs = reading.namings.filter(\.kind.hasNullBanks).compactMap {
      SignReading($0, featureCount: featureCount, truth: truth)
    }
    guard let raw = reading.namings.first(where: { $0.kind == .raw }) else { return }
    sameAsRaw = reading.namings.filter(\.kind.ranksAsRaw).map { naming in
      (naming.kind, zip(naming.labels, raw.labels).count { $0 != $1 })
    }
  }

  /// What a reader of `whiten` should know, one line each.
  var notices: [String] {
    var notices: [String] = []
    if featureCount <= width {
      notices.append(
        "whiten: \(featureCount) features in \(width) dimensions: their covariance has directions without "
          + "any, and centred features are nearly at right angles to each other whatever they were")
    }
    if labelCount <= width {
      notices.append(
        "whiten: \(labelCount) labels in \(width) dimensions: their covariance has directions without any, "
          + "and centred labels are nearly at right angles to each other whatever they were")
    }
    return notices
  }
}

/// How many features are opposed to a label more than they are near to any.
///
/// An encoder or decoder row whose sign was lost is opposed to its label; of features that have nothing to do
/// with labels about half are.
struct SignReading: Sendable {
  /// The score.
  let kind: ScoreKind

  /// The share of features whose least score is greater in size than their best, with Wilson's interval.
  let opposed: IntervalEstimate

  /// That share in each rotated bank, [r].
  let rotated: [Double]

  /// That share of each bank of random vectors, [g].
  let random: [Double]

  /// The share of features whose true label has the score that is greatest in size, with Wilson's interval;
  /// nil without truth.
  let rightBySize: IntervalEstimate?

  /// Compares best and least scores; nil for a score without sign, or if no feature is read.
  ///
  /// - Parameters:
  ///   - naming: What features score.
  ///   - featureCount: The features that are read.
  ///   - truth: The true label of each feature, -1 for none, [n]; nil without truth.
  init?(_ naming: BankReading.Naming, featureCount: Int, truth: [Int32]?) {
    guard naming.kind.isSigned, featureCount > 0 else { return nil }
    kind = naming.kind
    let isOpposed = zip(naming.leastScores, naming.scores).map { -$0 > $1 }
    opposed = .wilson(successes: isOpposed.count { $0 }, of: featureCount)
    func shares(_ counts: [Int], _ scores: [[Float]]) -> [Double] {
      zip(counts, scores).map { Double($0) / Double($1.count { !$0.isNaN }) }
    }
    rotated = shares(naming.rotatedOpposed, naming.rotatedScores)
    random = shares(naming.gaussianOpposed, naming.gaussianScores)
    rightBySize = truth.map { truth in
      let asked = truth.indices.filter { truth[$0] >= 0 && naming.labels[$0] >= 0 }
      let right = asked.count { feature in
        let label = isOpposed[feature] ? naming.leastLabels[feature] : naming.labels[feature]
        return label == truth[feature]
      }
      return .wilson(successes: right, of: asked.count)
    }
  }
}
