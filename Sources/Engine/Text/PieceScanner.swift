/// Cuts normalized text into the pieces that are merged separately.
///
/// The pieces are the matches, from left to right, of
///
///     's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+
///
/// with the alternatives tried in that order at each place; white space between them is dropped.
struct PieceScanner {
  /// The endings that are pieces of their own.
  private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map {
    Array($0.unicodeScalars)
  }

  /// Literal texts tried before anything else, such as `<|endoftext|>`.
  ///
  /// The pattern of transformers since version 5 begins with the special tokens. The byte-level
  /// step behind it cuts each of those matches at the borders between letters and other scalars.
  let literals: [[Unicode.Scalar]]

  /// The pieces of a text.
  ///
  /// - Parameter text: Normalized text.
  /// - Returns: Ranges of `text`, rising, none empty.
  func pieces(of text: [Unicode.Scalar]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    while start < text.count {
      let kind = Kind(of: text[start])
      if kind == .space {
        start += 1
        continue
      }
      if let literal = literals.first(where: { text[start...].starts(with: $0) }) {
        appendRuns(of: text, in: start..<(start + literal.count), to: &pieces)
        start += literal.count
        continue
      }
      let end = end(ofPieceAt: start, kind: kind, in: text)
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }

  /// The end of the piece that begins at `start` with a scalar of `kind`.
  private func end(ofPieceAt start: Int, kind: Kind, in text: [Unicode.Scalar]) -> Int {
    if text[start] == "'",
      let ending = Self.contractions.first(where: { text[start...].starts(with: $0) })
    {
      return start + ending.count
    }
    var end = start + 1
    guard kind != .number else { return end }
    while end < text.count, Kind(of: text[end]) == kind { end += 1 }
    return end
  }

  /// Appends the runs of one kind that make up a part of the text.
  private func appendRuns(
    of text: [Unicode.Scalar], in range: Range<Int>, to pieces: inout [Range<Int>]
  ) {
    var start = range.lowerBound
    for index in range.dropFirst() where Kind(of: text[index]) != Kind(of: text[start]) {
      pieces.append(start..<index)
      start = index
    }
    pieces.append(start..<range.upperBound)
  }
}

extension PieceScanner {
  /// What the pattern tells apart.
  private enum Kind {
    case letter, number, space, other

    init(of scalar: Unicode.Scalar) {
      switch scalar.value {
      case 0x61...0x7A, 0x41...0x5A: self = .letter
      case 0x30...0x39: self = .number
      case 0x20, 0x09...0x0D: self = .space
      case 0..<0x80: self = .other
      default: self = Kind(beyondASCII: scalar.properties)
      }
    }

    private init(beyondASCII properties: Unicode.Scalar.Properties) {
      switch properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
        self = .letter
      case .decimalNumber, .letterNumber, .otherNumber: self = .number
      default: self = properties.isWhitespace ? .space : .other
      }
    }
  }
}
