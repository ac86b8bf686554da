/// What a sample of a bank, as a whole, shows beside many null banks.
///
/// Null banks are those of `FormJudge`, but 200 instead of four: the sample rotated, and random vectors
/// in its place. A feature is *high* by a score if its best label scores at least the 95 % quantile of the best scores of
/// null features in its stratum, and *upper* if at least their median.
struct BankEvidence: Sendable {
  /// Two figures of a bank by one score.
  struct Shares: Sendable, Equatable {
    /// The share of features at or over the null's 95 % quantile.
    let share: AggregateTest
    /// The share of features at or over the null's median.
    ///
    /// Many features that are each only a little nearer to their labels than chance has it show
    /// here first.
    let half: AggregateTest
    /// Whether one of the two exceeds.
    var exceeds: Bool { share.exceeds || half.exceeds }
  }

  /// How labels are used by the names of the sample by the raw score, beside rotated banks.
  struct LabelUseTest: Sendable, Equatable {
    /// How many features of the sample each label is the first of, [C].
    let counts: [Int]
    /// The mean over rotated banks of the share of features that each label is the first of, [C].
    let nullShares: [Double]
    /// The effective number of labels, (ΣN)²/ΣN².
    let effectiveLabels: AggregateTest
  }

  /// Where the sampled features stand in the selection, rising, [m].
  let positions: [Int32]

  /// The number of null banks of each kind.
  let bankCount: Int

  /// Beside rotated banks, by the scores `raw`, `centred` and `both`.
  let rotated: [ScoreKind: Shares]

  /// ρ of the sample beside rotated banks (see `Alignment`).
  let alignment: AggregateTest

  /// Beside random vectors in the place of the features, by the scores `centred` and `both`.
  let inPlace: [ScoreKind: Shares]

  /// Whether features lie where texts differ.
  let textSpan: TextSpan

  /// The use of labels by the raw score.
  let labelUse: LabelUseTest

  /// What of labels that are planted in rotated banks is found; nil if it was not asked for.
  let power: PowerCurve?

  /// Whether the bank exceeds rotated banks: by a share of `centred`, or by ρ.
  var exceedsRotated: Bool { rotated[.centred]?.exceeds == true || alignment.exceeds }

  /// Whether the bank exceeds random vectors in its place: by a share of `centred` or of `both`.
  var exceedsInPlace: Bool { inPlace.values.contains { $0.exceeds } }

  /// Whether the bank is more than null banks of both kinds.
  ///
  /// Rotated banks alone do not do: any directions that pass a model's head lie where texts lie.
  var beatsNull: Bool { exceedsRotated && exceedsInPlace }
}

extension BankEvidence {
  /// What evidence is asked for.
  struct Request: Sendable {
    /// The number of null banks of each kind, B.
    var bankCount = usualBankCount
    /// The most features of the sample.
    var sampleLimit = usualSampleLimit
    /// Whether the power is computed.
    var asksForPower = true
    /// The cosines of the power curve, rising.
    var cosines = PowerCurve.usualCosines
    /// The share of features that are planted.
    var plantedShare = PowerCurve.usualPlantedShare
    /// The number of planted banks.
    var plantedBanks = PowerCurve.usualBankCount
    /// Determines everything.
    var seed: UInt64 = 1
  }

  /// The null banks where no number is stated.
  static let usualBankCount = 200

  /// The features of a sample where no number is stated.
  ///
  /// With 768 dimensions, 1000 labels and half of them planted, a cosine of 0.11 is found with a power of 0.8; four times as many
  /// features take four times as long.
  static let usualSampleLimit = 1024

  /// The features of a sample of a variant that is judged beside others.
  ///
  /// Half of 100 features that are planted at a cosine of 0.15 are found in 512 dimensions nearly always.
  static let briefSampleLimit = 256

  /// Gathers the evidence of a bank.
  ///
  /// Null banks and planted banks of one number are made of the same random numbers for every bank.
  ///
  /// - Parameters:
  ///   - moments: What is known of the bank, two features at least.
  ///   - spectrum: The eigenvectors of its covariance, if they are known.
  ///   - labels: The labels.
  ///   - axes: Their axes.
  ///   - request: What is asked for.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Complexity: 2 · D · m · (D + 2 C + r) floating-point operations for each of the B null banks.
  init(
    _ moments: BankMoments, spectrum: SymmetricEigen? = nil, labels: LabelSide, axes: TextAxes,
    _ request: Request = Request(), workers: Int
  ) {
    // Each use has a sequence of its own, so that more null banks leave the planted ones as they are.
    var seeds = SplitMix64(seed: request.seed)
    let sources = (0..<5).map { _ in seeds.next() }
    func sequence(_ source: Int, _ count: Int) -> [UInt64] {
      var generator = SplitMix64(seed: sources[source])
      return (0..<count).map { _ in generator.next() }
    }
    let sample = EvidenceSample(
      moments, labels: labels, axes: axes, limit: request.sampleLimit, seed: sources[0])
    let rotated = RotatedEvidence(
      sample, seeds: sequence(1, request.bankCount), workers: workers)
    let inPlace = InPlaceEvidence(
      sample, moments, spectrum: spectrum,
      observed: InPlaceEvidence.kinds.map { rotated.best(by: $0) },
      bankCount: request.bankCount, seed: sources[2], workers: workers)
    positions = sample.positions
    bankCount = request.bankCount
    self.rotated = Dictionary(
      uniqueKeysWithValues: zip(EvidenceSample.kinds, rotated.shares))
    alignment = rotated.alignment
    self.inPlace = Dictionary(
      uniqueKeysWithValues: zip(InPlaceEvidence.kinds, inPlace.shares))
    textSpan = TextSpan(axisCount: axes.count, energy: rotated.energy)
    labelUse = rotated.labelUse
    power =
      !request.asksForPower
      ? nil
      : PowerCurve(
        rotated, cosines: request.cosines, share: request.plantedShare,
        seeds: sequence(3, request.plantedBanks), choiceSeed: sources[4], workers: workers)
  }
}

extension RotatedEvidence {
  /// The best scores of the sample by one of `EvidenceSample.kinds`, [m].
  fileprivate func best(by kind: ScoreKind) -> [Float] {
    zip(EvidenceSample.kinds, observed.best).first { $0.0 == kind }?.1 ?? []
  }
}
