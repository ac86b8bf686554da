extension String {
  /// The columns that the string takes on a terminal.
  ///
  /// Counted by grapheme clusters, as terminals do that know emoji sequences.
  var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

  /// The string, cut so that it takes at most so many columns; a cut string ends in `…`.
  ///
  /// - Parameter width: The columns, at least 1.
  /// - Returns: The string, or its start.
  func cut(toWidth width: Int) -> String {
    guard displayWidth > width else { return self }
    var result = ""
    var used = 0
    for character in self {
      guard used + character.displayWidth < width else { break }
      used += character.displayWidth
      result.append(character)
    }
    return result + "…"
  }

  /// The string as lines of at most so many columns, broken at spaces alone.
  ///
  /// - Parameter width: The columns.
  /// - Returns: One line at least; a word that is longer stands by itself, and is not broken.
  func wrapped(toWidth width: Int) -> [String] {
    guard displayWidth > width else { return [self] }
    var lines = [""]
    for word in split(separator: " ", omittingEmptySubsequences: false).map(String.init) {
      let line = lines[lines.count - 1]
      if line.isEmpty || line.displayWidth + 1 + word.displayWidth <= width {
        lines[lines.count - 1] = line.isEmpty ? word : line + " " + word
      } else {
        lines.append(word)
      }
    }
    return lines
  }
}

extension Character {
  /// The columns that the character takes on a terminal.
  ///
  /// A sequence of emoji – joined, of two regional indicators, or with a skin tone – takes as much as
  /// its widest scalar; scalars of any other cluster stand beside each other.
  var displayWidth: Int {
    let widths = unicodeScalars.map(\.displayWidth)
    let isEmojiSequence = unicodeScalars.contains {
      $0.value == 0x200D || $0.properties.isEmojiModifier || $0.isRegionalIndicator
    }
    return isEmojiSequence ? widths.max() ?? 0 : min(2, widths.reduce(0, +))
  }
}

extension Unicode.Scalar {
  fileprivate var isRegionalIndicator: Bool { (0x1F1E6...0x1F1FF).contains(value) }

  /// The columns of the scalar by itself: 0, 1 or 2.
  ///
  /// Two for those that are wide or full-width (Unicode Standard Annex 11) or drawn as emoji by
  /// default (Unicode Technical Standard 51); none for marks, joiners, selectors and the like.
  fileprivate var displayWidth: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    // Vowels and final consonants of Hangul join the consonant before them.
    if (0x1160...0x11FF).contains(value) || value == 0x115F { return 0 }
    if properties.isEmojiPresentation { return 2 }
    return Self.wideRanges.contains { $0.contains(value) } ? 2 : 1
  }

  /// The ranges of `EastAsianWidth.txt` (Unicode 15) that are W or F, emoji excepted; unassigned
  /// scalars between them are taken along.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115E, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
    0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
