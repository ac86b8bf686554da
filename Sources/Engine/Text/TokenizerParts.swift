/// What the files of a tokenizer say, whatever their form.
struct TokenizerParts {
  /// The special tokens of CLIP.
  static let start = "<|startoftext|>"
  static let end = "<|endoftext|>"

  /// What marks a token that ends a piece.
  static let wordEnd = "</w>"

  /// The token ids by the UTF-8 bytes of the tokens, which tell apart what `String` holds equal.
  var tokens: [[UInt8]: Int32]

  /// The merges, best first.
  var mergeList: [MergeLine]

  /// The token that stands for a byte without token, if there is one.
  var unknownToken: Int32?

  var specialTokens: [SpecialToken]
  var startToken: Int32
  var endToken: Int32

  /// The texts that are split off before words.
  var pieceLiterals: [String] = []

  /// The file that errors name.
  var path: String

  /// One merge, with its line or place in the file, from 1.
  struct MergeLine {
    let line: Int
    let text: String
  }
}

extension TokenizerParts {
  /// One more than the greatest id.
  var vocabularySize: Int {
    let ids = [tokens.values.max() ?? -1, startToken, endToken] + specialTokens.map(\.id)
    return Int(ids.max() ?? -1) + 1
  }

  /// The tables of bytes and merges, by id.
  ///
  /// - Returns: The tables.
  /// - Throws: `TextError` if a byte has no token, or a merge is malformed, names a token that is
  ///   not in the vocabulary, or stands twice.
  func merges() throws(TextError) -> BytePairMerges {
    BytePairMerges(
      byteTokens: try byteTokens { String(ByteSymbols.symbol(of: $0)) },
      finalByteTokens: try byteTokens { String(ByteSymbols.symbol(of: $0)) + Self.wordEnd },
      merges: try mergeTable())
  }

  /// The tables of a tokenizer whose bytes are tokens `<0x00>` to `<0xFF>` wherever they stand.
  ///
  /// - Returns: The tables.
  /// - Throws: `TextError` as `merges()` does.
  func scalarMerges() throws(TextError) -> BytePairMerges {
    let bytes = try byteTokens(name: byteTokenName)
    return BytePairMerges(byteTokens: bytes, finalByteTokens: bytes, merges: try mergeTable())
  }

  private func mergeTable() throws(TextError) -> [UInt64: BytePairMerges.Merge] {
    var merges: [UInt64: BytePairMerges.Merge] = [:]
    merges.reserveCapacity(mergeList.count)
    for (rank, merge) in mergeList.enumerated() {
      let (left, right) = try split(merge)
      let token = try id(of: left + right, in: merge)
      let pair = BytePairMerges.pair(try id(of: left, in: merge), try id(of: right, in: merge))
      let made = BytePairMerges.Merge(rank: UInt32(rank), token: token)
      guard merges.updateValue(made, forKey: pair) == nil else {
        throw fail(.repeatedMerge(line: merge.line, merge: merge.text))
      }
    }
    return merges
  }

  func fail(_ reason: TextError.Reason) -> TextError { TextError(place: path, reason: reason) }

  /// The id of a token that must be there.
  func id(of token: String) throws(TextError) -> Int32 {
    guard let id = tokens[Array(token.utf8)] else { throw fail(.missingToken(token)) }
    return id
  }

  private func split(_ merge: MergeLine) throws(TextError) -> ([UInt8], [UInt8]) {
    let parts = merge.text.utf8.split(
      separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw fail(.malformedMerge(line: merge.line, found: merge.text))
    }
    return (Array(parts[0]), Array(parts[1]))
  }

  private func id(of token: [UInt8], in merge: MergeLine) throws(TextError) -> Int32 {
    guard let id = tokens[token] else {
      throw fail(
        .unknownMergeToken(line: merge.line, token: String(decoding: token, as: UTF8.self)))
    }
    return id
  }

  private func byteTokens(name: (UInt8) -> String) throws(TextError) -> [Int32] {
    var ids: [Int32] = []
    for byte in UInt8.min...UInt8.max {
      guard let id = tokens[Array(name(byte).utf8)] ?? unknownToken else {
        throw fail(.missingByte(byte))
      }
      ids.append(id)
    }
    return ids
  }
}

/// The visible characters that stand for bytes in the files of byte-level tokenizers.
///
/// A byte that is a visible character of Latin-1 stands for itself; the others, rising, are the
/// scalars from U+0100. The reference is `bytes_to_unicode` of OpenAI's `simple_tokenizer.py`.
enum ByteSymbols {
  /// The bytes in the order of their ids in CLIP's vocabulary.
  static let inOrder: [UInt8] = visible + invisible

  /// The symbol of a byte.
  static func symbol(of byte: UInt8) -> Unicode.Scalar { symbols[Int(byte)] }

  private static let visible: [UInt8] = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)

  private static let invisible = (UInt8.min...UInt8.max).filter { !visible.contains($0) }

  private static let symbols: [Unicode.Scalar] = {
    var symbols = (UInt8.min...UInt8.max).map { Unicode.Scalar($0) }
    for (index, byte) in invisible.enumerated() {
      symbols[Int(byte)] = Unicode.Scalar(0x100 + UInt32(index)) ?? symbols[Int(byte)]
    }
    return symbols
  }()
}
