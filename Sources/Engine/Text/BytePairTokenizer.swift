/// The ids of one text, with the start and end tokens.
public struct TokenSequence: Sendable, Equatable {
  /// The ids, at most the context length of them; the first is the start token and the last is
  /// the end token.
  public let ids: [Int32]

  /// Whether ids were cut off to fit.
  public let isTruncated: Bool

  /// How many ids, of those before the cut, stand for bytes that the vocabulary does not have.
  public let unknownCount: Int
}

/// CLIP's tokenizer: byte-level byte-pair encoding of lower-cased text.
///
/// It gives the ids of transformers' `CLIPTokenizerFast`: special tokens in the text are cut out,
/// the rest is normalized (NFC, single spaces, lower case), split by CLIP's pattern, and the UTF-8
/// bytes of each piece are merged by rank. Nothing is done that OpenAI's and open_clip's
/// tokenizers do before (`ftfy`, HTML entities); `FrontEndRisk` names the texts where they could
/// differ.
///
/// Special tokens in the text are looked for as `tokenizer.json` says (`added_tokens`,
/// `normalized`). Without that file they are looked for in normalized text, so in any case: as by
/// OpenAI, open_clip and transformers before version 5.
public struct BytePairTokenizer: Sendable {
  /// The id that begins each sequence.
  public let startToken: Int

  /// The id that ends each sequence.
  public let endToken: Int

  /// One more than the greatest id.
  public let vocabularySize: Int

  /// The files that were read.
  public let sourcePaths: [String]

  private let merges: BytePairMerges
  private let unknownToken: Int32?
  private let rawSpecialTokens: [SpecialToken]
  private let normalizedSpecialTokens: [SpecialToken]
  private let scanner: PieceScanner

  init(_ parts: TokenizerParts, sourcePaths: [String]) throws(TextError) {
    startToken = Int(parts.startToken)
    endToken = Int(parts.endToken)
    vocabularySize = parts.vocabularySize
    self.sourcePaths = sourcePaths
    merges = try parts.merges()
    unknownToken = parts.unknownToken
    rawSpecialTokens = parts.specialTokens.filter { !$0.isNormalized }
    normalizedSpecialTokens = parts.specialTokens.filter(\.isNormalized)
    scanner = PieceScanner(literals: parts.pieceLiterals.map { Array($0.unicodeScalars) })
  }
}

extension BytePairTokenizer {
  /// The ids of one text.
  ///
  /// - Parameters:
  ///   - text: Any text; the empty text is the start and the end token.
  ///   - contextLength: The most ids, at least 2. Of longer sequences the first
  ///     `contextLength - 1` are kept and the end token put behind them.
  /// - Returns: The ids, not padded.
  public func encode(_ text: String, contextLength: Int) -> TokenSequence {
    var words: [[UInt8]: [Int32]] = [:]
    return encode(text, contextLength: contextLength, words: &words)
  }

  /// The ids of many texts; each word that they share is merged once.
  ///
  /// - Parameters:
  ///   - texts: Any texts.
  ///   - contextLength: The most ids of each, at least 2.
  /// - Returns: The ids of each text, in order.
  public func encode(_ texts: [String], contextLength: Int) -> [TokenSequence] {
    var words: [[UInt8]: [Int32]] = [:]
    return texts.map { encode($0, contextLength: contextLength, words: &words) }
  }

  private func encode(
    _ text: String, contextLength: Int, words: inout [[UInt8]: [Int32]]
  ) -> TokenSequence {
    precondition(contextLength >= 2, "a context of \(contextLength) tokens")
    var ids = [Int32(startToken)]
    var unknownCount = 0
    for segment in segments(of: Array(text.unicodeScalars)) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let scalars):
        let start = ids.count
        append(idsOf: Array(scalars), to: &ids, words: &words)
        if let unknownToken { unknownCount += ids[start...].count { $0 == unknownToken } }
      }
    }
    ids.append(Int32(endToken))
    let isTruncated = ids.count > contextLength
    if isTruncated { ids = ids.prefix(contextLength - 1) + [Int32(endToken)] }
    return TokenSequence(ids: ids, isTruncated: isTruncated, unknownCount: unknownCount)
  }

  /// The special tokens of a text, and the normalized text between them.
  private func segments(of text: [Unicode.Scalar]) -> [TextSegment] {
    rawSpecialTokens.segments(of: text[...]).flatMap { segment -> [TextSegment] in
      guard case .text(let raw) = segment else { return [segment] }
      return normalizedSpecialTokens.segments(of: TextNormalizer.normalized(raw)[...])
    }
  }

  private func append(
    idsOf text: [Unicode.Scalar], to ids: inout [Int32], words: inout [[UInt8]: [Int32]]
  ) {
    for range in scanner.pieces(of: text) {
      var bytes: [UInt8] = []
      for scalar in text[range] { bytes.append(contentsOf: scalar.utf8) }
      if let known = words[bytes] {
        ids += known
        continue
      }
      let tokens = merges.tokens(of: bytes)
      if bytes.count <= Self.longestKeptWord { words[bytes] = tokens }
      ids += tokens
    }
  }

  /// The most bytes of a word whose tokens are kept for the next; longer ones hardly come twice.
  private static let longestKeptWord = 64
}
