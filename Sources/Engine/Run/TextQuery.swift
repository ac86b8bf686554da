/// Looks for the features of a run that are nearest to any text.
///
/// The text is encoded by the model of the run, and compared with the directions that the run read,
/// mapped as it mapped them.
public struct TextQuery: Sendable {
  /// A feature and its cosine with the text.
  public struct Match: Sendable, Equatable {
    /// The feature.
    public let feature: Int
    /// The cosine of its direction with the embedding of the text.
    public let cosine: Float
  }

  private let request: ScanRequest
  private let model: CLIPModel
  private let tokenizer: TextTokenizer
  private let autoencoder: Autoencoder
  private let variant: LensVariant
  private let selection: FeatureSelection

  /// Opens what the run was made from.
  ///
  /// Files that the run recorded and that are used here must be as they were.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - model: Another model than that of the run, or one for a run without: a directory, or
  ///     `org/name[@revision]` in the hub's cache; nil for the model of the run.
  ///   - digestCache: Where digests of files are kept; nil to compute them always.
  /// - Throws: `RunError` if the run has no model, or a file has changed; other errors if a file
  ///   cannot be used.
  public init(
    _ run: RunDirectory, model: String? = nil, digestCache: DigestCache? = nil
  ) throws {
    let file = run.path
    let request = try ScanRequest(
      recordedIn: run.description["options"] ?? .null, path: file)
    let recorded =
      run.description["model"]?["path"]?.string ?? run.description["model"]?["directory"]?.string
    guard let reference = model ?? recorded ?? request.model else {
      throw RunError(subject: run.path, reason: .modelNeeded(for: "encoding a text"))
    }
    let roles: Set<String> = model == nil ? ["autoencoder", "model", "tokenizer"] : ["autoencoder"]
    try InputRecord.checkUnchanged(
      try InputRecord.all(recordedIn: run.description, path: file).filter {
        roles.contains($0.role)
      }, digestCache: digestCache)
    self.request = request
    self.model = try CLIPModel(reference)
    tokenizer = try TextTokenizer(
      resolving: (model == nil ? request.tokenizer : nil) ?? self.model.directory,
      rules: self.model.configuration.tokenizerRules)
    variant = try LensVariant(recordedIn: run.description["lens"] ?? .null, path: file)
    // The width that the run found: the same matrix is then read the same way round.
    let autoencoder = try Autoencoder(
      contentsOf: request.autoencoder, keys: try request.keys.map { try TensorKeys(parsing: $0) },
      orientation: request.orientation,
      expectedWidth: run.description["autoencoder"]?["input_width"]?.integer)
    self.autoencoder = autoencoder
    selection =
      try request.features.map {
        try FeatureSelection(parsing: $0, featureCount: autoencoder.featureCount)
      } ?? FeatureSelection(all: autoencoder.featureCount)
  }

  /// The features of the run, nearest to a text first; equal cosines go to the lower feature.
  ///
  /// - Parameters:
  ///   - text: Any text that is not blank.
  ///   - template: What the text is put into; as it is by default.
  ///   - workers: The number of threads.
  /// - Returns: All features that can be read, and what a user should know about the text.
  /// - Throws: `ModelError` or `LensError` if the text cannot be encoded or does not fit the
  ///   directions.
  public func matches(
    for text: String, template: PromptTemplate = .bare, workers: Int
  ) throws -> (matches: [Match], warnings: [String]) {
    let bank = try LabelBank.encoding(
      LabelSet(labels: [text]), templates: [template], model: model, tokenizer: tokenizer,
      source: "text", workers: workers)
    let scan = try LensScan(
      autoencoder: autoencoder, variant: variant,
      head: variant.map == .native ? nil : try model.imageHead(), labels: bank,
      logitScale: 1, topCount: 1, selection: selection)
    var matches: [Match] = []
    scan.run(workers: workers) { block in
      for row in 0..<block.rows where block.statuses[row] == FeatureStatus.read.rawValue {
        matches.append(
          Match(feature: Int(block.featureIDs[row]), cosine: block.topCosines[row]))
      }
    }
    matches.sort { ($0.cosine, $1.feature) > ($1.cosine, $0.feature) }
    return (matches, bank.warnings)
  }
}

extension LensVariant {
  /// Restores a variant from the member `lens` of `run.json`.
  fileprivate init(recordedIn record: JSONValue, path: String) throws {
    guard let direction = record["direction"]?.string.flatMap({ Direction(rawValue: $0) }),
      let map = record["map"]?.string.flatMap({ LensMap(rawValue: $0) })
    else { throw RunError(subject: path, reason: .notRecorded("lens")) }
    try self.init(direction: direction, map: map, alpha: record["alpha"]?.double)
  }
}

extension InputRecord {
  /// The member `inputs` of `run.json`.
  static func all(
    recordedIn description: JSONObject, path: String
  ) throws(RunError) -> [InputRecord] {
    var inputs: [InputRecord] = []
    for json in description["inputs"]?.array ?? [] {
      guard let role = json["role"]?.string, let file = json["path"]?.string,
        let bytes = json["bytes"]?.integer, let sha256 = json["sha256"]?.string
      else { throw RunError(subject: path, reason: .notRecorded("inputs")) }
      inputs.append(InputRecord(role: role, path: file, bytes: bytes, sha256: sha256))
    }
    guard !inputs.isEmpty else { throw RunError(subject: path, reason: .notRecorded("inputs")) }
    return inputs
  }

  /// Checks that files are as they were: first their sizes, then their contents.
  static func checkUnchanged(_ records: [InputRecord], digestCache: DigestCache?) throws {
    var inputs = RunInputs(
      before: [], cache: digestCache, workers: Machine.usableProcessors)
    for record in records {
      let byteCount = try FileIdentity(of: record.path).byteCount
      guard byteCount == record.bytes else {
        throw RunError(
          subject: record.path,
          reason: .inputChanged(
            role: record.role, found: "\(byteCount) bytes", expected: "\(record.bytes) bytes"))
      }
      try inputs.add(role: record.role, [record.path])
    }
    let found = try inputs.records()
    for record in records {
      let digest = found.first { $0.path == record.path }?.sha256 ?? ""
      guard digest == record.sha256 else {
        throw RunError(
          subject: record.path,
          reason: .inputChanged(
            role: record.role, found: "SHA-256 \(digest.prefix(16))",
            expected: "SHA-256 \(record.sha256.prefix(16))"))
      }
    }
  }
}
