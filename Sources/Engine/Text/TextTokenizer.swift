/// What a model does with prompts around its tokenizer.
public struct TokenizerRules: Sendable, Equatable {
  /// What shorter sequences are filled up with.
  public enum Padding: Sendable, Equatable {
    /// Nothing: the model does not look behind the end of a text.
    case none
    /// A token behind the text.
    case token(Int32)
    /// What the files of the tokenizer state.
    case stated
  }

  /// What is done with a text first.
  public var cleaning: TextCleaning

  /// What is done instead if the tokenizer has a unigram model; nil if that makes no difference.
  public var unigramCleaning: TextCleaning?

  /// How sequences are filled up to the context.
  public var padding: Padding

  /// The rules of transformers' CLIP models: a text as it is, and nothing behind it.
  public static let plain = TokenizerRules()

  /// Makes rules.
  public init(
    cleaning: TextCleaning = .none, unigramCleaning: TextCleaning? = nil, padding: Padding = .none
  ) {
    self.cleaning = cleaning
    self.unigramCleaning = unigramCleaning
    self.padding = padding
  }
}

/// The tokenizer of a model, of either form, with the rules of the model.
public struct TextTokenizer: Sendable {
  /// What is in the files.
  public enum Form: Sendable {
    /// CLIP's byte-level pairs.
    case bytePairs(BytePairTokenizer)
    /// The pieces of SentencePiece.
    case pieces(PieceTokenizer)
  }

  /// What is in the files.
  public let form: Form

  /// What is done before and after.
  public let rules: TokenizerRules

  /// Makes a tokenizer.
  public init(_ form: Form, rules: TokenizerRules = .plain) {
    self.form = form
    self.rules = rules
  }

  /// Reads a tokenizer from a model directory, a `tokenizer.json`, a `vocab.json` with `merges.txt`
  /// beside it, or a list of merges such as `bpe_simple_vocab_16e6.txt.gz`.
  ///
  /// - Parameters:
  ///   - path: The file or directory.
  ///   - rules: What the model does before and after.
  /// - Throws: `TextError` if it is no tokenizer that is read here.
  public init(resolving path: String, rules: TokenizerRules = .plain) throws(TextError) {
    let files = try BytePairTokenizer.files(resolving: path)
    self.rules = rules
    guard case .json(let path) = files else {
      form = .bytePairs(try BytePairTokenizer(files: files))
      return
    }
    let file = TokenizerJSON(root: try TextFile.json(path), path: path)
    form =
      file.hasPieces
      ? .pieces(try PieceTokenizer(file)) : .bytePairs(try BytePairTokenizer(file))
  }

  /// The files that `init(resolving:)` reads, of which nothing but that they are there is checked.
  ///
  /// - Parameter path: The file or directory.
  /// - Returns: The tokenizer's files, and `tokenizer_config.json` beside a `tokenizer.json`.
  /// - Throws: `TextError` if a file is missing or cannot be opened.
  public static func sourcePaths(resolving path: String) throws(TextError) -> [String] {
    let paths = try BytePairTokenizer.sourcePaths(resolving: path)
    guard paths.count == 1, paths[0].hasSuffix(".json") else { return paths }
    return paths + (TokenizerConfiguration.path(beside: paths[0]).map { [$0] } ?? [])
  }
}

extension TextTokenizer {
  /// The files that were read.
  public var sourcePaths: [String] {
    switch form {
    case .bytePairs(let tokenizer): tokenizer.sourcePaths
    case .pieces(let tokenizer): tokenizer.sourcePaths
    }
  }

  /// What is done with a text first.
  public var cleaning: TextCleaning {
    guard let cleaning = rules.unigramCleaning, case .pieces(let tokenizer) = form,
      tokenizer.modelName == "Unigram"
    else { return rules.cleaning }
    return cleaning
  }

  /// What sequences are filled up with; nil if they are not.
  ///
  /// - Throws: `TextError` if the files of the tokenizer must state it and do not.
  func padding() throws(TextError) -> TokenPadding? {
    switch rules.padding {
    case .none: return nil
    case .token(let token): return TokenPadding(token: token)
    case .stated:
      if case .pieces(let tokenizer) = form, let padding = tokenizer.padding { return padding }
      throw TextError(
        place: sourcePaths.first ?? "",
        reason: .unsupportedTokenizer(
          field: "pad_token", found: "nothing",
          expected: "the token that fills up to the context, here or in tokenizer_config.json"))
    }
  }

  /// The ids of many texts.
  ///
  /// - Parameters:
  ///   - texts: Any texts.
  ///   - contextLength: The most ids of each, at least 2; as many of each if there is padding.
  /// - Returns: The ids of each text, in order.
  /// - Throws: `TextError` if the token for padding is not known.
  public func encode(
    _ texts: [String], contextLength: Int
  ) throws(TextError) -> [TokenSequence] {
    if case .pieces(let tokenizer) = form {
      let around = tokenizer.parts.prefix.count + tokenizer.parts.suffix.count
      guard around < contextLength else {
        throw TextError(
          place: sourcePaths.first ?? "",
          reason: .unsupportedTokenizer(
            field: "post_processor", found: "\(around) tokens around a text",
            expected: "fewer than the context of \(contextLength)"))
      }
    }
    let cleaned = cleaning == .none ? texts : texts.map(cleaning.cleaned)
    let sequences =
      switch form {
      case .bytePairs(let tokenizer): tokenizer.encode(cleaned, contextLength: contextLength)
      case .pieces(let tokenizer): tokenizer.encode(cleaned, contextLength: contextLength)
      }
    guard let padding = try padding() else { return sequences }
    return sequences.map { sequence in
      TokenSequence(
        ids: padding.padded(sequence.ids, to: contextLength), isTruncated: sequence.isTruncated,
        unknownCount: sequence.unknownCount)
    }
  }
}
