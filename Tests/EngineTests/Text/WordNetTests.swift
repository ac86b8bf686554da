@testable import Engine
import Foundation
import Testing

@Suite struct WordNetTests {
  private let folder: TemporaryDirectory

  /// The directory of a small database.
  private var directory: String { folder.path }

  init() throws {
    folder = try TemporaryDirectory()
    try WordNetFixture.write(to: folder.path)
  }

  @Test func synsetsAreReadByPosition() throws {
    let database = try WordNet(directory)
    let found = try database.synsets(of: ["crane", "big_cat", "unicorn"])
    #expect(Set(found.keys) == ["crane", "big_cat"])
    let crane = try #require(found["crane"])
    #expect(crane.count == 2)
    let bird = try database.synset(at: crane[0])
    #expect(bird.word == "crane" && bird.hypernyms.count == 1)
    #expect(try database.synset(at: bird.hypernyms[0]).word == "bird")
    let cat = try database.synset(at: found["big_cat"]?[0] ?? -1)
    #expect(cat.word == "feline" && cat.hypernyms.count == 1)
    #expect(
      throws: TextError(
        place: directory + "/data.noun", reason: .malformedWordNet("byte 3"))
    ) { try database.synset(at: 3) }
    #expect(
      throws: TextError(
        place: directory + "/data.noun", reason: .malformedWordNet("byte 999999"))
    ) { try database.synset(at: 999_999) }
  }

  @Test(arguments: [
    ("Great White Shark, man-eater", "great_white_shark"), ("cat", "cat"), ("  a  b ", "a_b"),
    (", x", ""),
  ])
  func theLemmaIsWhatStandsBeforeTheFirstComma(label: String, lemma: String) {
    #expect(WordNet.lemma(of: label) == lemma)
  }

  /// No sense of a crane is guessed: it is an entity, neither animal nor machine.
  @Test func labelsBelongToWhatLiesAboveAllTheirSenses() throws {
    let labels = [
      "cat", "dog", "big cat, feline", "bird", "crane", "engine", "lever", "unicorn", "pump",
      "Nessie", "wheel", "gear",
    ]
    let found = try HypernymSets(
      labels, wordNetIDs: nil, isUsable: [Bool](repeating: true, count: labels.count),
      by: WordNet(directory))
    #expect(found.withoutSynset == [7] && found.ambiguousCount == 1)
    let sets = Dictionary(
      uniqueKeysWithValues: found.sets.map { ($0.name.prefix { $0 != " " }, $0.labelIDs) })
    // All but the unicorn are entities, which are more than half of the labels, so that they make no set.
    #expect(sets == ["animal": [0, 1, 2, 3, 9], "machine": [5, 6, 8, 10, 11]])
  }

  @Test func labelsWithWordNetIDsAreThese() throws {
    let database = try WordNet(directory)
    let offsets = try database.synsets(of: ["cat", "dog", "bird", "crane", "lever", "wheel"])
    func id(_ lemma: String, _ sense: Int = 0) -> String {
      let digits = String(offsets[lemma]?[sense] ?? 0)
      return "n" + String(repeating: "0", count: 8 - digits.count) + digits
    }
    let ids = [
      id("cat"), id("dog"), id("bird"), id("crane"), id("cat"), id("lever"), id("wheel"),
      id("crane", 1), id("lever"), id("wheel"),
    ]
    let found = try HypernymSets(
      ids, wordNetIDs: ids, isUsable: [Bool](repeating: true, count: 10), by: database)
    #expect(
      found.sets.map(\.labelIDs).sorted { $0[0] < $1[0] } == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
    #expect(found.withoutSynset == [] && found.ambiguousCount == 0)
    #expect(
      throws: TextError(
        place: directory + "/data.noun", reason: .malformedWordNet("byte 7"))
    ) {
      try HypernymSets(["x"], wordNetIDs: ["n00000007"], isUsable: [true], by: database)
    }
  }

  @Test func aMalformedIndexIsRefused() throws {
    let path = directory + "/index.noun"
    try Data("  1 licence\ncat n 2 1 @ 2 0 00000000  \n".utf8).write(to: URL(filePath: path))
    #expect(throws: TextError(place: path, reason: .malformedWordNet("line of cat"))) {
      try WordNet(directory).synsets(of: ["cat"])
    }
  }
}

/// A small database of nouns: an entity above animals and machines, a crane that is either, and one instance.
enum WordNetFixture {
  /// Words of each synset, and the numbers of those right above it with their pointers.
  private static let synsets: [(words: [String], above: [(String, Int)])] = [
    (["entity"], []), (["animal", "beast"], [("@", 0)]), (["machine"], [("@", 0)]),
    (["bird"], [("@", 1)]), (["feline", "big_cat"], [("@", 1)]), (["cat"], [("@", 4)]),
    (["dog"], [("@", 1)]), (["crane"], [("@", 3)]), (["crane", "hoist"], [("@", 2)]),
    (["engine"], [("@", 2)]), (["lever"], [("@", 2)]), (["pump"], [("@", 2)]),
    (["Nessie"], [("@i", 1)]), (["wheel"], [("@", 2)]), (["gear", "cog"], [("@", 13), ("+", 2)]),
  ]

  static func write(to directory: String) throws {
    let licence = "  1 This is no WordNet.  \n"
    // Offsets have eight digits whatever they are, so lines have their lengths before these are known.
    var offsets = [Int](repeating: 0, count: synsets.count)
    var lines: [String] = []
    for _ in 0..<2 {
      lines = synsets.indices.map { line(of: $0, offsets) }
      var at = licence.utf8.count
      for (index, line) in lines.enumerated() {
        offsets[index] = at
        at += line.utf8.count
      }
    }
    try Data((licence + lines.joined()).utf8).write(to: URL(filePath: directory + "/data.noun"))
    var index: [String: [Int]] = [:]
    for (synset, offset) in zip(synsets, offsets) {
      for word in synset.words { index[word.lowercased(), default: []].append(offset) }
    }
    let entries = index.sorted { $0.key < $1.key }.map { lemma, offsets in
      let count = offsets.count
      return "\(lemma) n \(count) 2 @ ~ \(count) 0 "
        + offsets.map { String(format: "%08d", $0) }.joined(separator: " ") + "  \n"
    }
    try Data((licence + entries.joined()).utf8).write(
      to: URL(filePath: directory + "/index.noun"))
  }

  private static func line(of index: Int, _ offsets: [Int]) -> String {
    let synset = synsets[index]
    let words = synset.words.map { $0 + " 0" }.joined(separator: " ")
    let pointers = synset.above.map {
      $0.0 + " " + String(format: "%08d", offsets[$0.1]) + " n 0000 "
    }.joined()
    return String(format: "%08d 03 n %02x ", offsets[index], synset.words.count) + words
      + String(format: " %03d ", synset.above.count) + pointers + "| a gloss | with bars  \n"
  }
}
