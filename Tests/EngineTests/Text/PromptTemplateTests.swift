import Testing

@testable import Engine

@Suite struct PromptTemplateTests {
  @Test(arguments: [
    ("A photo of a {label}.", "A photo of a tench."),
    ("a {c}, {c}!", "a tench, tench!"),
    ("{}", "tench"),
    ("{{}} {name}", "{tench} {name}"),
    ("{label}\u{301}", "tench\u{301}"),
  ])
  func theLabelStandsInEveryPlace(text: String, prompt: String) throws {
    let template = try PromptTemplate(text)
    #expect(template.prompt(for: "tench") == prompt)
    #expect(template.text == text)
  }

  @Test func aLabelIsNotSearchedForPlaceholders() throws {
    #expect(try PromptTemplate("a {c}").prompt(for: "{c} {label}") == "a {c} {label}")
  }

  @Test(arguments: [
    ("a photo", "a photo: found no placeholder, expected {label}, {c} or {}"),
    ("", ": found no placeholder, expected {label}, {c} or {}"),
    ("{lable}", "{lable}: found no placeholder, expected {label}, {c} or {}"),
    ("a {c} {label}", "a {c} {label}: found placeholders {label} and {c}, expected one kind"),
    ("{} {c}", "{} {c}: found placeholders {c} and {}, expected one kind"),
  ])
  func otherTextsAreNoTemplates(text: String, message: String) {
    let error = #expect(throws: TextError.self) { try PromptTemplate(text) }
    #expect(error?.description == message)
  }

  @Test func builtInTemplatesSayWhatTheirTextsSay() throws {
    #expect(try PromptTemplate("A photo of a {label}.") == .photo)
    #expect(try PromptTemplate("{label}") == .bare)
  }

  @Test func aFileHoldsATemplateALine() throws {
    let templates = try TextFixtures.withFile("\u{FEFF}a {c}\r\n{}, seen\n".utf8) {
      try PromptTemplate.list(contentsOf: $0)
    }
    #expect(templates.map(\.text) == ["a {c}", "{}, seen"])
  }

  @Test(arguments: [
    ("", ": found no templates, expected at least 1"),
    ("a {c}\n\n", ": line 2: found no placeholder, expected {label}, {c} or {}"),
    ("a {c}\nb\n", ": line 2: found no placeholder, expected {label}, {c} or {}"),
  ])
  func aFileWithOtherLinesIsRefused(contents: String, message: String) throws {
    try TextFixtures.withFile(contents.utf8) { path in
      let error = #expect(throws: TextError.self) { try PromptTemplate.list(contentsOf: path) }
      #expect(error?.description == path + message)
    }
  }

  @Test func promptsOfALabelStandTogether() throws {
    let templates = [try PromptTemplate("a {}"), try PromptTemplate("the {}")]
    let grid = PromptGrid(labels: ["x", "y", "z"], templates: templates)
    #expect(grid.prompts == ["a x", "the x", "a y", "the y", "a z", "the z"])
    #expect(grid.count == 6)
    #expect(PromptGrid(labels: [], templates: templates).prompts.isEmpty)
  }
}
