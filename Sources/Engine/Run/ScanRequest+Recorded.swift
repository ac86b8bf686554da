extension ScanRequest {
  /// Restores a request from what `run.json` records of it.
  ///
  /// The number of threads and the caches of label banks and digests are not part of what determines
  /// a run: they are those of a new request.
  ///
  /// - Parameters:
  ///   - record: The member `options`.
  ///   - path: The run, for messages.
  /// - Throws: `RunError` if an option is missing or of another form; `AutoencoderError` or
  ///   `TextError` if one cannot be used.
  init(recordedIn record: JSONValue, path: String) throws {
    let options = RecordedOptions(record: record, path: path)
    self.init(
      model: options.text("model"), autoencoder: try options.needed("sae", options.text("sae")),
      direction: try options.choice("direction") ?? .decoder, map: try options.choice("map"),
      labels: try Self.labels(recordedIn: options))
    tokenizer = options.text("tokenizer")
    keys = options.text("keys")
    family = try options.choice("family")
    orientation = try options.choice("orientation")
    alpha = record["alpha"]?.double
    // Runs that do not say it were made before duplicates could be masked.
    masksDuplicates = record["dedupe"]?.bool ?? false
    temperature = record["temperature"]?.double
    topCount = try options.needed("top", record["top"]?.integer)
    features = options.text("features")
    isStrict = try options.needed("strict", record["strict"]?.bool)
  }

  private static func labels(recordedIn options: RecordedOptions) throws -> LabelSource {
    if let path = options.text("text_embeddings") {
      return .embeddings(
        path, key: options.text("embeddings_key"), namesPath: options.text("names"))
    }
    let templates = try options.needed("templates", options.record["templates"]?.array)
    return .vocabulary(
      try options.needed("labels", options.text("labels")),
      templates: try templates.map { try PromptTemplate($0.string ?? "") })
  }
}

/// The options of a run as `run.json` has them.
private struct RecordedOptions {
  var record: JSONValue
  var path: String

  /// A text, or nil if it is null or not there.
  func text(_ name: String) -> String? { record[name]?.string }

  /// A value that must be there.
  func needed<Value>(_ name: String, _ value: Value?) throws(RunError) -> Value {
    guard let value else { throw RunError(subject: path, reason: .notRecorded("options.\(name)")) }
    return value
  }

  /// One of a few words, or nil if it is null or not there.
  func choice<Choice: RawRepresentable<String>>(_ name: String) throws(RunError) -> Choice? {
    guard let text = text(name) else { return nil }
    return try needed(name, Choice(rawValue: text))
  }
}
