internal import Foundation

/// A scan's autoencoder and labels, to be judged by several variants of the lens.
public struct VerdictRun: Sendable {
  /// The scan that the verdict goes with, which watches and records the files of the verdict too.
  public let run: LensRun

  /// What is asked for.
  public let request: VerdictRequest

  /// What features fire on.
  let truth: VerdictTruth?

  /// Results of another program.
  let table: VerdictTable?

  /// The order in which a program listed features.
  let listing: FeatureListing?

  /// Features that do not stand for themselves.
  let hygiene: FeatureHygiene

  /// The embedding of the empty label.
  let emptyPrompt: EmptyPrompt

  /// Other vocabularies, and what else is asked of the meaning of names.
  let semantics: SemanticsInputs

  /// What the variants are made of.
  let inputs: VariantInputs

  /// Whether there is memory for the images of a variant's features.
  private let keepsImages: Bool

  /// The labels that take part.
  let labels: LabelSide

  /// The ids of the labels that take part, [C].
  let labelIDs: [Int32]

  /// The digests of files that were read for the verdict, by absolute path.
  let digests: [String: String]

  /// Prepares a verdict.
  ///
  /// - Parameters:
  ///   - run: A scan with everything opened; its variant is the form in use.
  ///   - request: What is asked for.
  ///   - progress: Called as further labels are encoded, on the calling thread.
  /// - Throws: `VerdictError` if there are too few labels, or nothing between them; `CheckpointError`,
  ///   `TextError` or `TruthError` if the truth cannot be used, `ForeignError` if the results cannot.
  public init(
    _ run: LensRun, _ request: VerdictRequest = VerdictRequest(),
    progress: (RunProgress) -> Void = { _ in }
  ) throws {
    precondition(
      VerdictRequest.rotationLimits.contains(request.rotations), "\(request.rotations) rotations")
    var run = run
    run.look(before: request.files)
    let rows = run.labels.rows
    labels = try LabelSide(rows, source: run.labels.source)
    labelIDs = rows.labelIDs
    try Self.plan(&run, request)
    truth = try request.truth.map {
      try VerdictTruth(contentsOf: $0, classes: request.classes, run: run)
    }
    try run.addInputs(role: "truth", truth?.files ?? [])
    emptyPrompt = try EmptyPrompt(run, path: request.emptyEmbedding, key: request.emptyKey)
    try run.addInputs(role: "empty_embedding", [request.emptyEmbedding].compactMap { $0 })
    table = try request.results.map {
      try VerdictTable(
        .init(results: $0, skipsUnknown: request.skipsUnknownLabels), run: run)
    }
    listing = try request.listing.map {
      try FeatureListing(contentsOf: $0, featureCount: run.autoencoder.featureCount)
    }
    if let table, table.results.form != .folders {
      try run.addInputs(role: "results", [request.results].compactMap { $0 })
    }
    try run.addInputs(role: "listing", [request.listing].compactMap { $0 })
    try request.replay?.check(run)
    inputs = try VariantInputs(run, truth: truth, request)
    try run.addInputs(role: "variant", inputs.files)
    hygiene = FeatureHygiene(
      run.autoencoder, selection: run.scan.selection, densities: truth?.densities,
      seed: request.seed, workers: run.memory.workers)
    semantics = try SemanticsInputs(
      request.semantics, labels: labels, beside: run, progress: progress)
    keepsImages = try Self.plan(&run, request, truth, semantics)
    try run.addInputs(role: "semantics", request.semantics.files)
    digests = try run.digests(ofRoles: ["truth", "empty_embedding", "variant", "semantics"])
    self.run = run
    self.request = request
    if !semantics.isEmpty, forms.allSatisfy(\.hasOwnSpace) {
      throw VerdictError(
        subject: "variants", reason: .noJointVariant(forms.map(\.rawValue)))
    }
  }

  /// The files that the verdict is made from besides those of the scan, as `run.json` lists them.
  ///
  /// - Returns: Their roles, paths, sizes and digests.
  /// - Throws: `CheckpointError` if a file cannot be read, `RunError` if it has changed.
  public func furtherInputs() throws -> [JSONValue] { try run.verdictInputs() }

  /// The variant that the scan itself reads; nil if it is none that is judged.
  var formInUse: LensForm? { LensForm(rawValue: run.scan.variant.id) }

  /// The features as a variant reads them.
  func bank(_ form: LensForm) throws(LensError) -> JointBank { try inputs.materials.bank(form) }

  /// The variant by which names are asked for their meaning and controls are made: the one in use, or where that is
  /// not judged the first that compares features and labels in the joint space, as other labels are.
  func principal(_ reports: [FormReport]) -> FormReport? {
    reports.first { $0.form == formInUse } ?? reports.first { !$0.form.hasOwnSpace }
  }

  /// The image head of the model, where directions pass it.
  var head: ImageHead? { inputs.materials.head }

  /// The factor a of `dec.abs` and `dec.diff`.
  var alpha: Double { inputs.materials.alpha }

  /// The variants that are judged: those asked for, or all of the space that the scan reads.
  public var forms: [LensForm] {
    if let forms = request.forms { return forms }
    let isNative = run.scan.variant.map == .native
    return LensForm.allCases.filter { $0.canRead(isJoint: isNative) }
  }

  /// The variants that are judged as thoroughly as can be: those asked for by name, else the one in use and what it is
  /// without the bias.
  private var formsWithPower: [LensForm] {
    request.forms ?? [formInUse, formInUse?.isolated].compactMap { $0 }
  }

  /// Judges all variants.
  ///
  /// A variant that cannot be made, because the autoencoder lacks what it is made of, is listed with
  /// the reason; one that is asked for by name is an error.
  ///
  /// - Parameter progress: Called before each variant, on the calling thread; throws to end the verdict.
  /// - Returns: What was found.
  /// - Throws: `LensError` if a variant that is asked for cannot be made, `VerdictError` if nothing could be
  ///   judged.
  public func judge(
    progress: (_ form: LensForm) throws -> Void = { _ in }
  ) throws -> VerdictReport {
    var usual = judge(by: labels)
    usual.empty = emptyPrompt.embedding
    usual.sigmoid = run.sigmoid
    var reports: [FormReport] = []
    var omitted: [(form: LensForm, reason: String)] = []
    // Of variants that could be made; what others lack tells less.
    var unreadable: [String] = []
    var materials = inputs.materials
    var samples: [LensForm: KeptSample] = [:]
    for form in forms {
      let start = ContinuousClock.now
      var made: (bank: JointBank, transform: LabelTransform?)
      do {
        made = try materials.made(form)
      } catch {
        guard request.forms == nil else { throw error }
        omitted.append((form, "\(error)"))
        continue
      }
      try progress(form)
      materials.keepEnds(for: form, workers: run.memory.workers)
      if form.passesBlocks { made = try materials.made(form) }
      let making = (ContinuousClock.now - start) / .seconds(1)
      var judge = made.transform.map { self.judge(in: $0) } ?? usual
      judge.clusters = hygiene.clusters(of: form)
      if let report = judge.report(form, made.bank) {
        var report = compared(report, transform: made.transform)
        if form == formInUse { report.strata = workingStrata(report) }
        if form == formInUse || form == formInUse?.isolated {
          samples[form] = KeptSample(positions: report.samplePositions, images: report.sample)
        }
        report.trim()
        report.seconds += making
        reports.append(report)
      } else {
        let reason = "fewer than two of \(made.bank.count) features can be read"
        unreadable.append(reason)
        omitted.append((form, reason))
      }
    }
    guard !reports.isEmpty else {
      throw VerdictError(
        subject: run.autoencoder.path,
        reason: .nothingJudged(unreadable.isEmpty ? omitted.map(\.reason) : unreadable))
    }
    let controls =
      try truth?.controls(
        run.autoencoder, head: head, seed: request.seed, workers: run.memory.workers)
      ?? .missing("no truth was given")
    let permutation = permutation(reports)
    let semantics = try semantics(beside: reports)
    var evidence = evidence(reports, controls, permutation)
    evidence.vocabularies = semantics.vocabularyEvidence(reports.first { $0.form == formInUse })
    var report = VerdictReport(
      self, reports: reports, omitted: omitted, evidence: evidence,
      ladder: ladder(reports, samples: samples),
      truthFigures: truthFigures(reports, samples: samples), semantics: semantics)
    report.permutation = permutation
    report.controls = try self.controls(usual, reports)
    report.alphaSteps = try alphaSteps(usual, forms: reports.map(\.form), progress: progress)
    return report
  }

  /// What judges variants that compare features and labels in a space of their own, where the model's own scores
  /// of labels say nothing.
  private func judge(in transform: LabelTransform) -> FormJudge {
    let (side, empty) = labels.transformed(by: transform, with: emptyPrompt.embedding)
    var judge = judge(by: side)
    judge.empty = empty
    return judge
  }

  /// What judges variants that compare features with these labels.
  func judge(by labels: LabelSide) -> FormJudge {
    var judge = FormJudge(
      labels: labels, temperature: 1 / run.scan.logitScale, workers: run.memory.workers)
    judge.keepsImages = keepsImages
    judge.rotations = request.rotations
    judge.seed = request.seed
    judge.truth = truth?.positions
    judge.formInUse = formInUse
    judge.formsWithPower = formsWithPower
    if request.nullBanks > 0 {
      judge.textAxes = TextAxes(labels)
      judge.evidence = BankEvidence.Request(bankCount: request.nullBanks, seed: request.seed)
    }
    return judge
  }
}

extension VerdictRun {
  /// A report with what features fire on beside the names.
  ///
  /// - Parameters:
  ///   - report: The variant.
  ///   - asksCeiling: Whether what can be asked of any lens is found out too.
  ///   - transform: What takes the joint space to that of the variant; nil if it is the joint space.
  /// - Returns: The report; as it is without truth.
  func compared(
    _ report: FormReport, asksCeiling: Bool = true, transform: LabelTransform? = nil
  ) -> FormReport {
    guard let truth else { return report }
    let start = ContinuousClock.now
    let workers = run.memory.workers
    var report = report
    for index in report.namings.indices {
      report.namings[index].agreement = truth.agreement(
        report.namings[index].reading, labelIDs: labelIDs,
        clusters: hygiene.clusters(of: report.form), seed: request.seed, workers: workers)
    }
    if asksCeiling {
      report.ceiling = truth.ceiling(
        report,
        limit: formsWithPower.contains(report.form) ? nil : VerdictTruth.briefCeilingLimit,
        transform: transform, labelIDs: labelIDs, clusters: hygiene.clusters(of: report.form),
        seed: request.seed, workers: workers)
    }
    if let fit = inputs.fit, fit.maps.contains(where: { $0.form == report.form }) {
      report.byFit = truth.agreementByFit(
        report, heldOut: fit.heldOutClasses, labelIDs: labelIDs,
        clusters: hygiene.clusters(of: report.form), seed: request.seed, workers: workers)
    }
    report.seconds += (ContinuousClock.now - start) / .seconds(1)
    return report
  }
}
