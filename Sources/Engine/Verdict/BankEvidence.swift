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
    /// The share of features at or over the null's median. Many features that are each only a little nearer to their labels
    /// than chance has it show here first.
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

  /// Whether the bank is more than null banks of both kinds. Rotated banks alone do not do: any directions that
  /// pass a model's head lie where texts lie.
  var beatsNull: Bool { exceedsRotated && exceedsInPlace }
}
