extension VerdictFiles {
  /// What a score says of a feature.
  public struct Reading: Sendable, Equatable {
    /// The score, such as `centred`.
    public let score: String
    /// The id of the best label by it; nil where the feature was not read.
    public let label: Int?
    /// The score of that label; nil where the feature was not read.
    public let value: Float?
    /// The p-value beside rotated features; nil without null banks.
    public let p: Float?
    /// The p-value beside random vectors in its place; nil without null banks.
    public let pInPlace: Float?
    /// The rank of the true class by the score, from 1; nil without truth.
    public let trueRank: Int?
  }

  /// What features that name a label are worth.
  public struct LabelWorth: Sendable {
    /// The features whose best label it is.
    public let featureCount: Int
    /// Those of them with a p-value of at most 0.05 beside rotated features; nil without p-values.
    public let significantCount: Int?
    /// Those of them of which it is the true class, and those with a true class; nil without truth.
    public let right: (count: Int, of: Int)?

    /// The share of its features whose p-value is at most 0.05, with its interval; nil without p-values or features.
    public var significantShare: IntervalEstimate? {
      significantCount.flatMap {
        featureCount > 0 ? .wilson(successes: $0, of: featureCount) : nil
      }
    }
  }

  /// The p-value that is called significant.
  public static let level: Float = 0.05

  /// What the scores say of a feature by the variant in use.
  ///
  /// - Parameter row: The row of the feature.
  /// - Returns: A reading for each score, in the order of the file; none if that variant was not judged.
  public func readings(ofRow row: Int) -> [Reading] {
    var scores: [String] = []
    var found: [String: [String: Column]] = [:]
    for column in columns where column.place?.variant == formInUse {
      guard let place = column.place, let score = place.score, column.width == 1 else { continue }
      if found[score] == nil { scores.append(score) }
      found[score, default: [:]][place.statistic] = column
    }
    return scores.compactMap { score in
      let columns = found[score] ?? [:]
      guard let labels = columns["label_id"] else { return nil }
      return Reading(
        score: score, label: labels.integer(ofRow: row).flatMap { $0 < 0 ? nil : $0 },
        value: columns["score"]?.number(ofRow: row), p: columns["p"]?.number(ofRow: row),
        pInPlace: columns["p_in_place"]?.number(ofRow: row),
        trueRank: columns["true_rank"]?.number(ofRow: row).map { Int($0) })
    }
  }

  /// The true class of a feature, as the id of a label.
  ///
  /// - Parameter row: The row of the feature.
  /// - Returns: The id; nil without truth, or if the feature has no class.
  public func trueLabel(ofRow row: Int) -> Int? {
    column("truth.label_id")?.integer(ofRow: row).flatMap { $0 < 0 ? nil : $0 }
  }

  /// The share of the inputs on which a feature fires.
  ///
  /// - Parameter row: The row of the feature.
  /// - Returns: The share; nil if it is not known.
  public func density(ofRow row: Int) -> Float? {
    column("truth.density")?.number(ofRow: row)
  }

  /// What the features that name a label by the score `centred` of the variant in use are worth.
  ///
  /// - Parameter label: The id of the label.
  /// - Returns: Their counts; nil if that variant was not judged.
  public func use(ofLabel label: Int) -> LabelWorth? {
    let name = (formInUse ?? "") + ".centred."
    guard let labels = column(name + "label_id"), let ids = labels.tensor.integers() else {
      return nil
    }
    let rows = ids.indices.filter { ids[$0] == label }
    let ranks = column(name + "true_rank").map { column in
      rows.compactMap { column.number(ofRow: $0) }
    }
    return LabelWorth(
      featureCount: rows.count,
      significantCount: column(name + "p").map { column in
        rows.count { column.number(ofRow: $0).map { $0 <= Self.level } ?? false }
      },
      right: ranks.map { ranks in (ranks.count { $0 == 1 }, ranks.count) })
  }

  private func column(_ name: String) -> Column? {
    columns.first { $0.name == name && $0.width == 1 }
  }
}

extension RunDirectory {
  /// The verdict of the run.
  ///
  /// - Returns: The verdict; nil if the run has none.
  /// - Throws: `CheckpointError` if its files are wrong, or of other features.
  public func verdict() throws(CheckpointError) -> VerdictFiles? {
    guard let verdict = try VerdictFiles.verdict(in: path, featureCount: featureCount) else {
      return nil
    }
    try verdict.check(0..<featureCount, are: features.featureIDs)
    return verdict
  }
}
