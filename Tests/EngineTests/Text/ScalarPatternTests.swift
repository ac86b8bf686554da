import Testing

@testable import Engine

@Suite struct ScalarPatternTests {
  private func replaced(_ pattern: ScalarPattern?, _ text: String) throws -> String {
    let result = try #require(pattern).replacing(in: Array(text.unicodeScalars), with: ["-"])
    var view = String.UnicodeScalarView()
    view.append(contentsOf: result)
    return String(view)
  }

  @Test(arguments: [
    (#"\s+"#, "a \t\u{a0}b  c", "a-b-c"), (" {2,}", "a b  c   d", "a b-c-d"),
    ("x{2}", "xxxxx x", "--x x"), ("x{2,3}", "xxxxx x", "-- x"), ("[a-c]", "abcd", "---d"),
    ("[^a-c]+", "abcdeab", "abc-ab"), (#"[\]\-\\.,-.]"#, "a]b-c\\d.e,f", "a-b-c-d-e-f"),
    ("[a-]", "a-b", "--b"), (#"\."#, "a.b", "a-b"), ("ab", "abaab", "-a-"), (#"\n"#, "a\nb", "a-b"),
    (#"[\s_]+"#, "a _ b", "a-b"),
  ])
  func patternsMatchTheLongest(regex: String, text: String, expected: String) throws {
    #expect(try replaced(ScalarPattern(regex: regex), text) == expected)
  }

  @Test(arguments: [
    "", "a*", "a?", "(a)", "a|b", "^a", "a$", ".", "a+b", "ab+", "a+?", "[a", "[]", "[a&&b]",
    "[[:alpha:]]", #"\w"#, #"\d+"#, #"\p{L}"#, #"\1"#, "a{0,2}", "a{3,2}", "a{x}", "a{+2}",
    "a{2,+3}", "a{", "[c-a]",
    "\\",
  ])
  func otherPatternsAreNotRead(regex: String) {
    #expect(ScalarPattern(regex: regex) == nil)
  }

  @Test func literalsStandForThemselves() throws {
    #expect(try replaced(ScalarPattern(literal: "a+"), "a+aa+") == "-a-")
    #expect(ScalarPattern(literal: "") == nil)
  }
}
