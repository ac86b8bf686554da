/// Labels and their unit embeddings in the joint space.
///
/// Row i belongs to label i; labels that cannot be used keep their row, of zeros, and have a status
/// that says why.
public struct LabelBank: Sendable, Equatable {
  /// Where the bank comes from, for messages.
  public let source: String

  /// The labels; their index is their id, [C].
  public let labels: [String]

  /// The unit rows of the labels that can be used.
  let rows: LabelRows

  /// What became of each label, [C].
  public var statuses: [LabelStatus] { rows.statuses }

  /// The width of the joint space, D.
  public var embeddingWidth: Int { rows.width }

  /// Whether embeddings are read from their file each time they are used.
  public var isStreamed: Bool { rows.isStored }

  /// Unit rows in memory, [C, D]; made for each call if labels are masked or read from a file.
  public var embeddings: Matrix { rows.matrix() }

  /// The factor on cosines of the model that made the embeddings, if it is known.
  public let logitScale: Double?

  /// What is added to scaled cosines before a sigmoid, if the model was trained with one.
  public let logitBias: Double?

  /// The factors that can be used: with those outside, probabilities in `Float` say nothing.
  public static let logitScales = 1e-6...1e6

  /// The facts that determine the embeddings, such as digests of weights and prompts, in order.
  public internal(set) var provenance: JSONObject

  /// What a user should know about the labels, one line each.
  public let warnings: [String]

  /// The prompts that were cut to the model's context.
  public let truncatedPromptCount: Int

  /// Makes a bank of rows of any length.
  ///
  /// - Parameters:
  ///   - source: Where the bank comes from, for messages.
  ///   - labels: The labels, [C].
  ///   - embeddings: Their embeddings, [C, D], of any length; they are made unit rows here.
  ///   - blank: The labels that are to be left out, [C]; none if empty.
  ///   - logitScale: The factor on cosines, if it is known.
  ///   - logitBias: What is added to scaled cosines before a sigmoid, if the model has one.
  ///   - provenance: The facts that determine the embeddings.
  ///   - warnings: What a user should know about the labels, one line each.
  ///   - truncatedPromptCount: The prompts that were cut to the model's context.
  /// - Throws: `ModelError` if there are more or fewer labels than rows, or none is usable.
  public init(
    source: String, labels: [String], embeddings: consuming Matrix, blank: [Bool] = [],
    logitScale: Double? = nil, logitBias: Double? = nil, provenance: JSONObject = [:],
    warnings: [String] = [],
    truncatedPromptCount: Int = 0
  ) throws(ModelError) {
    guard labels.count == embeddings.rows else {
      throw ModelError(
        path: source, reason: .labelCount(found: labels.count, rows: embeddings.rows))
    }
    try self.init(
      source: source, labels: labels,
      rows: LabelRows(embeddings, masked: blank.map { $0 ? .blank : .usable }),
      logitScale: logitScale, logitBias: logitBias, provenance: provenance, warnings: warnings,
      truncatedPromptCount: truncatedPromptCount)
  }

  /// Makes a bank of unit rows, as many as there are labels.
  init(
    source: String, labels: [String], rows: LabelRows, logitScale: Double?,
    logitBias: Double?, provenance: JSONObject, warnings: [String], truncatedPromptCount: Int
  ) throws(ModelError) {
    precondition(labels.count == rows.statuses.count, "\(labels.count) labels of rows")
    guard !rows.labelIDs.isEmpty else {
      throw ModelError(path: source, reason: .noUsableLabel)
    }
    self.source = source
    self.labels = labels
    self.rows = rows
    self.logitScale = logitScale
    self.logitBias = logitBias
    self.provenance = provenance
    self.warnings = warnings
    self.truncatedPromptCount = truncatedPromptCount
  }

  /// What is wrong with the labels if nothing may be left out or cut, one line each; duplicates are
  /// left out only where that was asked for.
  public var faults: [String] {
    var faults: [String] = []
    let masked = labels.count - count(of: .usable) - count(of: .duplicate)
    if masked > 0 { faults.append("\(masked) labels masked") }
    if truncatedPromptCount > 0 { faults.append("\(truncatedPromptCount) prompts truncated") }
    return faults
  }

  /// The number of labels with a status.
  ///
  /// - Parameter status: The status.
  /// - Returns: How many labels have it.
  public func count(of status: LabelStatus) -> Int {
    statuses.count { $0 == status }
  }
}
