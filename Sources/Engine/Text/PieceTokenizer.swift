/// A tokenizer of pieces, as SentencePiece has them: a unigram model, or pairs of scalars with a token
/// for each byte of what has none.
///
/// It gives the ids of the `tokenizers` library: special tokens are cut out of the text, the rest goes
/// through the steps of the file's normalizer and is cut into pieces by its pre-tokenizer, and each
/// piece becomes the tokens of the model. SigLIP and SigLIP 2 have such tokenizers.
public struct PieceTokenizer: Sendable {
  /// What makes tokens of a piece.
  enum Model: Sendable {
    case unigram(UnigramModel)
    case pairs(ScalarPairModel)
  }

  /// One more than the greatest id.
  public let vocabularySize: Int

  /// The files that were read.
  public let sourcePaths: [String]

  /// The name of the model in the file: `Unigram` or `BPE`.
  public let modelName: String

  /// What shorter sequences are filled up with, if a file says so.
  public let padding: TokenPadding?

  let parts: PieceTokenizerParts
}

/// How sequences are filled up to the context.
public struct TokenPadding: Sendable, Equatable {
  /// The token that fills.
  public let token: Int32
  /// Whether it stands before the text rather than behind it.
  public let isOnTheLeft: Bool

  /// Makes a rule.
  public init(token: Int32, isOnTheLeft: Bool = false) {
    self.token = token
    self.isOnTheLeft = isOnTheLeft
  }

  /// A sequence with tokens added.
  ///
  /// - Parameters:
  ///   - ids: The sequence.
  ///   - length: The length that it gets; a longer one stays as it is.
  /// - Returns: The sequence, at least `length` long.
  func padded(_ ids: [Int32], to length: Int) -> [Int32] {
    let filling = [Int32](repeating: token, count: max(0, length - ids.count))
    return isOnTheLeft ? filling + ids : ids + filling
  }
}

/// What a `tokenizer.json` says of a tokenizer of pieces.
struct PieceTokenizerParts: Sendable {
  var steps: [TextStep]
  var pieceSteps: [PieceStep]
  var model: PieceTokenizer.Model
  /// The tokens before and behind each text.
  var (prefix, suffix): ([Int32], [Int32])
  var unknownToken: Int32?
  var rawSpecialTokens: [SpecialToken]
  var normalizedSpecialTokens: [SpecialToken]
}

extension PieceTokenizer {
  /// The ids of many texts; each piece that they share is looked up once.
  ///
  /// - Parameters:
  ///   - texts: Any texts.
  ///   - contextLength: The most ids of each, at least one more than the tokens that stand around
  ///     every text. Of longer sequences the first are kept, and the tokens behind the text.
  /// - Returns: The ids of each text, not padded, in order.
  public func encode(_ texts: [String], contextLength: Int) -> [TokenSequence] {
    var pieces: [[Unicode.Scalar]: [Int32]] = [:]
    return texts.map { encode($0, contextLength: contextLength, pieces: &pieces) }
  }

  private func encode(
    _ text: String, contextLength: Int, pieces: inout [[Unicode.Scalar]: [Int32]]
  ) -> TokenSequence {
    let room = contextLength - parts.prefix.count - parts.suffix.count
    precondition(room > 0, "a context of \(contextLength) tokens")
    var ids: [Int32] = []
    var unknownCount = 0
    var isFirst = true
    for segment in segments(of: Array(text.unicodeScalars)) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let scalars):
        let start = ids.count
        append(idsOf: Array(scalars), isFirst: isFirst, to: &ids, pieces: &pieces)
        if let unknown = parts.unknownToken {
          unknownCount += ids[start...].count { $0 == unknown }
        }
      }
      isFirst = false
    }
    let isTruncated = ids.count > room
    return TokenSequence(
      ids: parts.prefix + ids.prefix(room) + parts.suffix, isTruncated: isTruncated,
      unknownCount: unknownCount)
  }

  /// The special tokens of a text, and the normalized text between them.
  private func segments(of text: [Unicode.Scalar]) -> [TextSegment] {
    parts.rawSpecialTokens.segments(of: text[...]).flatMap { segment -> [TextSegment] in
      guard case .text(let raw) = segment else { return [segment] }
      return parts.normalizedSpecialTokens.segments(of: parts.steps.applied(to: raw)[...])
    }
  }

  private func append(
    idsOf text: [Unicode.Scalar], isFirst: Bool, to ids: inout [Int32],
    pieces known: inout [[Unicode.Scalar]: [Int32]]
  ) {
    var pieces = text.isEmpty ? [] : [text]
    for step in parts.pieceSteps {
      pieces = pieces.enumerated().flatMap { index, piece in
        step.pieces(of: piece, isFirst: isFirst && index == 0)
      }
    }
    for piece in pieces {
      if let tokens = known[piece] {
        ids += tokens
        continue
      }
      let tokens =
        switch parts.model {
        case .unigram(let model): model.tokens(of: piece)
        case .pairs(let model): model.tokens(of: piece)
        }
      if piece.count <= Self.longestKeptPiece { known[piece] = tokens }
      ids += tokens
    }
  }

  /// The most scalars of a piece whose tokens are kept for the next; longer ones hardly come twice.
  private static let longestKeptPiece = 64
}
