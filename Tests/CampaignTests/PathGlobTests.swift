import Engine
import Foundation
import Testing

@testable import Campaign

/// Which paths match, in which order.
@Suite struct PathGlobTests {
  private let place: Place

  init() throws {
    place = try Place()
    for name in ["a-10", "a-9", "A-1", "b", ".hidden", "é", "Z/sae.pt", "y/sae.pt", "y/other.pt"] {
      try place.write("saes/" + name, "")
    }
  }

  private func matches(_ pattern: String) throws -> [String] {
    try PathGlob.matches(pattern, in: place.path).map { $0.replacing(place.path + "/", with: "") }
  }

  @Test func matchesAreInOrderOfBytes() throws {
    #expect(
      try matches("saes/*")
        == ["A-1", "Z", "a-10", "a-9", "b", "y", "é"].map { "saes/" + $0 })
  }

  @Test func patternsMatchNamesOfAnyFolder() throws {
    #expect(try matches("saes/*/sae.pt") == ["saes/Z/sae.pt", "saes/y/sae.pt"])
    #expect(try matches("./saes/a-?") == ["saes/a-9"])
    #expect(try matches("saes/[ab]*") == ["saes/a-10", "saes/a-9", "saes/b"])
    #expect(try matches(place.path + "/saes/b") == ["saes/b"])
    for pattern in ["saes/x*", "none/*", "none/*/x", "saes/b/*"] {
      #expect(try matches(pattern).isEmpty, "\(pattern)")
    }
    #expect(try matches("saes/b").count == 1)
  }

  @Test func aDirectoryThatCannotBeReadIsSaid() throws {
    try FileManager.default.createSymbolicLink(
      atPath: place.path + "/loop", withDestinationPath: "loop")
    let error = #expect(throws: CheckpointError.self) { try matches("loop/*") }
    #expect(
      "\(try #require(error))" == "loop/*: cannot be read: a directory on the way cannot be read")
    #expect(error?.kind == .inputOutput)
  }

  @Test func charactersOfTheDirectoryStandForThemselves() throws {
    let odd = try Place()
    for name in ["a[b]*c", "abxc"] { try odd.write(name + "/sae", "") }
    let directory = odd.path + "/a[b]*c"
    #expect(try PathGlob.matches("s*", in: directory) == [directory + "/sae"])
  }

  /// To Swift a wildcard with an accent on it is another character, to the file system it is a wildcard.
  @Test func wildcardsWithAccentsAreWildcards() throws {
    let odd = try Place()
    for name in ["a*\u{301}c", "abx\u{301}c"] { try odd.write(name + "/sae", "") }
    let directory = odd.path + "/a*\u{301}c"
    #expect(try PathGlob.matches("s*", in: directory) == [directory + "/sae"])
    #expect(
      PathGlob.distinctNames(of: "/x/ab\u{301}/sae", matching: "a*\u{301}/sae")
        == ["ab\u{301}", "sae"])
  }

  @Test(arguments: [
    ("/x/saes/layer-1", "saes/layer-*", ["layer-1"]),
    ("/x/layers/3/sae.pt", "layers/*/sae.pt", ["3", "sae.pt"]),
    ("/x/layers/3/sae.pt", "/x/layers/[0-9]/./sae.pt", ["3", "sae.pt"]),
    ("/x/one", "one", ["one"]), ("/x/one", "./one/", ["one"]),
  ])
  func namesBeginAtTheFirstWildcard(path: String, pattern: String, names: [String]) {
    #expect(PathGlob.distinctNames(of: path, matching: pattern) == names)
  }
}
