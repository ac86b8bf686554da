/// What a model's front end does with a text before its tokenizer sees it.
///
/// Characters are lower-cased scalar by scalar, so that Σ is σ at a word's end too, where Python
/// has ς. Nothing is mended by `ftfy` and no HTML entity replaced; `FrontEndRisk` names the texts
/// where that could matter.
public enum TextCleaning: String, Sendable, CaseIterable {
  /// Nothing.
  case none
  /// Lower case alone: transformers' `Siglip2Tokenizer`.
  case lowercase
  /// Each run of white space to one space, and none at the ends: open_clip's `whitespace`.
  case whitespace
  /// The same in lower case: open_clip's `lower`.
  case lower
  /// `_` to a space, ASCII punctuation removed, lower case, white space as above: open_clip's
  /// `canonicalize`.
  case canonicalize
  /// As `canonicalize`, but `_` is removed: transformers' `SiglipTokenizer`.
  case withoutPunctuation = "without_punctuation"

  /// The cleaned form of a text.
  ///
  /// - Parameter text: Any text.
  /// - Returns: The text that the tokenizer is given.
  public func cleaned(_ text: String) -> String {
    switch self {
    case .none: return text
    case .lowercase: return Self.string(Self.lowercased(Array(text.unicodeScalars)))
    case .whitespace: return Self.string(Self.joined(Array(text.unicodeScalars)))
    case .lower: return Self.string(Self.joined(Self.lowercased(Array(text.unicodeScalars))))
    case .canonicalize, .withoutPunctuation:
      let kept = text.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
        if scalar == "_", self == .canonicalize { return " " }
        return scalar.isASCIIPunctuation ? nil : scalar
      }
      return Self.string(Self.joined(Self.lowercased(kept)))
    }
  }

  private static func string(_ scalars: [Unicode.Scalar]) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private static func lowercased(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    scalars.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
  }

  /// The words between white space, joined by single spaces.
  private static func joined(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    Array(scalars.split(whereSeparator: \.isPythonSpace).joined(separator: [" "]))
  }
}

extension Unicode.Scalar {
  /// Whether Python's `str.split` takes the scalar for white space: four separators of ASCII besides
  /// what Unicode has.
  fileprivate var isPythonSpace: Bool { isSpace || (0x1C...0x1F).contains(value) }

  /// Whether the scalar is one of `string.punctuation`.
  fileprivate var isASCIIPunctuation: Bool {
    switch value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: true
    default: false
    }
  }
}
