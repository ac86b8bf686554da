internal import Foundation

/// What was found out about one variant of the lens.
struct FormReport: Sendable {
  /// One way of naming features.
  struct Naming: Sendable {
    /// The names, their scores, and the ranks of true labels.
    let reading: BankReading.Naming
    /// How labels are used.
    let hubs: LabelUse
    /// The comparison with null features, where the score has null banks.
    let significance: Significance?
  }

  /// The variant.
  let form: LensForm
  /// What became of each feature, [n].
  let statuses: [FeatureStatus]
  /// Where features lie.
  let alignment: Alignment
  /// |μ_V|² less what is expected of features that have nothing in common.
  let commonEnergy: Double
  /// One for each score.
  let namings: [Naming]
  /// The unit images of the sampled features, [m, D].
  let sample: [Float]
  /// Where they stand in the selection, [m].
  let samplePositions: [Int32]
  /// The wall time that it took.
  let seconds: Double
}
