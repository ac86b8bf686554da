/// What a verdict found: each variant of the lens by each score, beside its null banks.
public struct VerdictReport: Sendable {
  let verdict: VerdictRun
  let reports: [FormReport]

  /// The variants that were not judged, with the reason.
  public let omitted: [(form: LensForm, reason: String)]

  /// The figures that verdicts are made of.
  let evidence: VerdictEvidence

  /// How far each correction brings the form in use, and what each cause costs.
  public let ladder: VerdictLadder

  /// What the truth says of each feature by the form in use.
  let truthFigures: TruthFigures?

  /// Every verdict, in the order of `VerdictName`: those that hold, those that do not, and those that were not judged.
  public let findings: [VerdictFinding]

  /// Under which mapping another program's results agree best; nil without such, or where they could not
  /// be compared.
  public internal(set) var permutation: IndexPermutation?

  /// What names mean.
  let semantics: SemanticsReport

  /// The wall time of each variant that was judged.
  public var seconds: [(form: LensForm, seconds: Double)] { reports.map { ($0.form, $0.seconds) } }

  /// What shifted directions read at other factors.
  var alphaSteps: [AlphaStep] = []

  init(
    _ verdict: VerdictRun, reports: [FormReport], omitted: [(form: LensForm, reason: String)],
    evidence: VerdictEvidence, ladder: VerdictLadder, truthFigures: TruthFigures?,
    semantics: SemanticsReport
  ) {
    self.truthFigures = truthFigures
    self.evidence = evidence
    self.ladder = ladder
    self.semantics = semantics
    findings = VerdictRules(evidence: evidence).findings
    self.verdict = verdict
    self.reports = reports
    self.omitted = omitted
  }

  /// What directions, labels and truths get that hold nothing, or all; nil if it was not asked for.
  var controls: VerdictControls?

  /// The name of the format of `json`.
  static let format = "lensctl.verdict"

  /// How many of the most frequent labels are listed.
  private static let hubCount = 10
}

// MARK: - As JSON

extension VerdictReport {
  /// The verdict as it is written: every number with its interval, threshold and seed.
  public var json: JSONObject {
    [
      "format": .string(Self.format),
      "version": 1,
      "options": [
        "variants": .array(verdict.forms.map { .string($0.rawValue) }),
        "rotations": .integer(verdict.request.rotations),
        "seed": .string(String(verdict.request.seed)),
        "alpha": JSONValue(verdict.alpha),
        "level": JSONValue(Significance.level),
        "confidence": JSONValue(IntervalEstimate.usualConfidence),
        "tau": JSONValue(ColumnStatistics.tau),
        "sample_limit": .integer(BankMoments.sampleLimit),
      ],
      "verdicts": .array(findings.filter(\.holds).map { .string($0.name.rawValue) }),
      "findings": .array(findings.map { .object($0.json) }),
      "truth": truth,
      "form_in_use": .string(verdict.run.scan.variant.id),
      "labels": .integer(verdict.labelIDs.count),
      "variants": .array(reports.map { .object(json($0)) }),
      "hygiene": hygiene,
      "strata": strata,
      "ladder": ladderJSON,
      "activations": activationsJSON,
      "distributions": distributions,
      "score_facts": scoreFacts,
      "variant_inputs": variantInputs,
      "permutation": permutationJSON,
      "replay": replayJSON,
      "semantics": .object(json(semantics)),
      "controls": controls.map { .object(json($0)) } ?? .null,
      "omitted": .array(
        omitted.map { ["id": .string($0.form.rawValue), "reason": .string($0.reason)] }),
    ]
  }

  private func json(_ report: FormReport) -> JSONObject {
    let alignment = report.alignment
    return [
      "id": .string(report.form.rawValue),
      "read": .integer(report.statuses.count { $0 == .read }),
      "masked": .integer(report.statuses.count { $0 != .read }),
      "null_features": .integer(report.nullCount),
      "common_energy": JSONValue(report.commonEnergy),
      "alignment": [
        "ratio": JSONValue(alignment.ratio),
        "null_mean": 1,
        "null_deviation": JSONValue(alignment.nullDeviation),
        "along_labels": JSONValue(alignment.alongLabels),
        "shares": [
          "grand": JSONValue(alignment.grand), "features": JSONValue(alignment.features),
          "labels": JSONValue(alignment.labels), "residual": JSONValue(alignment.residual),
        ],
      ],
      "evidence": report.evidence.map { .object($0.json) } ?? .null,
      "control": report.control.map { .object($0.json) } ?? .null,
      "ceiling": report.ceiling.map { .object(json($0)) } ?? .null,
      "scores": .array(report.namings.map { .object(json($0)) }),
      "score_facts": .object(json(report.scoreFacts)),
    ]
  }

  private func json(_ naming: FormReport.Naming) -> JSONObject {
    let use = naming.hubs
    return [
      "id": .string(naming.reading.kind.rawValue),
      "hubs": [
        "effective_labels": JSONValue(use.concentration.effectiveCount),
        "gini": JSONValue(use.concentration.gini),
        "skewness": JSONValue(use.concentration.skewness),
        "top_share": JSONValue(use.concentration.topShare),
        "unused_labels": .integer(use.unusedCount),
        "top": .array(use.top(Self.hubCount).map { hub(of: $0) }),
      ],
      "rotated": naming.rotated.map { .object(json($0)) } ?? .null,
      "in_place": naming.inPlace.map { .object(json($0)) } ?? .null,
      "agreement": naming.agreement.map { .object(json($0)) } ?? .null,
    ]
  }

  private func hub(of entry: (label: Int, features: Int)) -> JSONValue {
    let id = Int(verdict.labelIDs[entry.label])
    return [
      "label_id": .integer(id), "label": .string(verdict.run.labels.labels[id]),
      "features": .integer(entry.features),
    ]
  }

  func json(_ significance: Significance) -> JSONObject {
    [
      "strata": .integer(significance.strataCount),
      "share": significance.share.json,
      "discoveries": .integer(significance.discoveries),
      "null_share": significance.nullShare.json,
    ]
  }

  /// What the truth is, or null without.
  private var truth: JSONValue {
    guard let truth = verdict.truth else { return .null }
    return [
      "path": .string(MappedFile.absolute(truth.path)),
      "form": .string(truth.form.rawValue),
      "files": .array(truth.files.map(file)),
      "pictures": .integer(truth.truth.pictureCount),
      "features_with_class": .integer(truth.positions.count { $0 >= 0 }),
      "notices": .array(truth.truth.notices.map { .string($0) }),
    ]
  }

  private func json(_ agreement: VerdictTruth.Agreement) -> JSONObject {
    var hits: JSONObject = [:]
    for (rank, share) in zip(RankSummary.hitRanks, agreement.ranks.hitShares) {
      hits[String(rank)] = share.json
    }
    return [
      "features": .integer(agreement.names.featureCount),
      "hit": .object(hits),
      "mean_reciprocal_rank": agreement.ranks.meanReciprocalRank.json,
      "right": agreement.names.agreement.json,
      "permuted": JSONValue(agreement.names.permuted),
      "excess": agreement.names.excess.json,
      "most_frequent_name": JSONValue(agreement.names.hubName.share),
      "most_frequent_class": JSONValue(agreement.names.hubClass.share),
    ]
  }

  private func json(_ ceiling: LensCeiling) -> JSONObject {
    [
      "splits": .integer(ceiling.splitCount),
      "pictures_a_part": .array(ceiling.partSizes.map { .integer($0) }),
      "reliability": ceiling.reliability.json,
      "known_classes": JSONValue(ceiling.knownClasses),
      "knowledge": ceiling.knowledge.json,
      "all": Self.json(ceiling.all),
      "known": Self.json(ceiling.known),
      "efficiency": ceiling.efficiency?.json ?? .null,
      "notices": .array(ceiling.notices.map { .string($0) }),
    ]
  }

  private static func json(_ reading: LensCeiling.Reading) -> JSONValue {
    [
      "right": reading.agreement.json, "ceiling": reading.ceiling.json,
      "prototypes": .array(
        reading.prototypes.map {
          ["pictures": .integer($0.pictures), "right": JSONValue($0.agreement)]
        }),
    ]
  }
}

// MARK: - Files

extension VerdictReport {
  /// The names of the files beside a run: the verdict, and its columns.
  public static let fileNames = (json: "verdict.json", columns: "verdict.safetensors")

  /// Writes `verdict.safetensors` and then `verdict.json` into a run directory.
  ///
  /// - Parameter directory: The directory of the run that the verdict goes with.
  /// - Throws: `OutputError` if a file cannot be written; nothing is left under its name then.
  public func write(to directory: String) throws(OutputError) {
    let columns = columns
    let layout = SafetensorsLayout(
      columns.map { .init(name: $0.name, dtype: $0.dtype, shape: $0.shape) },
      metadata: [("format", Self.format), ("version", "1")])
    try OutputFile.writePieces(to: directory + "/" + Self.fileNames.columns) { write in
      try write(layout.header)
      for column in columns { try write(column.bytes()) }
    }
    try OutputFile.write(json: .object(json), to: directory + "/" + Self.fileNames.json)
  }
}
