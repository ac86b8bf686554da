/// What became of a label, as it is stored in the column `status` of a bank.
public enum LabelStatus: UInt8, Sendable, CaseIterable {
  /// It takes part.
  case usable = 0
  /// Its line is blank.
  case blank = 1
  /// Its embedding has no length.
  case zeroLength = 2
  /// Its embedding has elements that are not finite.
  case nonFinite = 3
}

/// Labels and their unit embeddings in the joint space.
///
/// Row i belongs to label i; labels that cannot be used keep their row, of zeros, and have a status
/// that says why.
public struct LabelBank: Sendable, Equatable {
  /// Where the bank comes from, for messages.
  public let source: String

  /// The labels; their index is their id, [C].
  public let labels: [String]

  /// Unit rows, [C, D].
  public let embeddings: Matrix

  /// What became of each label, [C].
  public let statuses: [LabelStatus]

  /// The factor on cosines of the model that made the embeddings, if it is known.
  public let logitScale: Double?

  /// The factors that can be used: with those outside, probabilities in `Float` say nothing.
  public static let logitScales = 1e-6...1e6

  /// The facts that determine the embeddings, such as digests of weights and prompts, in order.
  public let provenance: JSONObject

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
  ///   - provenance: The facts that determine the embeddings.
  ///   - warnings: What a user should know about the labels, one line each.
  ///   - truncatedPromptCount: The prompts that were cut to the model's context.
  /// - Throws: `ModelError` if there are more or fewer labels than rows, or none is usable.
  public init(
    source: String, labels: [String], embeddings: consuming Matrix, blank: [Bool] = [],
    logitScale: Double? = nil, provenance: JSONObject = [:], warnings: [String] = [],
    truncatedPromptCount: Int = 0
  ) throws(ModelError) {
    guard labels.count == embeddings.rows else {
      throw ModelError(
        path: source, reason: .labelCount(found: labels.count, rows: embeddings.rows))
    }
    let width = embeddings.columns
    var rows = embeddings.elements.mutableSpan
    let norms = Self.makeUnit(&rows, width: width)
    var statuses: [LabelStatus] = []
    for (index, norm) in norms.enumerated() {
      let isBlank = !blank.isEmpty && blank[index]
      let status: LabelStatus =
        isBlank ? .blank : !norm.isFinite ? .nonFinite : norm == 0 ? .zeroLength : .usable
      statuses.append(status)
      guard status != .usable else { continue }
      for j in 0..<width { rows[index * width + j] = 0 }
    }
    guard statuses.contains(.usable) else {
      throw ModelError(path: source, reason: .noUsableLabel)
    }
    self.source = source
    self.labels = labels
    self.embeddings = embeddings
    self.statuses = statuses
    self.logitScale = logitScale
    self.provenance = provenance
    self.warnings = warnings
    self.truncatedPromptCount = truncatedPromptCount
  }

  /// Scales rows to unit length, except those that are as near to it as `Float` can tell.
  ///
  /// Left as they are, unit rows that were stored come back with the same bits.
  ///
  /// - Returns: The lengths that the rows had.
  private static func makeUnit(_ rows: inout MutableSpan<Float>, width: Int) -> [Double] {
    var norms: [Double] = []
    for start in stride(from: 0, to: rows.count, by: max(1, width)) {
      let norm = euclideanNorm(rows.span.extracting(start..<(start + width)))
      norms.append(norm)
      guard norm > 0, abs(norm - 1) > Double(Float.ulpOfOne) else { continue }
      for j in start..<(start + width) { rows[j] = Float(Double(rows[j]) / norm) }
    }
    return norms
  }

  /// What is wrong with the labels if nothing may be left out or cut, one line each.
  public var faults: [String] {
    var faults: [String] = []
    let masked = labels.count - count(of: .usable)
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
