/// The labels of a scan in the words of one template.
struct TemplateBank: Sendable {
  /// The template, or the file of its embeddings.
  let source: String

  /// The ids of the labels that take part, [C].
  let labelIDs: [Int32]

  /// Their embeddings.
  let side: LabelSide

  /// The files that were read for it.
  let files: [String]

  /// Encodes the labels of a scan by one of its templates.
  ///
  /// - Parameters:
  ///   - template: The template.
  ///   - labels: `imagenet` or the path of the label file.
  ///   - run: The scan.
  ///   - progress: Called as work goes on, on the calling thread.
  /// - Throws: What encoding throws; `VerdictError` if too few labels can be used.
  init(
    _ template: PromptTemplate, of labels: String, beside run: LensRun,
    progress: (RunProgress) -> Void
  ) throws {
    let bank = try run.bank(of: labels, templates: [template], progress: progress)
    source = template.text
    labelIDs = bank.rows.labelIDs
    side = try LabelSide(bank.rows, source: template.text)
    files = []
  }

  /// Reads ready embeddings of the labels of a scan, row by row.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - run: The scan.
  /// - Throws: `VerdictError` if they are not as many as the labels of the scan, of another width, or state other
  ///   labels; `CheckpointError` or `ModelError` if the file cannot be used.
  init(contentsOf path: String, beside run: LensRun) throws {
    let own = run.labels
    let bank = try LabelBank(contentsOf: path, masksDuplicates: run.request.masksDuplicates)
    guard bank.labels.count == own.labels.count else {
      throw VerdictError(
        subject: path,
        reason: .labelCount(found: bank.labels.count, expected: own.labels.count))
    }
    guard bank.rows.width == own.rows.width else {
      throw VerdictError(
        subject: path, reason: .labelWidth(found: bank.rows.width, expected: own.rows.width))
    }
    if let other = zip(bank.labels, own.labels).first(where: { $0 != $1 }), bank.statesLabels {
      throw VerdictError(
        subject: path, reason: .otherLabel(found: other.0, expected: other.1))
    }
    source = path
    labelIDs = bank.rows.labelIDs
    side = try LabelSide(bank.rows, source: path)
    files = [path]
  }
}

extension LabelBank {
  /// Whether the file that the bank was read from says what its labels are.
  fileprivate var statesLabels: Bool {
    labels.indices.contains { labels[$0] != Self.placeholder(of: $0) }
  }
}
