/// Makes controls and has them judged.
struct ControlMaker: Sendable {
  /// The variant.
  let form: LensForm
  /// Directions of the variant.
  let source: ControlSource
  /// What judges variants, without evidence of whole banks.
  let judge: FormJudge
  /// A number for each label that labels of one embedding share, [C].
  let groups: [Int]
  /// What features fire on.
  let truth: VerdictTruth?
  /// The position of each label among those that take part, -1 for none, [K].
  let places: [Int32]
  /// Determines everything.
  let seed: UInt64
  /// The number of threads; the results are the same for any.
  let workers: Int

  /// Why there is nothing to make controls of.
  private static let tooFew = "fewer than two directions have a length"

  /// Directions of random numbers, and how many of them fire on an input.
  func random() -> (bank: Known<VerdictControls.Bank>, activeCount: Int?) {
    guard source.count > 1 else { return (.missing(Self.tooFew), nil) }
    let rows = source.randomRows(seed: seed ^ 0x7261_6E64)
    guard let truth, let inputs = truth.truth.residuals, inputs.shape[1] == source.width else {
      return (judged(source.read(rows)), nil)
    }
    let untrained = UntrainedTruth(
      rows, count: source.count, truth: truth.truth, inputs: inputs, workers: workers)
    let classes = untrained.classIDs.map { $0 < 0 ? -1 : places[Int($0)] }
    return (judged(source.read(rows), truth: classes), untrained.activeCount)
  }

  /// The features' own directions with the elements of each dimension exchanged.
  func shuffled() -> Known<VerdictControls.Bank> {
    guard source.count > 1 else { return .missing(Self.tooFew) }
    return judged(source.read(source.shuffledRows(seed: seed ^ 0x7368_7566)))
  }

  /// Directions to labels.
  func identity() -> Known<VerdictControls.Bank> {
    guard let made = source.labelRows(judge.labels) else {
      return .missing("the variant is not linear in the direction")
    }
    return judged(source.read(made.rows), truth: made.labels)
  }

  /// What inputs of a class have in common.
  func classMeans() -> Known<VerdictControls.Bank> {
    guard let truth else { return .missing("no truth was given") }
    guard let inputs = truth.truth.residuals else {
      return .missing("the truth has no inputs of the autoencoder")
    }
    guard inputs.shape[1] == source.width else {
      return .missing("inputs have \(inputs.shape[1]) elements, directions \(source.width)")
    }
    guard let made = source.classRows(inputs, classIDs: truth.truth.classIDs) else {
      return .missing("all pictures are of one class")
    }
    return judged(source.read(made.rows), truth: made.classes.map { places[Int($0)] })
  }

  /// The features' own directions beside other labels.
  func own(beside labels: LabelSide) -> Known<VerdictControls.Bank> {
    guard source.count > 1 else { return .missing(Self.tooFew) }
    var other = FormJudge(labels: labels, temperature: judge.temperature, workers: workers)
    (other.rotations, other.seed) = (judge.rotations, judge.seed)
    return judged(source.own, by: other, groups: PositiveControl.groups(labels))
  }

  private func judged(
    _ bank: JointBank, truth: [Int32]? = nil, by other: FormJudge? = nil, groups: [Int]? = nil
  ) -> Known<VerdictControls.Bank> {
    var judge = other ?? judge
    judge.truth = truth
    guard let report = judge.report(form, bank) else {
      return .missing("fewer than two of \(bank.count) directions can be read")
    }
    return .known(
      VerdictControls.Bank(
        report, truth: truth, groups: groups ?? self.groups, seed: seed, workers: workers))
  }
}
