/// Labels that an autoencoder is judged by besides those of the scan.
struct OtherVocabulary: Sendable {
  /// What the labels are called: `imagenet` or a path.
  let source: String

  /// All labels, by id.
  let labels: [String]

  /// The ids of the labels that take part, [C].
  let labelIDs: [Int32]

  /// Their embeddings.
  let side: LabelSide

  /// The files that were read for it.
  let files: [String]

  /// What a user should know about the labels.
  let warnings: [String]

  /// Opens a vocabulary, and encodes it by the model of a scan.
  ///
  /// - Parameters:
  ///   - source: Where the labels come from.
  ///   - run: The scan that it stands beside.
  ///   - progress: Called as work goes on, on the calling thread.
  /// - Throws: `VerdictError` if it has too few labels, or another width; `RunError`, `CheckpointError`, `TextError` or
  ///   `ModelError` if it cannot be read or encoded.
  init(
    _ source: LabelSource, beside run: LensRun, progress: (RunProgress) -> Void = { _ in }
  ) throws {
    let bank = try Self.bank(source, beside: run, progress: progress)
    try self.init(
      source: bank.source, labels: bank.labels, rows: bank.rows,
      files: SemanticsRequest(vocabularies: [source]).files, warnings: bank.warnings,
      width: run.labels.rows.width)
  }

  private init(
    source: String, labels: [String], rows: LabelRows, files: [String], warnings: [String],
    width: Int
  ) throws {
    guard rows.width == width else {
      throw VerdictError(
        subject: source, reason: .labelWidth(found: rows.width, expected: width))
    }
    side = try LabelSide(rows, source: source)
    self.source = source
    self.labels = labels
    labelIDs = rows.labelIDs
    self.files = files
    self.warnings = warnings
  }

  /// The embeddings of a vocabulary, from the cache of label banks where they are there.
  private static func bank(
    _ source: LabelSource, beside run: LensRun, progress: (RunProgress) -> Void
  ) throws -> LabelBank {
    switch source {
    case .embeddings(let path, let key, let namesPath):
      return try LabelBank(
        contentsOf: path, key: key, namesPath: namesPath,
        masksDuplicates: run.request.masksDuplicates)
    case .vocabulary(let name, let templates):
      return try run.bank(of: name, templates: templates, progress: progress)
    }
  }
}

extension LensRun {
  /// The embeddings of labels by the model of the scan, from the cache where they are there.
  ///
  /// - Parameters:
  ///   - labels: `imagenet` or the path of a label file.
  ///   - templates: The templates; the usual one if empty.
  ///   - progress: Called as work goes on, on the calling thread.
  /// - Returns: The bank.
  /// - Throws: `RunError` if the scan has no model, or memory does not suffice; what reading and encoding throw.
  func bank(
    of labels: String, templates: [PromptTemplate], progress: (RunProgress) -> Void
  ) throws -> LabelBank {
    guard let model = request.model else {
      throw RunError(subject: labels, reason: .modelNeeded(for: "encoding labels"))
    }
    let asked = try BankRequest(
      model: model, tokenizer: request.tokenizer, labels: labels, templates: templates,
      masksDuplicates: request.masksDuplicates, digestCache: request.digestCache,
      workers: memory.workers)
    return try asked.bank(
      cache: request.bankCache, workers: memory.workers,
      memoryLimit: request.memoryLimit.map { max(1, $0 - memory.labelBytes) }, progress: progress
    ).bank
  }
}

extension LabelSide {
  /// The labels of a bank that can be used, in memory.
  ///
  /// - Parameters:
  ///   - rows: The unit rows.
  ///   - source: What the labels are called in messages.
  /// - Throws: `VerdictError` if there are fewer than two, or nothing between them.
  init(_ rows: LabelRows, source: String) throws(VerdictError) {
    guard rows.labelIDs.count > 1 else {
      throw VerdictError(subject: source, reason: .tooFewLabels(rows.labelIDs.count))
    }
    var elements: [Float] = []
    rows.read(0..<rows.labelIDs.count, into: &elements)
    self.init(elements, count: rows.labelIDs.count, width: rows.width)
    guard centredLengths.contains(where: { $0 > Self.leastCentredLength }) else {
      throw VerdictError(subject: source, reason: .equalLabels(rows.labelIDs.count))
    }
  }
}
