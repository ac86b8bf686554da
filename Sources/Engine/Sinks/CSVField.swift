/// Fields of comma-separated values, as RFC 4180 has them.
package enum CSVField {
  /// A text as a field: quoted if it has a comma, a quote or a line break, or is empty.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - escapesFormulas: Whether a text that a spreadsheet would take for a formula gets a `'` before it.
  /// - Returns: The bytes of the field.
  package static func bytes(_ text: String, escapesFormulas: Bool) -> [UInt8] {
    var bytes = Array(text.utf8)
    if escapesFormulas, let first = bytes.first, formulaStarts.contains(first) {
      bytes.insert(UInt8(ascii: "'"), at: 0)
    }
    let quote = UInt8(ascii: "\"")
    guard bytes.isEmpty || bytes.contains(where: { quotedBytes.contains($0) }) else {
      return bytes
    }
    return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
  }

  /// What spreadsheets take for the start of a formula: = + - @, tab and carriage return.
  private static let formulaStarts = Set("=+-@\t\r".utf8)

  private static let quotedBytes = Set(",\"\n\r".utf8)
}
