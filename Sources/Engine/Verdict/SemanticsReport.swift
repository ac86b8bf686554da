/// What is read before names are asked for their meaning.
struct SemanticsInputs: Sendable {
  /// Other vocabularies, in the order in which they were asked for.
  let vocabularies: [OtherVocabulary]

  /// Reads what a request names.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - run: The scan that it stands beside.
  /// - Throws: What opening a vocabulary throws.
  init(_ request: SemanticsRequest, beside run: LensRun) throws {
    vocabularies = try request.vocabularies.map { try OtherVocabulary($0, beside: run) }
  }
}

/// What names mean: by other vocabularies.
struct SemanticsReport: Sendable {
  /// What each other vocabulary finds.
  var vocabularies: [VocabularyReport] = []
}

/// What another vocabulary finds in the features of one variant.
struct VocabularyReport: Sendable {
  /// The vocabulary.
  let vocabulary: OtherVocabulary

  /// What is found, without truth.
  let report: FormReport

  /// The share of high features (see `BankEvidence`) by the labels of the scan, by the same variant and the
  /// centred score; nil if no null banks were asked for.
  let shareInUse: Double?

  /// That of this vocabulary beside rotated features.
  var share: AggregateTest? { report.evidence?.rotated[.centred]?.share }

  /// What is asked of another vocabulary before the one in use is called wrong.
  var evidence: VerdictEvidence.Vocabulary? {
    guard let share, let shareInUse else { return nil }
    return VerdictEvidence.Vocabulary(
      name: vocabulary.source, share: share, shareInUse: shareInUse)
  }
}

extension SemanticsReport {
  /// The figures by which the vocabulary in use may be called wrong.
  ///
  /// - Parameter form: The variant in use, the only one whose vocabulary that is.
  /// - Returns: The figures, or why they are not known.
  func vocabularyEvidence(by form: LensForm?) -> Known<[VerdictEvidence.Vocabulary]> {
    guard !vocabularies.isEmpty else { return .missing("no other vocabulary was given") }
    guard vocabularies.allSatisfy({ $0.report.form == form }) else {
      return .missing("the variant in use is not judged")
    }
    let known = vocabularies.compactMap(\.evidence)
    return known.isEmpty ? .missing("--null-banks is 0") : .known(known)
  }
}

extension VerdictRun {
  /// Asks names for their meaning, by the variant in use; where that is not judged by the first that is.
  ///
  /// - Parameter reports: What was found of each variant, one at least.
  /// - Returns: What names mean.
  /// - Throws: `LensError` if the variant cannot be made again, which it could be before.
  func semantics(beside reports: [FormReport]) throws -> SemanticsReport {
    guard let use = reports.first(where: { $0.form == formInUse }) ?? reports.first else {
      return SemanticsReport()
    }
    return SemanticsReport(vocabularies: try vocabularies(beside: use))
  }

  private func vocabularies(beside use: FormReport) throws -> [VocabularyReport] {
    let bank = try materials.bank(use.form)
    return semantics.vocabularies.compactMap { vocabulary -> VocabularyReport? in
      var judge = FormJudge(
        labels: vocabulary.side, temperature: 1 / run.scan.logitScale,
        workers: run.memory.workers)
      judge.rotations = request.rotations
      judge.seed = request.seed
      judge.clusters = hygiene.clusters(of: use.form)
      if request.nullBanks > 0 {
        judge.textAxes = TextAxes(vocabulary.side)
        judge.evidence = BankEvidence.Request(bankCount: request.nullBanks, seed: request.seed)
        judge.evidence?.asksForPower = false
      }
      guard var report = judge.report(use.form, bank) else { return nil }
      report.trim()
      return VocabularyReport(
        vocabulary: vocabulary, report: report,
        shareInUse: use.evidence?.rotated[.centred]?.share.observed)
    }
  }
}
