/// How far each correction of the form in use brings a reading, one after another, and what each cause costs.
public struct VerdictLadder: Sendable {
  /// A variant and a score: one step further than the rung before.
  public struct Rung: Sendable {
    /// What is corrected on this rung.
    public let change: Change
    /// The variant that is read.
    public let form: LensForm
    /// The score.
    public let score: ScoreKind
    /// Agreement beyond exchanged features; nil without truth.
    public let excess: IntervalEstimate?
    /// What of it is gained over the rung before; nil of the first.
    public let gain: IntervalEstimate?
    /// 1 - π₀ beside rotated features; nil where the score has no null banks.
    public let beyond: IntervalEstimate?
    /// The effective number of labels.
    public let effectiveLabels: Double
    /// ρ of the variant.
    public let alignment: Double
  }

  /// What a rung changes.
  public enum Change: String, CaseIterable, Sendable {
    /// Nothing: the form in use by the raw score.
    case inUse = "as it is read"
    /// The same direction without bias and normalisation.
    case isolated = "read linearly"
    /// Labels less their mean.
    case labelsCentred = "labels centred"
    /// Features less their mean, too.
    case bothCentred = "both banks centred"
    /// Each label's scores standardised over features.
    case hubs = "hubs corrected"
    /// The pattern in the place of the filter, for encoders.
    case pattern = "pattern for filter"
    /// Decoder rows in the place of encoder rows.
    case decoder = "decoder for encoder"
    /// Every group of duplicates counted as one feature.
    case duplicates = "duplicates once"
  }

  /// The rungs, as read first.
  public let rungs: [Rung]

  /// What each cause costs, or why that is not known.
  let causes: Known<CauseShares>

  /// The variant and score that read best of all that were judged; nil if nothing can be compared.
  public let best: Best?

  /// A variant and a score.
  public struct Best: Sendable {
    /// The variant.
    public let form: LensForm
    /// The score.
    public let score: ScoreKind
    /// Agreement beyond exchanged features, or 1 - π₀ beside rotated features without truth.
    public let value: IntervalEstimate
    /// Whether it is agreement.
    public let isAgreement: Bool
  }

  /// What each cause costs, greatest cost first; nil where that is not known.
  public var causeShares: [CauseShares.Share]? {
    if case .known(let causes) = causes { causes.shares } else { nil }
  }
}

extension VerdictRun {
  /// What is kept of a variant until causes are told apart.
  struct KeptSample: Sendable {
    /// Where the features stand in the selection, rising.
    var positions: [Int32]
    /// Their unit images, [m, D].
    var images: [Float]
  }

  /// Climbs the ladder.
  ///
  /// - Parameters:
  ///   - reports: What was found of each variant.
  ///   - samples: The samples of the form in use and of the same direction read linearly.
  /// - Returns: The ladder; without rungs where the form in use was not judged.
  func ladder(_ reports: [FormReport], samples: [LensForm: KeptSample]) -> VerdictLadder {
    VerdictLadder(rungs: rungs(reports), causes: causes(samples), best: best(reports))
  }

  private func rungs(_ reports: [FormReport]) -> [VerdictLadder.Rung] {
    guard let formInUse, reports.contains(where: { $0.form == formInUse }) else { return [] }
    let isolated = formInUse.isolated
    var steps: [(VerdictLadder.Change, LensForm, ScoreKind)] = [(.inUse, formInUse, .raw)]
    if isolated != formInUse { steps.append((.isolated, isolated, .raw)) }
    steps += [
      (.labelsCentred, isolated, .centred), (.bothCentred, isolated, .both),
      (.hubs, isolated, .columnZ),
    ]
    switch isolated {
    case .encoderLinear:
      steps += [(.pattern, .encoderPattern, .columnZ), (.decoder, .decoderLinear, .columnZ)]
    case .encoderNative: steps.append((.decoder, .decoderNative, .columnZ))
    default: break
    }
    steps.append((.duplicates, steps[steps.count - 1].1, .columnZ))
    var rungs: [VerdictLadder.Rung] = []
    var previous: RungTerms?
    for (change, form, score) in steps {
      guard let report = reports.first(where: { $0.form == form }),
        let naming = report.naming(score)
      else { continue }
      let terms = terms(naming, of: report, isPerGroup: change == .duplicates)
      rungs.append(
        VerdictLadder.Rung(
          change: change, form: form, score: score,
          excess: terms.map { interval($0.values, clusters: $0.clusters) },
          gain: gain(of: terms, over: previous), beyond: naming.rotated?.nullShare.complement,
          effectiveLabels: naming.hubs.concentration.effectiveCount,
          alignment: report.alignment.ratio))
      previous = terms
    }
    return rungs
  }

  /// The terms of agreement on a rung, by feature.
  private struct RungTerms {
    var features: [Int]
    var values: [Double]
    var clusters: [Int]
  }

  private func terms(
    _ naming: FormReport.Naming, of report: FormReport, isPerGroup: Bool
  ) -> RungTerms? {
    guard let asked = askedFeatures(naming), asked.features.count > 1 else { return nil }
    let clusters = asked.features.map { self.clusters(of: report)[$0] }
    var weights = [Double](repeating: 1, count: clusters.count)
    if isPerGroup {
      var sizes: [Int: Double] = [:]
      for cluster in clusters { sizes[cluster, default: 0] += 1 }
      weights = clusters.map { 1 / (sizes[$0] ?? 1) }
      let mean = weights.reduce(0, +) / Double(weights.count)
      weights = weights.map { $0 / mean }
    }
    let terms = NamingTerms(names: groups(naming, asked.features), classes: asked.classes)
    return RungTerms(
      features: asked.features, values: zip(terms.values, weights).map { $0 * $1 },
      clusters: clusters)
  }

  /// What a rung gains over the one before, over the features that both name.
  private func gain(of terms: RungTerms?, over previous: RungTerms?) -> IntervalEstimate? {
    guard let terms, let previous else { return nil }
    let before = Dictionary(uniqueKeysWithValues: zip(previous.features, previous.values))
    let shared = terms.features.indices.filter { before[terms.features[$0]] != nil }
    guard shared.count > 1 else { return nil }
    return interval(
      shared.map { terms.values[$0] - (before[terms.features[$0]] ?? 0) },
      clusters: shared.map { terms.clusters[$0] })
  }

  private func interval(_ values: [Double], clusters: [Int]) -> IntervalEstimate {
    ClusterBootstrap(values: values, clusters: clusters)
      .interval(seed: request.seed, workers: run.memory.workers).withoutRounding
  }

  /// The best of all variants and scores: by agreement, or without truth by the share beyond rotated features.
  private func best(_ reports: [FormReport]) -> VerdictLadder.Best? {
    let all = reports.flatMap { report in
      report.namings.compactMap { naming -> VerdictLadder.Best? in
        let value =
          truth == nil
          ? naming.rotated?.nullShare.complement : naming.agreement?.names.excess
        return value.flatMap {
          $0.estimate.isNaN
            ? nil
            : VerdictLadder.Best(
              form: report.form, score: naming.reading.kind, value: $0, isAgreement: truth != nil)
        }
      }
    }
    // Of equal ones the first.
    return all.enumerated().max {
      ($0.element.value.estimate, -$0.offset) < ($1.element.value.estimate, -$1.offset)
    }?.element
  }
}

// MARK: - Causes

extension VerdictRun {
  private func causes(_ samples: [LensForm: KeptSample]) -> Known<CauseShares> {
    guard let truth else { return .missing("no truth was given") }
    guard let formInUse, let sample = samples[formInUse] else {
      return .missing("the variant in use, \(run.scan.variant.id), is not judged")
    }
    let other = formInUse.isolated == formInUse ? nil : samples[formInUse.isolated]
    let shared = Self.shared(
      sample, other, limit: max(1, VerdictMemory.productLimit / labels.count))
    let groups = labelIDs.map { truth.labelGroups[Int($0)] }
    let sampleTruth = SampleTruth(
      positions: shared.positions.map { Int(truth.positions[$0]) }, labelGroups: groups)
    guard sampleTruth.features.count > 1 else {
      return .missing("fewer than two features of the sample have a true label")
    }
    let clusters = hygiene.clusters(of: formInUse)
    return .known(
      CauseShares(
        CauseShares.Question(
          images: shared.images, isolated: shared.isolated, labels: labels,
          otherTemplates: ensemble, truth: sampleTruth,
          clusters: sampleTruth.features.map {
            clusters?[shared.positions[$0]] ?? shared.positions[$0]
          }, scale: run.scan.logitScale),
        seed: request.seed, workers: run.memory.workers))
  }

  /// The mean of the labels by every template that was given, as unit rows; nil without templates, and where that is
  /// what the scan reads already.
  private var ensemble: LabelSide? {
    let banks = semantics.templates
    guard banks.count > 1, banks.allSatisfy({ $0.labelIDs == labelIDs }) else { return nil }
    var rows = banks.dropFirst().reduce(banks[0].side.rows) { sum, bank in
      zip(sum, bank.side.rows).map { $0 + $1 }
    }
    var span = rows.mutableSpan
    normalizeRows(&span, width: labels.width)
    let difference = zip(rows, labels.rows).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
    return difference > Self.leastDifference
      ? LabelSide(rows, count: labels.count, width: labels.width) : nil
  }

  /// Differences of embeddings up to which they are the same but for rounding.
  private static let leastDifference: Float = 1e-5

  /// The features that both samples have, evenly thinned out to a limit.
  private static func shared(
    _ sample: KeptSample, _ other: KeptSample?, limit: Int
  ) -> (positions: [Int], images: [Float], isolated: [Float]?) {
    var pairs: [(row: Int, otherRow: Int)] = []
    if let other {
      let rows = Dictionary(uniqueKeysWithValues: zip(other.positions, other.positions.indices))
      pairs = sample.positions.indices.compactMap { row in
        rows[sample.positions[row]].map { (row, $0) }
      }
    } else {
      pairs = sample.positions.indices.map { ($0, $0) }
    }
    let step = max(1, (pairs.count + limit - 1) / limit)
    pairs = stride(from: 0, to: pairs.count, by: step).map { pairs[$0] }
    func rows(_ images: [Float], of kept: KeptSample, _ places: [Int]) -> [Float] {
      let width = kept.positions.isEmpty ? 0 : images.count / kept.positions.count
      return places.flatMap { images[($0 * width)..<(($0 + 1) * width)] }
    }
    return (
      pairs.map { Int(sample.positions[$0.row]) },
      rows(sample.images, of: sample, pairs.map(\.row)),
      other.map { rows($0.images, of: $0, pairs.map(\.otherRow)) }
    )
  }
}
