extension BytePairTokenizer {
  /// Reads `tokenizer.json`, the one-file form of the `tokenizers` library.
  ///
  /// The file describes a whole pipeline; it must be CLIP's. Merges may be written `"a b"` or
  /// `["a", "b"]`, and the pattern may begin with the special tokens (transformers since version
  /// 5) or not. Its `truncation` and `padding` are of no effect: whoever encodes says both.
  ///
  /// - Parameter tokenizerJSONPath: The file.
  /// - Throws: `TextError` if the file cannot be read or any step of the pipeline is not CLIP's.
  public init(tokenizerJSONPath: String) throws(TextError) {
    try self.init(
      TokenizerJSON(root: try TextFile.json(tokenizerJSONPath), path: tokenizerJSONPath))
  }

  init(_ file: TokenizerJSON) throws(TextError) {
    try file.requireCLIPModel()
    try file.requireCLIPNormalizer()
    try self.init(try file.parts(), sourcePaths: [file.path])
  }
}

/// A `tokenizer.json`; here as far as it is CLIP's.
struct TokenizerJSON {
  /// The pattern of transformers before version 5.
  static let pattern = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#

  /// What the pattern begins with since.
  static let specialPattern = #"<\|startoftext\|>|<\|endoftext\|>|"#

  let root: JSONValue
  let path: String

  func refuse(_ field: String, _ found: JSONValue?, _ expected: String) -> TextError {
    TextError(
      place: path,
      reason: .unsupportedTokenizer(
        field: field, found: found?.excerpt ?? "nothing", expected: expected))
  }

  /// Checks that a field has one of the values that CLIP's tokenizer has there.
  func require(
    _ value: JSONValue?, _ field: String, in allowed: [JSONValue?]
  ) throws(TextError) {
    guard !allowed.contains(value) else { return }
    throw refuse(field, value, (allowed.first ?? nil)?.excerpt ?? "nothing")
  }

  func requireCLIPModel() throws(TextError) {
    let model = root["model"]
    try require(model?["type"], "model type", in: ["BPE"])
    try require(model?["end_of_word_suffix"], "model end_of_word_suffix", in: ["</w>"])
    try require(
      model?["continuing_subword_prefix"], "model continuing_subword_prefix", in: ["", .null, nil])
    try require(model?["dropout"], "model dropout", in: [.null, nil, 0, 0.0])
    for flag in ["fuse_unk", "byte_fallback", "ignore_merges"] {
      try require(model?[flag], "model \(flag)", in: [false, nil])
    }
  }

  func requireCLIPNormalizer() throws(TextError) {
    let normalizer = root["normalizer"]
    try require(normalizer?["type"], "normalizer type", in: ["Sequence"])
    let steps = normalizer?["normalizers"]?.array ?? []
    let types = steps.map { $0["type"] ?? .null }
    try require(.array(types), "normalizers", in: [["NFC", "Replace", "Lowercase"]])
    try require(steps[1]["pattern"], "normalizer pattern", in: [["Regex": #"\s+"#]])
    try require(steps[1]["content"], "normalizer content", in: [" "])
  }

  /// The literals that the pattern begins with; throws if the pattern is not CLIP's.
  func pieceLiterals() throws(TextError) -> [String] {
    let preTokenizer = root["pre_tokenizer"]
    try require(preTokenizer?["type"], "pre_tokenizer type", in: ["Sequence"])
    let steps = preTokenizer?["pretokenizers"]?.array ?? []
    let types = steps.map { $0["type"] ?? .null }
    try require(.array(types), "pre_tokenizers", in: [["Split", "ByteLevel"]])
    try require(steps[0]["behavior"], "pre_tokenizer behavior", in: ["Removed"])
    try require(steps[0]["invert"], "pre_tokenizer invert", in: [true])
    try require(steps[1]["add_prefix_space"], "pre_tokenizer add_prefix_space", in: [false])
    try require(steps[1]["use_regex"], "pre_tokenizer use_regex", in: [true, nil])
    let pattern = steps[0]["pattern"]?["Regex"]
    let longer = Self.specialPattern + Self.pattern
    try require(pattern, "pre_tokenizer pattern", in: [.string(Self.pattern), .string(longer)])
    return pattern?.string == longer ? [TokenizerParts.start, TokenizerParts.end] : []
  }

  func parts() throws(TextError) -> TokenizerParts {
    guard let vocabulary = root["model"]?["vocab"]?.object else {
      throw refuse("model vocab", root["model"]?["vocab"], "an object of tokens and ids")
    }
    var parts = TokenizerParts(
      tokens: try TextFile.tokens(vocabulary, path: path), path: path)
    parts.pieceLiterals = try pieceLiterals()
    parts.mergeList = try mergeList()
    for (content, token) in try addedTokens() {
      // An added token need not stand in the vocabulary, but must not contradict it.
      guard parts.tokens.updateValue(token.id, forKey: Array(content.utf8)) ?? token.id == token.id
      else {
        throw refuse(
          "added_tokens \(content.printable())", .integer(Int(token.id)), "the id of the vocabulary"
        )
      }
      parts.specialTokens.append(token)
    }
    (parts.startToken, parts.endToken) = try ends(parts)
    if let unknown = root["model"]?["unk_token"], unknown != .null {
      guard let token = unknown.string else { throw refuse("unk_token", unknown, "a token") }
      parts.unknownToken = try parts.id(of: token)
    }
    return parts
  }

  func mergeList() throws(TextError) -> [TokenizerParts.MergeLine] {
    guard let merges = root["model"]?["merges"]?.array else {
      throw refuse("model merges", root["model"]?["merges"], "an array")
    }
    var list: [TokenizerParts.MergeLine] = []
    list.reserveCapacity(merges.count)
    for (index, merge) in merges.enumerated() {
      let parts = merge.array?.compactMap(\.string)
      guard let text = merge.string ?? parts?.joined(separator: " "),
        parts?.count == merge.array?.count
      else {
        throw TextError(
          place: path, reason: .malformedMerge(line: index + 1, found: merge.excerpt))
      }
      list.append(TokenizerParts.MergeLine(line: index + 1, text: text))
    }
    return list
  }

  /// The tokens that are cut out of a text before anything else is done with it.
  ///
  /// - Parameters:
  ///   - mayStrip: Whether white space around a token may belong to it.
  ///   - normalize: How the tokenizer normalizes text.
  /// - Returns: Each token with its text as the file has it.
  /// - Throws: `TextError` if one is malformed or is looked for in a way that is not known.
  func addedTokens(
    mayStrip: Bool = false,
    normalize: (ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] = TextNormalizer.normalized
  ) throws(TextError) -> [(content: String, token: SpecialToken)] {
    var tokens: [(String, SpecialToken)] = []
    for added in root["added_tokens"]?.array ?? [] {
      guard let content = added["content"]?.string, !content.isEmpty,
        let id = added["id"]?.integer.flatMap(Int32.init(exactly:)), id >= 0, id < .max
      else { throw refuse("added_tokens", added, "content and id") }
      for flag in ["single_word", "lstrip", "rstrip"] {
        let allowed: [JSONValue?] =
          mayStrip && flag != "single_word" ? [false, nil, true] : [false, nil]
        try require(added[flag], "added_tokens \(flag)", in: allowed)
      }
      // The library normalizes what is no special token unless told otherwise.
      let isNormalized = added["normalized"]?.bool ?? (added["special"]?.bool != true)
      var token = SpecialToken(
        content: content, id: id, isNormalized: isNormalized, normalize: normalize)
      token.stripsLeft = added["lstrip"] == true
      token.stripsRight = added["rstrip"] == true
      tokens.append((content, token))
    }
    return tokens
  }

  /// The start and end tokens that the post-processor puts around a text.
  func ends(_ parts: TokenizerParts) throws(TextError) -> (start: Int32, end: Int32) {
    let processor = root["post_processor"]
    let expected = "RobertaProcessing of start and end tokens"
    guard processor?["type"] == "RobertaProcessing",
      let start = processor?["cls"]?.array, start.count == 2, let startText = start[0].string,
      let end = processor?["sep"]?.array, end.count == 2, let endText = end[0].string
    else { throw refuse("post_processor", processor, expected) }
    let ids = (start: try parts.id(of: startText), end: try parts.id(of: endText))
    guard start[1] == .integer(Int(ids.start)), end[1] == .integer(Int(ids.end)) else {
      throw refuse("post_processor", processor, "the ids of the vocabulary")
    }
    return ids
  }
}
