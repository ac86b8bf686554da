/// What a run was made from, opened again.
struct RunSources: Sendable {
  let request: ScanRequest
  /// The model; nil where none is needed.
  let model: CLIPModel?
  let autoencoder: Autoencoder
  let variant: LensVariant
  let selection: FeatureSelection

  /// Opens what the run was made from.
  ///
  /// Files that the run recorded and that are used here must be as they were.
  ///
  /// - Parameters:
  ///   - description: The contents of `run.json`.
  ///   - path: The run, for messages.
  ///   - reference: Another model than that of the run; nil for the model of the run.
  ///   - purpose: What a model is needed for, for messages; nil where it is needed only if the map of the run asks for it.
  ///   - digestCache: Where digests of files are kept; nil to compute them always.
  ///   - workers: The number of threads; up to two of as many others digest.
  /// - Throws: `RunError` if the run has no model, or a file has changed; other errors if a file
  ///   cannot be used.
  init(
    _ description: JSONObject, path: String, model reference: String? = nil,
    purpose: String?, digestCache: DigestCache?, workers: Int
  ) throws {
    try BLAS.check()
    let request = try ScanRequest(recordedIn: description["options"] ?? .null, path: path)
    let variant = try LensVariant(recordedIn: description["lens"] ?? .null, path: path)
    let recorded =
      description["model"]?["path"]?.string ?? description["model"]?["directory"]?.string
    let needsModel = purpose != nil || variant.map != .native
    let model = needsModel ? reference ?? recorded ?? request.model : nil
    if needsModel, model == nil {
      throw RunError(
        subject: path, reason: .modelNeeded(for: purpose ?? "the map \(variant.map.rawValue)"))
    }
    let roles: Set<String> =
      needsModel && reference == nil ? ["autoencoder", "model", "tokenizer"] : ["autoencoder"]
    try InputRecord.checkUnchanged(
      try InputRecord.all(recordedIn: description, path: path).filter { roles.contains($0.role) },
      digestCache: digestCache, workers: workers)
    self.request = request
    self.variant = variant
    self.model = try model.map { try CLIPModel($0) }
    // The width that the run found: the same matrix is then read the same way round.
    let autoencoder = try Autoencoder(
      contentsOf: request.autoencoder, keys: try request.keys.map { try TensorKeys(parsing: $0) },
      family: request.family, orientation: request.orientation,
      expectedWidth: description["autoencoder"]?["input_width"]?.integer)
    self.autoencoder = autoencoder
    selection =
      try request.features.map {
        try FeatureSelection(parsing: $0, featureCount: autoencoder.featureCount)
      } ?? FeatureSelection(all: autoencoder.featureCount)
  }

  /// The image head, where the map needs one.
  func head() throws -> ImageHead? {
    variant.map == .native ? nil : try model?.imageHead()
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
