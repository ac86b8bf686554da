import Testing

@testable import Engine

/// Patterns of labels.
@Suite struct LabelPatternTests {
  @Test(arguments: [
    ("leop", "Snow Leopard", true), ("LEOP", "snow leopard", true),
    ("leop ", "snow leopard", false),
    ("snow*", "Snow leopard", true), ("snow", "a snow man", true), ("snow*", "a snow man", false),
    ("*snow*", "a snow man", true), ("c?t", "CAT", true), ("c?t", "cart", false),
    ("?", "👩‍🔬", true), ("??", "👩‍🔬", false), ("*", "", true),
    ("/^snow/", "Snow leopard", true), ("/^leop/", "snow leopard", false),
    ("/(cat|dog)$/", "hot DOG", true), ("[a]", "[A] b", true), ("[a]", "a", false),
    ("//", "a//b", true), ("/", "and/or", true), ("ÄRGER", "ärger", true),
  ])
  func patternsMeanLabels(pattern: String, label: String, matches: Bool) throws {
    #expect(try LabelPattern(pattern).matches(label) == matches)
  }

  @Test(arguments: [("a*", "glob"), ("a?", "glob"), ("/a*/", "regex"), ("a/", "part")])
  func theKindIsSeenByTheText(pattern: String, kind: String) throws {
    #expect(try LabelPattern(pattern).kind.rawValue == kind)
  }

  /// Globs match as they do by their definition: each `*` tried with every length.
  @Test func globsMatchByDefinition() throws {
    func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
      guard let first = pattern.first else { return text.isEmpty }
      let rest = pattern.dropFirst()
      if first == "*" {
        return (0...text.count).contains { matches(rest, text.dropFirst($0)) }
      }
      guard let next = text.first, first == "?" || first == next else { return false }
      return matches(rest, text.dropFirst())
    }
    var generator = SplitMix64(seed: 4)
    var (hits, misses) = (0, 0)
    for _ in 0..<4000 {
      func text(_ characters: String, _ longest: Int) -> String {
        String(
          (0..<Int.random(in: 1...longest, using: &generator)).map { _ in
            characters.randomElement(using: &generator) ?? "a"
          })
      }
      let (pattern, label) = (text("ab**?", 7), text("ab", 8))
      guard pattern.contains(where: { $0 == "*" || $0 == "?" }) else { continue }
      let expected = matches(Array(pattern)[...], Array(label)[...])
      #expect(try LabelPattern(pattern).matches(label) == expected, "\(pattern) \(label)")
      if expected { hits += 1 } else { misses += 1 }
    }
    #expect(hits > 500 && misses > 500)
  }

  @Test func globsOfManyStarsTakeNoTime() throws {
    let pattern = try LabelPattern(String(repeating: "*a", count: 50) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 2000)))
  }

  @Test func whatIsNoPatternIsRefused() throws {
    let blank = #expect(throws: QueryError.self) { _ = try LabelPattern(" ") }
    #expect(
      blank?.description
        == "--search: pattern \" \": found a blank pattern, expected part of a label, a glob with * or ?, "
        + "or /a regular expression/")
    #expect(blank?.kind == .usage)
    let open = #expect(throws: QueryError.self) { _ = try LabelPattern("/(a/") }
    #expect(open?.description.hasPrefix("--search: pattern \"/(a/\": found ") == true)
    #expect(open?.description.contains("\n") == false)
  }
}
