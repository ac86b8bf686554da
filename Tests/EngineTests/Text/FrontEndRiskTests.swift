import Testing

@testable import Engine

@Suite struct FrontEndRiskTests {
  @Test(
    arguments: [
      ("jack-o'-lantern, \"12\" \t of 3", []),
      ("café", [.nonASCII]),
      ("it’s", [.nonASCII, .typographicQuote]),
      ("salt & pepper", [.ampersand]),
      ("a\u{1}b\u{7F}", [.controlCharacter]),
      ("a <|EndOfText|>", [.specialToken]),
      ("<end_of_text>\u{301}", [.nonASCII, .specialToken]),
      ("", []),
    ] as [(String, [FrontEndRisk])])
  func risksAreNamed(text: String, risks: [FrontEndRisk]) {
    #expect(FrontEndRisk.risks(of: text) == risks)
  }

  @Test func labelsAreListedByRisk() {
    let set = LabelSet(labels: ["a & b", "\u{3000}", "é", "c", "&é"])
    #expect(set.frontEndRisks.map(\.risk) == [.nonASCII, .ampersand])
    #expect(set.frontEndRisks.map(\.labelIDs) == [[2, 4], [0, 4]])
    #expect(set.frontEndRiskCount == 3)
  }

  @Test func namesOfImageNetCarryNoRisk() {
    #expect(LabelSet.imageNet.frontEndRiskCount == 0)
  }
}
