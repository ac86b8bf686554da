/// Texts of others in scripts, of which every character stands for itself.
enum ScriptText {
  /// A text as one word of a POSIX shell.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - subject: What it is, for the message.
  /// - Returns: The text in single quotes, in which a shell finds nothing to do.
  /// - Throws: `SlurmError` if it has a control character.
  static func word(_ text: String, subject: String) throws(SlurmError) -> String {
    try check(text, subject: subject)
    // By scalars: a quote with an accent on it is another character to Swift, and a quote to a shell.
    let inner = text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == "'" { result += "'\\'" }
      result.unicodeScalars.append(scalar)
    }
    return "'" + inner + "'"
  }

  /// A text as one argument of a line that begins with `#SBATCH`, where sbatch, not a shell, looks for quotes,
  /// backslashes, spaces and `#`.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - subject: What it is, for the message.
  /// - Returns: The text, with a backslash before all that could be more than itself.
  /// - Throws: `SlurmError` if it has a control character.
  static func directive(_ text: String, subject: String) throws(SlurmError) -> String {
    try check(text, subject: subject)
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar.isASCII, !isPlain(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
  }

  private static func check(_ text: String, subject: String) throws(SlurmError) {
    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      throw SlurmError(subject: subject, reason: .controlCharacter(text))
    }
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ",", "/", "=", ":", "%", "@", "+": true
    default: false
    }
  }
}
