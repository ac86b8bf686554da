/// A token that is cut out of the text before anything else is done with it.
struct SpecialToken: Sendable, Equatable {
  /// Its text.
  let content: [Unicode.Scalar]

  /// Its id.
  let id: Int32

  /// Whether it is looked for in normalized text, so in any case, rather than in the raw text.
  let isNormalized: Bool

  /// Whether white space before it belongs to it.
  var stripsLeft = false

  /// Whether white space behind it belongs to it.
  var stripsRight = false

  /// Makes a token.
  ///
  /// - Parameters:
  ///   - content: Its text, as a file has it.
  ///   - id: Its id.
  ///   - isNormalized: Whether it is looked for in normalized text.
  ///   - normalize: How the tokenizer normalizes text.
  init(
    content: String, id: Int32, isNormalized: Bool,
    normalize: (ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] = TextNormalizer.normalized
  ) {
    let scalars = Array(content.unicodeScalars)
    self.content = isNormalized ? normalize(scalars[...]) : scalars
    self.id = id
    self.isNormalized = isNormalized
  }
}

/// A part of a text between special tokens, or one of them.
enum TextSegment: Equatable {
  case text(ArraySlice<Unicode.Scalar>)
  case token(Int32)
}

extension [SpecialToken] {
  /// Cuts a text at the special tokens in it, leftmost first, the longest where several begin.
  ///
  /// - Parameter text: The text, raw or normalized as these tokens need it.
  /// - Returns: The segments in order; segments of text are not empty.
  func segments(of text: ArraySlice<Unicode.Scalar>) -> [TextSegment] {
    let firsts = compactMap(\.content.first)
    var segments: [TextSegment] = []
    var start = text.startIndex
    var index = start
    while index < text.endIndex {
      let rest = text[index...]
      guard firsts.contains(text[index]),
        let token = filter({ rest.starts(with: $0.content) })
          .max(by: { $0.content.count < $1.content.count })
      else {
        index += 1
        continue
      }
      var end = index
      while token.stripsLeft, end > start, text[end - 1].isSpace { end -= 1 }
      if start < end { segments.append(.text(text[start..<end])) }
      segments.append(.token(token.id))
      index += token.content.count
      while token.stripsRight, index < text.endIndex, text[index].isSpace { index += 1 }
      start = index
    }
    if start < text.endIndex { segments.append(.text(text[start...])) }
    return segments
  }
}
