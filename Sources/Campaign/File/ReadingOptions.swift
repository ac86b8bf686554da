internal import Engine

/// The options of a reading that hold for all its runs, named as those of `lensctl scan` are.
struct ReadingOptions: Sendable, Equatable {
  /// The model: an absolute path, or a name in the hub's cache.
  let model: String
  let tokenizer: String?
  let keys: String?
  let family: AutoencoderFamily?
  let orientation: Orientation?
  /// The factor of shifted directions.
  let alpha: Double?
  /// The templates; none for the default.
  let templates: [PromptTemplate]
  let dedupe: Bool
  let temperature: Double?
  let top: Int
  let features: String?
  let strict: Bool

  /// The keys that are read here.
  static let names = [
    "model", "tokenizer", "keys", "family", "orientation", "alpha", "templates", "dedupe",
    "temperature", "top", "features", "strict",
  ]

  /// The most labels that can be asked for: ids are `Int32`.
  private static let topLimits = 1...Int(Int32.max)

  /// The temperatures that a scan takes.
  private static let temperatures = 1e-6...1e6

  /// Reads the options of a table.
  ///
  /// - Parameter table: The table, which may have other keys.
  /// - Throws: `CampaignError` if a value cannot be used.
  init(_ table: ConfigurationTable) throws(CampaignError) {
    model = try Self.model(table)
    tokenizer = try table.path("tokenizer")
    keys = try table.string("keys")
    _ = try table.made("keys") { try TensorKeys(parsing: $0) }
    family = try table.choice("family")
    if keys != nil, family != nil {
      throw table.wrong("family", found: "keys besides", expected: "one of them")
    }
    orientation = try table.choice("orientation")
    alpha = try table.number("alpha")
    if alpha == 0 { throw table.wrong("alpha", found: "0", expected: "another number") }
    var templates: [PromptTemplate] = []
    for (index, text) in (try table.strings("templates") ?? []).enumerated() {
      templates.append(
        try table.made(text, name: "templates[\(index)]") { try PromptTemplate($0) })
    }
    self.templates = templates
    dedupe = try table.flag("dedupe")
    temperature = try table.number("temperature")
    if let temperature, !Self.temperatures.contains(temperature) {
      throw table.wrong("temperature", found: "\(temperature)", expected: "1e-6 to 1e6")
    }
    top = try table.integer("top", in: Self.topLimits) ?? 10
    features = try table.string("features")
    // How many features there are is known once an autoencoder is open.
    _ = try table.made("features") { text in
      try FeatureSelection(parsing: text, featureCount: Int(Int32.max))
    }
    strict = try table.flag("strict")
  }

  /// A path that exists wins over a name in the hub's cache.
  private static func model(_ table: ConfigurationTable) throws(CampaignError) -> String {
    let text = try table.needed(
      "model", try table.string("model"), expected: "a model's path or its name in the hub's cache")
    let path = try table.absolute(text, name: "model")
    return !text.hasPrefix("hf:") && MappedFile.exists(path) ? path : text
  }
}

extension ReadingOptions {
  /// The options as a table of work has them: what is not set is left out.
  var json: JSONObject {
    var json: JSONObject = ["model": .string(model)]
    json["tokenizer"] = tokenizer.map { .string($0) }
    json["keys"] = keys.map { .string($0) }
    json["family"] = family.map { .string($0.rawValue) }
    json["orientation"] = orientation.map { .string($0.rawValue) }
    json["alpha"] = alpha.map { JSONValue($0) }
    if !templates.isEmpty { json["templates"] = .array(templates.map { .string($0.text) }) }
    json["dedupe"] = dedupe ? .bool(true) : nil
    json["temperature"] = temperature.map { JSONValue($0) }
    json["top"] = .integer(top)
    json["features"] = features.map { .string($0) }
    json["strict"] = strict ? .bool(true) : nil
    return json
  }
}
