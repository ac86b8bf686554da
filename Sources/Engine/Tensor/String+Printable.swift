extension String {
  /// The string with everything that could act on a terminal made visible.
  ///
  /// Control characters, format characters (direction overrides, zero-width marks; the zero-width
  /// joiner of emoji sequences and the tags of flags excepted), line and paragraph separators,
  /// unassigned and private scalars become `\u{...}`. Of combining marks that follow one another,
  /// eight are kept and `…` stands for the rest, since they are drawn over the lines around. A
  /// string of more than `limit` scalars is cut, and ends in `…`.
  ///
  /// - Parameter limit: The most scalars that are kept.
  /// - Returns: The string, safe to print.
  public func printable(limit: Int = 200) -> String {
    var result = ""
    var count = 0
    var isFlag = false
    var markCount = 0
    for scalar in unicodeScalars {
      if count == limit {
        result += "…"
        break
      }
      markCount = scalar.isMark ? markCount + 1 : 0
      if markCount > Self.markLimit {
        if markCount == Self.markLimit + 1 { result += "…" }
        continue
      }
      count += 1
      isFlag = scalar.value == 0x1F3F4 || (isFlag && scalar.isFlagTag)
      if scalar.isInert || isFlag {
        result.unicodeScalars.append(scalar)
      } else {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return result
  }

  /// The most combining marks in a row that are printed: no writing system stacks as many.
  private static let markLimit = 8
}

extension Unicode.Scalar {
  /// Whether the scalar spells a region after a black flag, or ends it, such as in the flag of Wales.
  fileprivate var isFlagTag: Bool {
    switch value {
    case 0xE0030...0xE0039, 0xE0061...0xE007A, 0xE007F: true
    default: false
    }
  }

  /// Whether the scalar is drawn over the one before it.
  fileprivate var isMark: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: true
    default: false
    }
  }

  /// Whether the scalar only draws itself where it is printed.
  fileprivate var isInert: Bool {
    if value == 0x200D { return true }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse,
      .surrogate:
      return false
    default: return true
    }
  }
}
