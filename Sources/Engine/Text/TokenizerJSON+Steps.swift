extension TokenizerJSON {
  /// The steps of the normalizer; none if there is no normalizer.
  ///
  /// Steps that could make a text very long one after another are refused.
  func textSteps() throws(TextError) -> [TextStep] {
    let steps = try textSteps(root["normalizer"])
    guard steps.reduce(1, { $0 * $1.growth }) <= Self.greatestGrowth else {
      throw refuse(
        "normalizer", .string("\(steps.count) steps"),
        "steps that make a text at most 10,000 times as long")
    }
    return steps
  }

  /// More than the steps of published tokenizers can do to a text, which do far less to most; with
  /// it a label of 50 letters stays within a few megabytes.
  private static let greatestGrowth = 1e4

  /// The most bytes of a token of a unigram model; those of published ones have up to 100.
  private static let longestToken = 1024

  private func textSteps(_ json: JSONValue?) throws(TextError) -> [TextStep] {
    guard let json, json != .null else { return [] }
    if json["type"] == "Sequence" {
      var steps: [TextStep] = []
      for step in json["normalizers"]?.array ?? [] { steps += try textSteps(step) }
      return steps
    }
    return [try textStep(json)]
  }

  private func textStep(_ json: JSONValue) throws(TextError) -> TextStep {
    switch json["type"]?.string {
    case "NFC": return .composed
    case "NFD": return .decomposed
    case "NFKC": return .compatibilityComposed
    case "NFKD": return .compatibilityDecomposed
    case "Lowercase": return .lowercase
    case "Strip":
      return .strip(
        left: json["strip_left"]?.bool ?? true, right: json["strip_right"]?.bool ?? true)
    case "Prepend": return .prepend(try scalars(json["prepend"], "normalizer prepend"))
    case "Replace":
      return .replace(
        try pattern(json["pattern"], "normalizer pattern"),
        with: try scalars(json["content"], "normalizer content"))
    case "Precompiled":
      let text = json["precompiled_charsmap"]?.string ?? ""
      guard let table = PrecompiledCharacters(base64: text) else {
        throw refuse(
          "normalizer precompiled_charsmap", .string("\(text.utf8.count) characters"),
          "a trie and its replacements in base64")
      }
      return .precompiled(table)
    default:
      throw refuse(
        "normalizer type", json["type"],
        "NFC, NFD, NFKC, NFKD, Lowercase, Strip, Prepend, Replace, Precompiled or Sequence")
    }
  }

  /// The steps of a pre-tokenizer; none if there is none.
  func pieceSteps(_ json: JSONValue?) throws(TextError) -> [PieceStep] {
    guard let json, json != .null else { return [] }
    switch json["type"]?.string {
    case "Sequence":
      var steps: [PieceStep] = []
      for step in json["pretokenizers"]?.array ?? [] { steps += try pieceSteps(step) }
      return steps
    case "WhitespaceSplit": return [.whitespace]
    case "Metaspace": return [try metaspace(json)]
    case "Split":
      try require(json["behavior"], "pre_tokenizer behavior", in: ["MergedWithPrevious"])
      try require(json["invert"], "pre_tokenizer invert", in: [false, nil])
      let literal = try scalars(json["pattern"]?["String"], "pre_tokenizer pattern String")
      guard literal.count == 1 else {
        throw refuse("pre_tokenizer pattern", json["pattern"], "one character")
      }
      return [.endingAt(literal[0])]
    default:
      throw refuse(
        "pre_tokenizer type", json["type"], "Metaspace, WhitespaceSplit, Split or Sequence")
    }
  }

  /// `prepend_scheme`, or in older files `add_prefix_space`.
  private func metaspace(_ json: JSONValue) throws(TextError) -> PieceStep {
    let mark = try scalars(json["replacement"], "pre_tokenizer replacement")
    guard mark.count == 1 else {
      throw refuse("pre_tokenizer replacement", json["replacement"], "one character")
    }
    let older = json["add_prefix_space"]?.bool == false ? "never" : "always"
    let scheme = json["prepend_scheme"] ?? .string(older)
    guard let prepends = scheme.string.flatMap({ PieceStep.Prepending(rawValue: $0) }) else {
      throw refuse("pre_tokenizer prepend_scheme", scheme, "always, first or never")
    }
    return .metaspace(mark: mark[0], prepends: prepends, splits: json["split"]?.bool ?? true)
  }

  private func scalars(_ json: JSONValue?, _ field: String) throws(TextError) -> [Unicode.Scalar] {
    guard let text = json?.string else { throw refuse(field, json, "a string") }
    return Array(text.unicodeScalars)
  }

  private func pattern(_ json: JSONValue?, _ field: String) throws(TextError) -> ScalarPattern {
    let literal = json?["String"]?.string.flatMap { ScalarPattern(literal: $0) }
    let regex = json?["Regex"]?.string.flatMap { ScalarPattern(regex: $0) }
    guard let pattern = literal ?? regex else {
      throw refuse(
        field, json, "a literal, or one character or class with + or a count behind it")
    }
    return pattern
  }
}

extension TokenizerJSON {
  /// The model of a tokenizer of pieces.
  ///
  /// - Returns: The model, its token for what is unknown, the number of its tokens, and how to find
  ///   the id of a token.
  func pieceModel() throws(TextError) -> PieceModelParts {
    root["model"]?["type"] == "Unigram" ? try unigram() : try scalarPairs()
  }

  private func unigram() throws(TextError) -> PieceModelParts {
    guard let entries = root["model"]?["vocab"]?.array, !entries.isEmpty else {
      throw refuse("model vocab", root["model"]?["vocab"], "tokens with scores")
    }
    var tokens: [(bytes: [UInt8], score: Double)] = []
    var ids: [[UInt8]: Int32] = [:]
    tokens.reserveCapacity(entries.count)
    ids.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      guard let pair = entry.array, pair.count == 2, let token = pair[0].string,
        let score = pair[1].double, score.isFinite
      else { throw refuse("model vocab", entry, "a token and its score") }
      let bytes = Array(token.utf8)
      guard bytes.count <= Self.longestToken else {
        throw refuse(
          "model vocab", .string("a token of \(bytes.count) bytes"),
          "at most \(Self.longestToken) bytes each")
      }
      guard ids.updateValue(Int32(index), forKey: bytes) == nil else {
        throw refuse("model vocab", entry, "each token once")
      }
      tokens.append((bytes, score))
    }
    var unknown: Int32?
    if let stated = root["model"]?["unk_id"], stated != .null {
      guard let id = stated.integer, tokens.indices.contains(id) else {
        throw refuse("model unk_id", stated, "an id")
      }
      unknown = Int32(id)
    }
    let model = UnigramModel(
      tokens: tokens, unknownToken: unknown,
      fallsBackToBytes: root["model"]?["byte_fallback"] == true)
    return PieceModelParts(
      model: .unigram(model), unknown: unknown, count: tokens.count, id: { ids[$0] })
  }

  private func scalarPairs() throws(TextError) -> PieceModelParts {
    let model = root["model"]
    for field in ["continuing_subword_prefix", "end_of_word_suffix"] {
      try require(model?[field], "model \(field)", in: [.null, nil, ""])
    }
    try require(model?["dropout"], "model dropout", in: [.null, nil, 0, 0.0])
    try require(model?["ignore_merges"], "model ignore_merges", in: [false, nil])
    guard let vocabulary = model?["vocab"]?.object else {
      throw refuse("model vocab", model?["vocab"], "an object of tokens and ids")
    }
    var parts = TokenizerParts(tokens: try TextFile.tokens(vocabulary, path: path), path: path)
    parts.mergeList = try mergeList()
    let tokens = parts.tokens
    var scalarTokens: [Unicode.Scalar: Int32] = [:]
    for name in vocabulary.names where name.unicodeScalars.count == 1 {
      if let scalar = name.unicodeScalars.first { scalarTokens[scalar] = tokens[Array(name.utf8)] }
    }
    let pairs = ScalarPairModel(scalarTokens: scalarTokens, merges: try parts.scalarMerges())
    return PieceModelParts(
      model: .pairs(pairs), unknown: nil, count: Int(tokens.values.max() ?? -1) + 1,
      id: { tokens[$0] })
  }
}

/// A model with what its tokenizer must know of it.
struct PieceModelParts {
  var model: PieceTokenizer.Model
  var unknown: Int32?
  /// One more than the greatest id.
  var count: Int
  /// The id of a token.
  var id: ([UInt8]) -> Int32?
}
