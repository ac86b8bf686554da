/// A reason why CLIP's known text front ends could give a text different ids.
///
/// OpenAI's and open_clip's tokenizers mend text with `ftfy` and replace HTML entities before they
/// split it; transformers' fast tokenizer, and this one, do neither. A text without risk has the
/// same ids under all of them. ASCII quotes and white space carry none: no front end changes the
/// first, and all treat the second alike.
public enum FrontEndRisk: String, Sendable, CaseIterable, Comparable {
  /// A character beyond ASCII: composition, full width, ligatures, final sigma, mojibake.
  case nonASCII = "non-ascii"

  /// A quotation mark or apostrophe beyond ASCII, which `ftfy` makes straight.
  case typographicQuote = "typographic-quote"

  /// An ampersand, which could begin an HTML entity.
  case ampersand = "ampersand"

  /// A control character other than white space, which `ftfy` removes.
  case controlCharacter = "control-character"

  /// The text of a special token in any case, `<start_of_text>` and `<end_of_text>` included.
  case specialToken = "special-token"

  public static func < (left: FrontEndRisk, right: FrontEndRisk) -> Bool {
    allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
  }

  /// The risks of a text.
  ///
  /// - Parameter text: A label or a prompt.
  /// - Returns: The risks, in the order of the cases; empty if there are none.
  public static func risks(of text: String) -> [FrontEndRisk] {
    let scalars = text.unicodeScalars
    return allCases.filter { risk in
      switch risk {
      case .nonASCII: scalars.contains { !$0.isASCII }
      case .typographicQuote: scalars.contains { $0.isTypographicQuote }
      case .ampersand: scalars.contains("&")
      case .controlCharacter:
        scalars.contains {
          $0.properties.generalCategory == .control && !$0.properties.isWhitespace
        }
      case .specialToken: holdsSpecialText(scalars)
      }
    }
  }

  private static let specialTexts = [
    TokenizerParts.start, TokenizerParts.end, "<start_of_text>", "<end_of_text>",
  ].map { SpecialToken(content: $0, id: 0, isNormalized: true) }

  /// Compares scalars, not characters: a combining mark behind `>` hides nothing.
  private static func holdsSpecialText(_ scalars: String.UnicodeScalarView) -> Bool {
    let folded = scalars.flatMap { $0.properties.lowercaseMapping.unicodeScalars }
    return specialTexts.segments(of: folded[...]).contains(.token(0))
  }
}

extension LabelSet {
  /// The labels that could have other ids under other front ends, by risk.
  ///
  /// Every risk that occurs is listed once, in the order of the cases, with the ids of all labels
  /// that carry it, rising. Masked labels are left out.
  public var frontEndRisks: [(risk: FrontEndRisk, labelIDs: [Int])] {
    let risks = labels.indices.map {
      statuses[$0] != .usable ? [] : FrontEndRisk.risks(of: labels[$0])
    }
    return FrontEndRisk.allCases.compactMap { risk in
      let ids = labels.indices.filter { risks[$0].contains(risk) }
      return ids.isEmpty ? nil : (risk, ids)
    }
  }

  /// The number of labels that carry any risk.
  public var frontEndRiskCount: Int { Set(frontEndRisks.flatMap(\.labelIDs)).count }
}

extension Unicode.Scalar {
  /// Whether the scalar is one of those that `ftfy` replaces with `'` or `"`, or a modifier
  /// apostrophe.
  fileprivate var isTypographicQuote: Bool {
    switch value {
    case 0x02BC, 0x2018...0x201F: true
    default: false
    }
  }
}
