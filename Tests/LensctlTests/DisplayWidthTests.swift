import Testing

@testable import lensctl

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("a", 1), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("ｆ", 2), ("한", 2),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("😀", 2), ("👩‍🔬", 2), ("👨‍👩‍👧‍👦", 2), ("🇩🇪", 2), ("👍🏽", 2),
    ("a\u{200D}b", 2), ("\u{200B}", 0), ("…", 1), ("→", 1), ("ñandú", 5), ("x😀y", 4),
  ])
  func widthsAreThoseOfTerminals(text: String, width: Int) {
    #expect(text.displayWidth == width, "\(text)")
  }

  @Test(arguments: [
    ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"),
    ("日本語", 4, "日…"), ("👩‍🔬👩‍🔬", 3, "👩‍🔬…"), ("ab", 1, "…"),
  ])
  func cutTextsFit(text: String, width: Int, expected: String) {
    #expect(text.cut(toWidth: width) == expected)
    #expect(text.cut(toWidth: width).displayWidth <= width)
  }

  @Test func columnsAlignWhateverTheirWidth() {
    var table = Table([("name", .left), ("n", .right), ("what", .left)])
    table.add(["日本", "1", "x"])
    table.add(["👩‍🔬", "10", ""])
    let style = OutputStyle(isPlain: false, width: nil, usesColour: false)
    #expect(table.lines(style) == ["name   n  what", "日本   1  x", "👩‍🔬    10"])
    let plain = OutputStyle(isPlain: true, width: nil, usesColour: false)
    #expect(table.lines(plain) == ["name\tn\twhat", "日本\t1\tx", "👩‍🔬\t10\t"])
    let narrow = OutputStyle(isPlain: false, width: 9, usesColour: true)
    #expect(
      table.lines(narrow) == ["\u{1B}[1mname   n…\u{1B}[0m", "日本   1…", "👩‍🔬    10"])
  }
}
