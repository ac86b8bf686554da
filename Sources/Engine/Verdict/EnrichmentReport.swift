/// Which sets of labels stand at the top of the labels of features, beside rotated features.
struct EnrichmentReport: Sendable {
  /// What is found of one set.
  struct Finding: Sendable {
    /// The set, with the labels that take part.
    let set: LabelSets.Named
    /// The share of features with p ≤ 0.05, with its interval over clusters of features.
    let share: IntervalEstimate
    /// How many features are found at a false discovery rate of 0.05 among those of the set.
    let discoveries: Int
    /// The mean score of rotated features, by which NES divides; above 0 as a rule.
    let nullMean: Double
  }

  /// The set of one feature with the least p-value, of equal ones that with the greatest NES.
  struct Best: Sendable, Equatable {
    /// Its index among the sets.
    let set: Int
    let score: Float
    /// The score over the mean of rotated features.
    let normalised: Float
    let pValue: Float
    /// By Benjamini and Hochberg over all features of the set.
    let qValue: Float
  }

  /// The variant that is read.
  let form: LensForm
  /// What was read.
  let source: EnrichmentSource
  /// One for each set, in order.
  let findings: [Finding]
  /// One for each feature of the selection that is read, nil for others, [n].
  let best: [Best?]
  /// The number of rotated banks, and of rotated features in all.
  let rotations: Int
  let nullCount: Int
  /// What all sets together find; nil if no null banks of whole samples were asked for.
  let evidence: SetEvidence?
}

extension EnrichmentReport {
  /// What enrichment is made of.
  struct Question: Sendable {
    /// The labels.
    let labels: LabelSide
    /// The sets of labels.
    let source: EnrichmentSource
    /// The least number of rotated banks.
    let rotations: Int
    let seed: UInt64
    /// A number for each feature that duplicates share, [n].
    let clusters: [Int]
    let workers: Int
    /// The number of null banks of each kind that a sample is compared with; 0 for no such comparison.
    var nullBanks = 0
  }

  /// The rotated features that are wanted at least, for p-values down to 1/4097, and the most banks for them.
  private static let nullLimits = (features: 4096, banks: 32)

  /// Scores the sets of all features, and of the rotated sample.
  ///
  /// - Parameters:
  ///   - form: The variant.
  ///   - bank: Its features, of which some are read.
  ///   - question: What is asked.
  /// - Complexity: C ln C and the sizes of all sets for each feature and rotated feature, besides products with labels.
  init(_ form: LensForm, _ bank: JointBank, _ question: Question) {
    let (labels, workers) = (question.labels, question.workers)
    let moments = BankMoments(bank, workers: workers)
    let ranking = SetEnrichment(
      question.source.positions.map { $0.map { Int32($0) } }, labelCount: labels.count)
    let (features, scores) = Self.scores(
      bank, BankView(.real, labels: labels, moments: moments, empty: nil), ranking,
      labels: labels, workers: workers)
    let banks = max(
      question.rotations,
      min(
        Self.nullLimits.banks,
        (Self.nullLimits.features + moments.samplePositions.count - 1)
          / moments.samplePositions.count))
    let null = Self.null(moments, ranking, question, banks: banks)
    let found = mapInParallel(count: ranking.sets.count, workers: workers) { set in
      Self.judge(
        set, scores.map { $0[set] }, beside: null.map { $0[set] }, features, question)
    }
    let scale = found.map(\.finding.nullMean)
    self.form = form
    source = question.source
    findings = found.map(\.finding)
    best = Self.best(found, scores, features, count: bank.count)
    rotations = banks
    nullCount = null.count
    evidence =
      moments.count < 2 || question.nullBanks == 0
      ? nil
      : SetEvidence(
        moments,
        SetEvidence.Question(
          labels: labels, ranking: ranking, scale: scale, bankCount: question.nullBanks,
          seed: question.seed, workers: workers))
  }

  /// The features that are read, and their scores of the sets.
  private static func scores(
    _ bank: JointBank, _ view: BankView, _ ranking: SetEnrichment, labels: LabelSide, workers: Int
  ) -> (features: [Int], scores: [[Float]]) {
    var (features, scores) = ([Int](), [[Float]]())
    bank.forEachTile(workers: workers, makeState: {}) { _, tile in
      let rows = (0..<tile.rows).filter { tile.statuses[$0] == .read }
      let images = rows.flatMap {
        tile.images[($0 * labels.width)..<(($0 + 1) * labels.width)]
      }
      return (
        rows.map { tile.positions.lowerBound + $0 },
        ranking.scores(view, images, labels: labels)
      )
    } _: { part in
      features += part.0
      scores += part.1
    }
    return (features, scores)
  }

  /// The scores of the sets by rotated features, [banks · m][sets].
  private static func null(
    _ moments: BankMoments, _ ranking: SetEnrichment, _ question: Question, banks: Int
  ) -> [[Float]] {
    let labels = question.labels
    let fixed = moments.fixedDirections(labels)
    return mapInParallel(count: banks, workers: question.workers) { index in
      var generator = SplitMix64(seed: question.seed &+ 0x9E37_79B9 &* UInt64(index + 1))
      let rotation = NullRotation(fixing: fixed, width: labels.width, using: &generator)
      let view = BankView(.rotated(rotation), labels: labels, moments: moments, empty: nil)
      return ranking.scores(view, moments.sample, labels: labels)
    }.flatMap { $0 }
  }

  private typealias Judged = (finding: Finding, pValues: [Double], qValues: [Double])

  private static func judge(
    _ set: Int, _ scores: [Float], beside null: [Float], _ features: [Int], _ question: Question
  ) -> Judged {
    let pool = EmpiricalNull(null.map(Double.init))
    let pValues = scores.map { pool.pValue(of: Double($0)) }
    let qValues = falseDiscoveryRates(pValues)
    let share = ClusterBootstrap(
      values: pValues.map { $0 <= Significance.level ? 1 : 0 },
      clusters: features.map { question.clusters[$0] }
    ).interval(seed: question.seed)
    let finding = Finding(
      set: question.source.sets[set], share: share,
      discoveries: qValues.count { $0 <= Significance.level },
      nullMean: pool.sorted.reduce(0, +) / Double(pool.count))
    return (finding, pValues, qValues)
  }

  private static func best(
    _ found: [Judged], _ scores: [[Float]], _ features: [Int], count: Int
  ) -> [Best?] {
    var result = [Best?](repeating: nil, count: count)
    for (place, feature) in features.enumerated() {
      let all = found.indices.map { set in
        Best(
          set: set, score: scores[place][set],
          normalised: Float(Double(scores[place][set]) / found[set].finding.nullMean),
          pValue: Float(found[set].pValues[place]), qValue: Float(found[set].qValues[place]))
      }
      result[feature] = all.min {
        ($0.pValue, -$0.normalised, $0.set) < ($1.pValue, -$1.normalised, $1.set)
      }
    }
    return result
  }
}

extension SetEnrichment {
  /// The scores of the sets by the centred scores of features.
  ///
  /// - Parameters:
  ///   - view: The bank.
  ///   - images: Unit images of the real bank, [m, D].
  ///   - labels: The labels.
  /// - Returns: ES of every feature, [m][sets].
  fileprivate func scores(_ view: BankView, _ images: [Float], labels: LabelSide) -> [[Float]] {
    guard !images.isEmpty else { return [] }
    let scores = view.centredScores(images, labels: labels)
    return (0..<(images.count / labels.width)).map { row in
      self.scores(scores.span.extracting((row * labelCount)..<((row + 1) * labelCount)))
    }
  }
}
