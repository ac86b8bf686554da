internal import Foundation

/// Brings text into the form that CLIP's tokenizer reads: composed, single-spaced, in lower case.
///
/// The steps are those of transformers' `CLIPTokenizerFast`, in its order: Unicode form NFC, each
/// run of white space (`\s+`) to one space, lower case scalar by scalar. Lower case has no context
/// (`Σ` is `σ` at a word's end, too) and is not composed again (`İ` becomes `i` and U+0307).
enum TextNormalizer {
  /// The normalized form of a text.
  ///
  /// - Parameter text: Scalars in any form.
  /// - Returns: The scalars of the normalized text; white space at its ends is one space.
  static func normalized(_ text: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    result.reserveCapacity(text.count)
    var isAfterSpace = false
    for scalar in composed(text) {
      let isSpace = scalar.isSpace
      if !isSpace {
        appendLowercase(of: scalar, to: &result)
      } else if !isAfterSpace {
        result.append(" ")
      }
      isAfterSpace = isSpace
    }
    return result
  }

  /// The scalars in Unicode form NFC.
  ///
  /// No scalar below U+0300 composes with another below it.
  private static func composed(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
    guard text.contains(where: { $0.value >= 0x300 }) else { return text }
    var string = String.UnicodeScalarView()
    string.append(contentsOf: text)
    return Array(String(string).precomposedStringWithCanonicalMapping.unicodeScalars)[...]
  }

  private static func appendLowercase(
    of scalar: Unicode.Scalar, to result: inout [Unicode.Scalar]
  ) {
    if ("A"..."Z").contains(scalar) {
      result.append(Unicode.Scalar(UInt8(scalar.value) + 0x20))
    } else if scalar.isASCII {
      result.append(scalar)
    } else {
      result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }
}

extension Unicode.Scalar {
  /// Whether Unicode counts the scalar as white space; ASCII does without the tables.
  var isSpace: Bool {
    isASCII ? value == 0x20 || (0x09...0x0D).contains(value) : properties.isWhitespace
  }
}
