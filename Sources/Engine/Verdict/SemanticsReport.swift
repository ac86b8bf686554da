/// What is read before names are asked for their meaning.
struct SemanticsInputs: Sendable {
  /// Other vocabularies, in the order in which they were asked for.
  let vocabularies: [OtherVocabulary]

  /// The labels of the scan by each of several templates, none or two at least.
  let templates: [TemplateBank]

  /// Whether each feature of the selection is written as a sum of labels, [n]; nil if none is.
  let sparse: [Bool]?

  /// The sets of labels that are looked for; nil if none are.
  let sets: EnrichmentSource?

  /// Whether nothing is asked.
  var isEmpty: Bool { vocabularies.isEmpty && templates.isEmpty && sparse == nil && sets == nil }

  /// Reads what a request names.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - side: The labels of the scan.
  ///   - run: The scan that it stands beside.
  ///   - progress: Called as labels are encoded, on the calling thread.
  /// - Throws: What opening a vocabulary, or the labels by a template, throws; `LensError` or `VerdictError` if a feature is
  ///   asked for that is not there or not scanned.
  init(
    _ request: SemanticsRequest, labels side: LabelSide, beside run: LensRun,
    progress: (RunProgress) -> Void
  ) throws {
    vocabularies = try request.vocabularies.map {
      try OtherVocabulary($0, beside: run, progress: progress)
    }
    let ready = try request.templateEmbeddings.map { try TemplateBank(contentsOf: $0, beside: run) }
    if request.comparesTemplates, case .vocabulary(let labels, let own) = run.request.labels {
      templates = try own.map {
        try TemplateBank($0, of: labels, beside: run, progress: progress)
      }
    } else {
      templates = ready
    }
    sparse = try request.sparseFeatures.map { try Self.asked($0, of: run) }
    let (labels, ids) = (run.labels.labels, run.labels.rows.labelIDs)
    sets =
      if let path = request.labelSets {
        try EnrichmentSource(contentsOf: path, labels: labels, labelIDs: ids, side: side)
      } else if let directory = request.wordNet {
        try EnrichmentSource(wordNet: directory, labels: labels, labelIDs: ids, side: side)
      } else {
        nil
      }
  }

  /// Whether each feature of a scan is one of those that are listed.
  private static func asked(_ text: String, of run: LensRun) throws -> [Bool] {
    let scanned = run.scan.selection
    guard text != "all" else { return [Bool](repeating: true, count: scanned.count) }
    let listed = try FeatureSelection(
      parsing: text, featureCount: run.autoencoder.featureCount)
    let ids = scanned.ids(at: 0..<scanned.count).flatMap { Array($0) }
    let asked = Set(listed.ranges.flatMap { Array($0) })
    if let missing = asked.subtracting(ids).min() {
      throw VerdictError(subject: text, reason: .notScanned(missing))
    }
    return ids.map { asked.contains($0) }
  }
}

/// What names mean: by other vocabularies, by templates, as sums of labels, and by sets of labels.
struct SemanticsReport: Sendable {
  /// What each other vocabulary finds.
  var vocabularies: [VocabularyReport] = []

  /// What features are named by each template; nil if it was not asked for.
  var templates: TemplateReport?

  /// Features as sums of labels; nil if it was not asked for.
  var sparse: SparseNaming?

  /// Sets of labels at the top of those of features; nil if none are looked for.
  var enrichment: EnrichmentReport?
}

/// What another vocabulary finds in the features of one variant.
struct VocabularyReport: Sendable {
  /// The vocabulary.
  let vocabulary: OtherVocabulary

  /// What is found, without truth.
  let report: FormReport

  /// The share of high features beside rotated ones, by the centred score.
  var share: AggregateTest? { report.evidence?.rotated[.centred]?.share }

  /// What is asked of another vocabulary before the one in use is called wrong.
  ///
  /// - Parameter shareInUse: `FormReport.shareInUse` of the variant.
  /// - Returns: The figures; nil if no null banks were asked for.
  func evidence(beside shareInUse: Double) -> VerdictEvidence.Vocabulary? {
    guard let evidence = report.evidence, let share else { return nil }
    return VerdictEvidence.Vocabulary(
      name: vocabulary.source, share: share, exceedsInPlace: evidence.exceedsInPlace,
      shareInUse: shareInUse)
  }
}

extension EnrichmentReport {
  /// What is asked of sets of labels before labels are called too narrow.
  ///
  /// - Parameter shareInUse: `FormReport.shareInUse` of the variant.
  /// - Returns: The figures; nil if no null banks were asked for.
  func evidence(beside shareInUse: Double) -> VerdictEvidence.Vocabulary? {
    evidence.map {
      VerdictEvidence.Vocabulary(
        name: source.path, isSets: true, share: $0.rotated.share,
        exceedsInPlace: $0.inPlace.exceeds, shareInUse: shareInUse)
    }
  }
}

extension FormReport {
  /// The share of high features (see `BankEvidence`) beside rotated ones by the labels of the scan, by `centred` or
  /// `both`, whichever is more; nil if no null banks were asked for.
  ///
  /// Where `both` finds what `centred` does not, the gap is what hides it, not the choice of labels.
  var shareInUse: Double? {
    [ScoreKind.centred, .both].compactMap { evidence?.rotated[$0]?.share.observed }.max()
  }
}

extension SemanticsReport {
  /// The figures by which the vocabulary in use may be called wrong.
  ///
  /// - Parameter use: What was found of the variant in use, the only one whose vocabulary that is; nil if it is not
  ///   judged.
  /// - Returns: The figures, or why they are not known.
  func vocabularyEvidence(_ use: FormReport?) -> Known<[VerdictEvidence.Vocabulary]> {
    guard !vocabularies.isEmpty || enrichment != nil else {
      return .missing("neither another vocabulary nor sets of labels were given")
    }
    guard let use else { return .missing("the variant in use is not judged") }
    guard let shareInUse = use.shareInUse else { return .missing("--null-banks is 0") }
    return .known(
      vocabularies.compactMap { $0.evidence(beside: shareInUse) }
        + [enrichment?.evidence(beside: shareInUse)].compactMap { $0 })
  }
}

extension VerdictRun {
  /// Asks names for their meaning, by `principal`.
  ///
  /// - Parameter reports: What was found of each variant, one at least.
  /// - Returns: What names mean.
  /// - Throws: `LensError` if the variant cannot be made again, which it could be before.
  func semantics(beside reports: [FormReport]) throws -> SemanticsReport {
    guard !semantics.isEmpty, let use = principal(reports) else { return SemanticsReport() }
    let bank = try bank(use.form)
    return SemanticsReport(
      vocabularies: vocabularies(beside: use, bank), templates: templates(beside: use, bank),
      sparse: semantics.sparse.map {
        SparseNaming(
          use.form, bank, labels: labels, asked: $0, seed: request.seed,
          workers: run.memory.workers)
      }, enrichment: enrichment(beside: use, bank))
  }

  private func enrichment(beside use: FormReport, _ bank: JointBank) -> EnrichmentReport? {
    semantics.sets.map { source in
      var question = EnrichmentReport.Question(
        labels: labels, source: source, rotations: request.rotations, seed: request.seed,
        clusters: clusters(of: use), workers: run.memory.workers)
      question.nullBanks = request.nullBanks
      return EnrichmentReport(use.form, bank, question)
    }
  }

  private func templates(beside use: FormReport, _ bank: JointBank) -> TemplateReport? {
    guard semantics.templates.count > 1, let naming = use.naming(.centred) else { return nil }
    return TemplateReport(
      semantics.templates, form: use.form, bank,
      names: naming.reading.labels.map { $0 < 0 ? -1 : labelIDs[Int($0)] },
      clusters: clusters(of: use), seed: request.seed, workers: run.memory.workers)
  }

  private func vocabularies(beside use: FormReport, _ bank: JointBank) -> [VocabularyReport] {
    semantics.vocabularies.compactMap { vocabulary -> VocabularyReport? in
      var judge = judge(by: vocabulary.side)
      (judge.truth, judge.formInUse, judge.formsWithPower) = (nil, nil, nil)
      judge.clusters = hygiene.clusters(of: use.form)
      judge.evidence?.asksForPower = false
      guard var report = judge.report(use.form, bank) else { return nil }
      report.trim()
      return VocabularyReport(vocabulary: vocabulary, report: report)
    }
  }
}
