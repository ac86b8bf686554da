import Engine
import Testing

@Suite struct PrintableTests {
  @Test(arguments: [
    ("plain text, é 日本語", "plain text, é 日本語"),
    ("a\u{1B}[31mred", "a\\u{1b}[31mred"),
    ("line\nbreak\r\ttab", "line\\u{a}break\\u{d}\\u{9}tab"),
    ("nul\u{0}", "nul\\u{0}"),
    ("C1 \u{9B}31m", "C1 \\u{9b}31m"),
    ("abc\u{202E}fed", "abc\\u{202e}fed"),
    ("isolate \u{2066}x\u{2069}", "isolate \\u{2066}x\\u{2069}"),
    ("zero\u{200B}width\u{FEFF}", "zero\\u{200b}width\\u{feff}"),
    ("lines\u{2028}\u{2029}", "lines\\u{2028}\\u{2029}"),
    ("private \u{E000}", "private \\u{e000}"),
    ("tags \u{E0067}\u{E007F}", "tags \\u{e0067}\\u{e007f}"),
  ])
  func whatActsOnATerminalIsEscaped(text: String, expected: String) {
    #expect(text.printable() == expected)
  }

  @Test func emojiSequencesStayWhole() {
    let text = "👩‍🚀 ❤️ 👍🏽 🏳️‍🌈 🏴\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}"
    #expect(text.printable() == text)
  }

  @Test func marksThatDrawOverOtherLinesAreFew() {
    let mark = "\u{301}"
    let kept = "e" + String(repeating: mark, count: 8)
    #expect(kept.printable() == kept)
    #expect((kept + mark + mark + "x").printable() == kept + "…x")
  }

  @Test func longTextsAreCut() {
    #expect("abcd".printable(limit: 4) == "abcd")
    #expect("abcde".printable(limit: 4) == "abcd…")
    #expect(String(repeating: "x", count: 1 << 20).printable().unicodeScalars.count == 201)
  }
}
