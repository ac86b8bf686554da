import Testing

@testable import Report

@Suite struct MarkupTests {
  static let hostile = [
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onfocus='alert(1)", "`${alert(1)}`", "{{constructor.constructor('alert(1)')()}}",
    "' OR 1=1 --",
    "]]><svg/onload=alert(1)>", "&lt;b&gt;", "javascript:alert(1)", "<!--", "\u{2028}\u{2029}",
    "a\0b",
    "</title><style>*{display:none}</style>",
  ]

  @Test(arguments: hostile)
  func textHasNothingThatHTMLGivesAMeaning(text: String) {
    for html in [Markup.text(text).html, Markup.foreign(text).html] {
      #expect(!html.contains { "<>\"'`\0".contains($0) })
      let references = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#96;"]
      let rest = references.reduce(html) { $0.replacing($1, with: "") }
      #expect(!rest.contains("&"))
    }
  }

  @Test(arguments: hostile)
  func valuesOfAttributesStayInTheirQuotes(text: String) {
    let html = Markup.element("a", ["title": text, "id": "x"], [.text(text)]).html
    #expect(html.count { $0 == "\"" } == 4 && html.count { $0 == "<" } == 2)
    #expect(html.hasPrefix("<a title=\"") && html.hasSuffix("</a>"))
  }

  @Test func escapingIsWordForWord() {
    #expect(Markup.text("<a & 'b' \"c\">").html == "&lt;a &amp; &#39;b&#39; &quot;c&quot;&gt;")
    #expect(Markup.foreign("x\u{202E}y").html == "x\\u{202e}y")
    #expect(Markup.foreign("abcdef", limit: 3).html == "abc…")
    #expect(Markup.element("meta").html == "<meta>")
    #expect(Markup.element("p", [:], [.text("a"), .text("b")]).html == "<p>ab</p>")
  }

  @Test func thePolicyNamesStyleAndScriptByDigest() {
    let policy = ReportDocument.policy
    #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
    #expect(!policy.contains("unsafe") && !policy.contains("http"))
    // The digest of nothing (FIPS 180-4), in base64.
    #expect(
      ReportDocument.digest("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
  }
}
