import Foundation
import Testing

@testable import Export

/// Fields of CSV, as RFC 4180 has them.
@Suite struct CSVFieldTests {
  @Test(arguments: [
    ("cat", "cat"), ("", "\"\""), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("two\rlines", "\"two\rlines\""), ("NA", "NA"),
    ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"), (" spaces ", " spaces "), ("👩‍🔬 שלום", "👩‍🔬 שלום"),
    ("\u{FEFF}bom", "\u{FEFF}bom"),
  ])
  func onlyWhatMustBeIsQuoted(text: String, field: String) {
    #expect(CSVExport.field(text, escapesFormulas: false) == Array(field.utf8))
  }

  @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
  func formulasGetAnApostropheIfAsked(text: String) {
    let escaped = CSVExport.field(text, escapesFormulas: true)
    #expect(escaped == CSVExport.field("'" + text, escapesFormulas: false))
    #expect(
      CSVExport.field("a" + text, escapesFormulas: true)
        == CSVExport.field("a" + text, escapesFormulas: false))
  }
}
