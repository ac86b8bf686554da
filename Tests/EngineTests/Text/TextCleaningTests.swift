import Testing

@testable import Engine

@Suite struct TextCleaningTests {
  /// The values that open_clip's and transformers' own functions give, without `ftfy`.
  @Test(arguments: [
    (TextCleaning.none, " A_b,  C!\n"), (.lowercase, " a_b,  c!\n"), (.whitespace, "A_b, C!"),
    (.lower, "a_b, c!"), (.canonicalize, "a b c"), (.withoutPunctuation, "ab c"),
  ])
  func textsAreCleanedByTheirRule(cleaning: TextCleaning, expected: String) {
    #expect(cleaning.cleaned(" A_b,  C!\n") == expected)
  }

  @Test func emptyAndBlankTextsBecomeEmpty() {
    for cleaning in [TextCleaning.whitespace, .lower, .canonicalize, .withoutPunctuation] {
      #expect(cleaning.cleaned("").isEmpty)
      #expect(cleaning.cleaned(" \u{a0}\u{1f}").isEmpty)
    }
  }

  @Test func onlyASCIIPunctuationIsRemoved() {
    #expect(TextCleaning.withoutPunctuation.cleaned("“a” — ¿b?") == "“a” — ¿b")
  }
}
