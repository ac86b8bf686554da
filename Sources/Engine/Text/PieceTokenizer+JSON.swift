extension PieceTokenizer {
  /// Reads a `tokenizer.json` of a unigram model, or of pairs with a token for each byte.
  ///
  /// What a step does must be known here; one that is not is refused by its name. The file's
  /// `truncation` has no effect. Padding is that of `tokenizer_config.json` beside it (`pad_token`,
  /// `padding_side`), else that of the file itself.
  ///
  /// - Parameter tokenizerJSONPath: The file.
  /// - Throws: `TextError` if the file cannot be read or has a step that is not known.
  public init(tokenizerJSONPath: String) throws(TextError) {
    try self.init(
      TokenizerJSON(root: try TextFile.json(tokenizerJSONPath), path: tokenizerJSONPath))
  }

  init(_ file: TokenizerJSON) throws(TextError) {
    let steps = try file.textSteps()
    let added = try file.addedTokens(mayStrip: true) { steps.applied(to: $0) }
    var ids: [String: Int32] = [:]
    for (content, token) in added { ids[content] = token.id }
    let model = try file.pieceModel()
    let ends = try file.ends()
    parts = PieceTokenizerParts(
      steps: steps, pieceSteps: try file.pieceSteps(file.root["pre_tokenizer"]),
      model: model.model, prefix: ends.prefix, suffix: ends.suffix, unknownToken: model.unknown,
      rawSpecialTokens: added.map(\.token).filter { !$0.isNormalized },
      normalizedSpecialTokens: added.map(\.token).filter { $0.isNormalized && !$0.content.isEmpty })
    let greatest = ([Int32(model.count) - 1] + added.map(\.token.id)).max() ?? -1
    vocabularySize = Int(greatest) + 1
    modelName = file.root["model"]?["type"]?.string ?? ""
    let configuration = TokenizerConfiguration.path(beside: file.path)
    sourcePaths = [file.path] + (configuration.map { [$0] } ?? [])
    let stated = try configuration.map { path throws(TextError) in
      try TokenizerConfiguration(contentsOf: path)
    }
    padding = try file.padding(stated) { name in ids[name] ?? model.id(Array(name.utf8)) }
  }
}

/// What `tokenizer_config.json` says that bears on ids here.
struct TokenizerConfiguration {
  var path: String
  var padToken: String?
  var padsOnTheLeft: Bool

  /// The file beside a `tokenizer.json`, if there is one.
  static func path(beside path: String) -> String? {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let file = folder + "tokenizer_config.json"
    return MappedFile.exists(file) ? file : nil
  }

  init(contentsOf path: String) throws(TextError) {
    let root = try TextFile.json(path)
    self.path = path
    padToken = root["pad_token"]?.string ?? root["pad_token"]?["content"]?.string
    // transformers pads on the right but where the class says otherwise.
    let standard = root["tokenizer_class"] == "Siglip2Tokenizer" ? "left" : "right"
    let side = root["padding_side"] ?? .string(standard)
    guard side == "left" || side == "right" else {
      throw TextError(
        place: path,
        reason: .unsupportedTokenizer(
          field: "padding_side", found: side.excerpt, expected: "left or right"))
    }
    padsOnTheLeft = side == "left"
  }
}

extension TokenizerJSON {
  /// Whether the model is one of `PieceTokenizer`.
  var hasPieces: Bool {
    let model = root["model"]
    return model?["type"] == "Unigram"
      || (model?["type"] == "BPE" && model?["byte_fallback"] == true)
  }

  /// How sequences are padded, by `tokenizer_config.json` or the file itself.
  fileprivate func padding(
    _ configuration: TokenizerConfiguration?, id: (String) -> Int32?
  ) throws(TextError) -> TokenPadding? {
    if let name = configuration?.padToken {
      guard let token = id(name) else { throw TextError(place: path, reason: .missingToken(name)) }
      return TokenPadding(token: token, isOnTheLeft: configuration?.padsOnTheLeft ?? false)
    }
    guard let padding = root["padding"], padding != .null else { return nil }
    guard let token = padding["pad_id"]?.integer.flatMap(Int32.init(exactly:)), token >= 0 else {
      throw refuse("padding pad_id", padding["pad_id"], "an id")
    }
    try require(padding["direction"], "padding direction", in: ["Right", "Left", nil])
    return TokenPadding(token: token, isOnTheLeft: padding["direction"] == "Left")
  }

  /// The tokens that the post-processor puts before and behind a text.
  fileprivate func ends() throws(TextError) -> (prefix: [Int32], suffix: [Int32]) {
    guard let processor = root["post_processor"], processor != .null else { return ([], []) }
    try require(processor["type"], "post_processor type", in: ["TemplateProcessing"])
    var (prefix, suffix): ([Int32], [Int32]) = ([], [])
    var hasText = false
    for item in processor["single"]?.array ?? [] {
      if item["Sequence"]?["id"] == "A", !hasText {
        hasText = true
        continue
      }
      let name = item["SpecialToken"]?["id"]?.string ?? ""
      let stated = processor["special_tokens"]?[name]?["ids"]?.array ?? []
      let ids = stated.compactMap { $0.integer.flatMap(Int32.init(exactly:)) }
      guard !ids.isEmpty, ids.count == stated.count, ids.allSatisfy({ $0 >= 0 }) else {
        throw refuse("post_processor single", item, "one Sequence A and special tokens")
      }
      if hasText { suffix += ids } else { prefix += ids }
    }
    guard hasText else {
      throw refuse("post_processor single", processor["single"], "one Sequence A")
    }
    return (prefix, suffix)
  }
}
