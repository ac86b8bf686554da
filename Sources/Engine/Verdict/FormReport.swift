internal import Foundation

/// What was found out about one variant of the lens.
struct FormReport: Sendable {
  /// One way of naming features.
  struct Naming: Sendable {
    /// The names, their scores, and the ranks of true labels.
    var reading: BankReading.Naming
    /// How labels are used.
    let hubs: LabelUse
    /// The comparison with rotated features, where the score has null banks.
    var rotated: Significance?
    /// The comparison with random vectors in the place of the features.
    var inPlace: Significance?
    /// The comparison with what features fire on.
    var agreement: VerdictTruth.Agreement?
  }

  /// How often centred names are right.
  struct AgreementByFit: Sendable {
    /// On features whose true class took no part in the fit of the variant's map.
    let heldOut: IntervalEstimate
    /// On the others.
    let fitted: IntervalEstimate
  }

  /// The variant.
  let form: LensForm
  /// The width of the space in which features and labels are compared.
  let width: Int
  /// What became of each feature, [n].
  let statuses: [FeatureStatus]
  /// Where features lie.
  let alignment: Alignment
  /// |μ_V|² less what is expected of features that have nothing in common.
  let commonEnergy: Double
  /// v · μ_V of each feature, [n], by the mean of the sample; NaN where not read.
  let bankMeanCosines: [Float]
  /// The features of a null bank.
  let nullCount: Int
  /// One for each score, but for those that rank as `raw` does.
  var namings: [Naming]
  /// What else is worth knowing of the scores.
  let scoreFacts: ScoreFacts
  /// The unit images of the sampled features, [m, D]; empty when they are not needed any more.
  var sample: [Float]
  /// Where they stand in the selection, [m].
  let samplePositions: [Int32]
  /// What a sample shows beside many null banks; nil if it was not asked for.
  var evidence: BankEvidence?
  /// Whether directions made of labels are read; nil if the variant is not linear or it was not asked for.
  var control: PositiveControl?
  /// How sure probabilities are; of the variant in use alone.
  var confidence: NamingConfidence?
  /// What is found in parts of the features; of the variant in use alone.
  var strata: [VerdictEvidence.Stratum] = []
  /// What can be asked of any lens, where there is a truth of pictures with embeddings.
  var ceiling: LensCeiling?
  /// Agreement by whether classes took part in a fit, where the map was fitted.
  var byFit: AgreementByFit?
  /// The wall time that it took.
  var seconds: Double

  /// Lets go of what is large and has been compared: the sample, and the scores of null banks.
  mutating func trim() {
    sample = []
    for index in namings.indices {
      namings[index].reading.rotatedScores = []
      namings[index].reading.gaussianScores = []
      namings[index].rotated?.trim()
      namings[index].inPlace?.trim()
    }
  }
}
