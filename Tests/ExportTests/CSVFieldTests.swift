import Engine
import Testing

/// Fields of CSV, as RFC 4180 has them.
@Suite struct CSVFieldTests {
  @Test(arguments: [
    ("cat", "cat"), ("", "\"\""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("two\rlines", "\"two\rlines\""), ("NA", "NA"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"), (" spaces ", " spaces "), ("👩‍🔬 שלום", "👩‍🔬 שלום"),
    ("\u{FEFF}bom", "\u{FEFF}bom"),
  ])
  func onlyWhatMustBeIsQuoted(text: String, field: String) {
    #expect(CSVField.bytes(text, escapesFormulas: false) == Array(field.utf8))
  }

  @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
  func formulasGetAnApostropheIfAsked(text: String) {
    let escaped = CSVField.bytes(text, escapesFormulas: true)
    #expect(escaped == CSVField.bytes("'" + text, escapesFormulas: false))
    #expect(
      CSVField.bytes("a" + text, escapesFormulas: true)
        == CSVField.bytes("a" + text, escapesFormulas: false))
  }
}
