/// Words that mean nothing, in the form of labels.
enum NonsenseWords {
  /// Labels with every letter replaced by a random one of a to z and every digit by a random digit; all else stays.
  ///
  /// They have the words, the lengths and the marks of the labels, and nothing to say.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - seed: Determines the letters.
  /// - Returns: As many words.
  static func words(like labels: [String], seed: UInt64) -> [String] {
    var generator = SplitMix64(seed: seed)
    return labels.map { label in
      var word = ""
      for scalar in label.unicodeScalars {
        if scalar.properties.isAlphabetic {
          word.unicodeScalars.append(Self.scalar(0x61, generator.nextIndex(below: 26)))
        } else if scalar.properties.numericType == .decimal {
          word.unicodeScalars.append(Self.scalar(0x30, generator.nextIndex(below: 10)))
        } else {
          word.unicodeScalars.append(scalar)
        }
      }
      return word
    }
  }

  private static func scalar(_ first: UInt8, _ offset: Int) -> Unicode.Scalar {
    Unicode.Scalar(first + UInt8(offset))
  }
}
