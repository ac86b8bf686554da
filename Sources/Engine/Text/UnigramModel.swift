/// The unigram language model of SentencePiece: of all ways to cut a piece into tokens the one with
/// the greatest sum of scores.
///
/// As the `tokenizers` library computes it (`Unigram`, its Viterbi search in `Double`): a scalar that
/// is no token by itself can also be unknown, for 10 less than the least score; unknown scalars side
/// by side are one; of equal sums that of the earliest last token stands. Kudo 2018.
struct UnigramModel: Sendable {
  private let vocabulary: PieceVocabulary
  /// The logarithm of the probability of each token, by id.
  private let scores: [Double]
  private let unknownToken: Int32?
  private let unknownScore: Double
  /// The tokens that stand for the bytes of what is unknown, [256], if the file asks for that.
  private let byteTokens: [Int32?]

  /// What an unknown scalar costs besides the least score: `K_UNK_PENALTY` of the library.
  private static let unknownPenalty = 10.0

  /// Makes a model.
  ///
  /// - Parameters:
  ///   - tokens: The tokens, by id, each once, with their scores; not empty.
  ///   - unknownToken: The token of what no other stands for.
  ///   - fallsBackToBytes: Whether tokens `<0x00>` to `<0xFF>` come before the unknown one.
  init(
    tokens: [(bytes: [UInt8], score: Double)], unknownToken: Int32?, fallsBackToBytes: Bool
  ) {
    vocabulary = PieceVocabulary(tokens.enumerated().map { ($1.bytes, Int32($0)) })
    scores = tokens.map(\.score)
    self.unknownToken = unknownToken
    unknownScore = (scores.min() ?? 0) - Self.unknownPenalty
    byteTokens =
      fallsBackToBytes ? vocabulary.byteTokens : [Int32?](repeating: nil, count: 256)
  }

  /// How the best way to a place ends.
  private struct Step {
    var start = -1
    var score = 0.0
    var isUnknown = false
  }

  /// The tokens of one piece.
  ///
  /// - Parameter piece: Its scalars, not empty.
  /// - Returns: The token ids; what is unknown and has no token is dropped where the file states no
  ///   unknown token.
  func tokens(of piece: [Unicode.Scalar]) -> [Int32] {
    let lengths = piece.map { Unicode.UTF8.width($0) }
    let bytes = piece.flatMap { Array(Character($0).utf8) }
    var steps = [Step](repeating: Step(), count: bytes.count + 1)
    var start = 0
    for length in lengths {
      let score = steps[start].score
      var hasScalar = false
      vocabulary.forEachPrefix(of: bytes, at: start) { tokenLength, id in
        hasScalar = hasScalar || tokenLength == length
        Self.offer(
          Step(start: start, score: score + scores[Int(id)]), to: &steps[start + tokenLength])
      }
      if !hasScalar {
        Self.offer(
          Step(start: start, score: score + unknownScore, isUnknown: true),
          to: &steps[start + length])
      }
      start += length
    }
    return ids(of: bytes, steps)
  }

  private static func offer(_ step: Step, to best: inout Step) {
    if best.start < 0 || step.score > best.score { best = step }
  }

  /// The tokens along the best way, read from its end.
  private func ids(of bytes: [UInt8], _ steps: [Step]) -> [Int32] {
    var ranges: [(range: Range<Int>, isUnknown: Bool)] = []
    var end = bytes.count
    while end > 0 {
      let step = steps[end]
      if step.isUnknown, let last = ranges.last, last.isUnknown {
        ranges[ranges.count - 1].range = step.start..<last.range.upperBound
      } else {
        ranges.append((step.start..<end, step.isUnknown))
      }
      end = step.start
    }
    return ranges.reversed().flatMap { ids(of: Array(bytes[$0.range])) }
  }

  private func ids(of bytes: [UInt8]) -> [Int32] {
    if let id = vocabulary.id(of: bytes) { return [id] }
    let fallback = bytes.compactMap { byteTokens[Int($0)] }
    if fallback.count == bytes.count { return fallback }
    return unknownToken.map { [$0] } ?? []
  }
}

extension PieceVocabulary {
  /// The tokens `<0x00>` to `<0xFF>`, [256].
  var byteTokens: [Int32?] {
    (UInt8.min...UInt8.max).map { id(of: Array(byteTokenName(of: $0).utf8)) }
  }
}

/// The name of the token that stands for a byte, such as `<0x0A>`.
func byteTokenName(of byte: UInt8) -> String {
  let digits = String(byte, radix: 16, uppercase: true)
  return "<0x" + (digits.count == 1 ? "0" : "") + digits + ">"
}
