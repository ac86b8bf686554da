extension VerdictRun {
  /// Makes the controls of `principal`.
  ///
  /// - Parameters:
  ///   - judge: What judges variants.
  ///   - reports: The variants that were judged, one at least.
  /// - Returns: The controls; nil if none are asked for, or all variants have a space of their own.
  /// - Throws: What encoding labels throws.
  func controls(_ judge: FormJudge, _ reports: [FormReport]) throws -> VerdictControls? {
    guard request.controls != .none, let report = principal(reports) else { return nil }
    let start = ContinuousClock.now
    let source = ControlSource(try bank(report.form), seed: request.seed)
    var judge = judge
    (judge.evidence, judge.formInUse, judge.clusters) = (nil, nil, nil)
    let maker = ControlMaker(
      form: report.form, source: source, judge: judge, groups: PositiveControl.groups(labels),
      truth: truth,
      places: run.labels.rows.positions(of: run.labels.labels.count), seed: request.seed,
      workers: run.memory.workers)
    let random = maker.random()
    var banks: [(kind: VerdictControls.Kind, bank: Known<VerdictControls.Bank>)] = [
      (.random, random.bank), (.shuffled, maker.shuffled()), (.identity, maker.identity()),
      (.classMeans, maker.classMeans()),
    ]
    banks.append(
      (
        .nonsense,
        request.controls == .all
          ? try nonsense(maker) : .missing("it takes another vocabulary: --controls all")
      ))
    return VerdictControls(
      scope: request.controls, form: report.form, banks: banks,
      untrainedActiveCount: random.activeCount, exchange: exchange(report),
      seconds: (ContinuousClock.now - start) / .seconds(1))
  }

  /// Names against true labels that are exchanged, over the features that have both.
  private func exchange(
    _ report: FormReport
  ) -> Known<[(kind: ScoreKind, test: LabelExchangeTest)]> {
    guard let truth else { return .missing("no truth was given") }
    let groups = PositiveControl.groups(labels)
    let tests = report.namings.filter { $0.rotated != nil }.compactMap {
      naming -> (kind: ScoreKind, test: LabelExchangeTest)? in
      let asked = truth.positions.indices.filter {
        truth.positions[$0] >= 0 && naming.reading.labels[$0] >= 0
      }
      guard !asked.isEmpty else { return nil }
      return (
        naming.reading.kind,
        LabelExchangeTest(
          names: asked.map { groups[Int(naming.reading.labels[$0])] },
          classes: asked.map { groups[Int(truth.positions[$0])] }, labelCount: labels.count,
          seed: request.seed, workers: run.memory.workers)
      )
    }
    return tests.isEmpty ? .missing("no feature that is read has a true class") : .known(tests)
  }

  /// The most prompts of words that mean nothing.
  private static let nonsensePrompts = 4096

  /// The features' own directions beside as many words that mean nothing, in the same templates.
  private func nonsense(_ maker: ControlMaker) throws -> Known<VerdictControls.Bank> {
    guard case .vocabulary(_, let stated) = run.request.labels, let model = run.model else {
      return .missing("labels are ready embeddings: no model encodes others like them")
    }
    let templates = stated.isEmpty ? [.photo] : stated
    let count = min(labelIDs.count, max(16, Self.nonsensePrompts / templates.count))
    var generator = SplitMix64(seed: ~request.seed)
    let chosen = generator.permutation(of: labelIDs.count).prefix(count).sorted()
    let words = NonsenseWords.words(
      like: chosen.map { run.labels.labels[Int(labelIDs[$0])] }, seed: generator.next())
    let bank = try LabelBank.encoding(
      LabelSet(labels: words), templates: templates, model: model,
      tokenizer: try TextTokenizer(
        resolving: run.request.tokenizer ?? model.directory,
        rules: model.configuration.tokenizerRules),
      source: "nonsense words", workers: run.memory.workers)
    do throws(VerdictError) {
      return maker.own(beside: try LabelSide(bank.rows, source: bank.source))
    } catch {
      return .missing("\(error)")
    }
  }
}
