import Crypto
import Foundation
import Testing

@testable import Engine

@Suite struct BytePairTokenizerTests {
  /// The four forms of the small tokenizer's files.
  enum Form: CaseIterable {
    case files, json, oldJSON, directory

    func tokenizer() throws -> BytePairTokenizer {
      switch self {
      case .files: try TextFixtures.small()
      case .json:
        try BytePairTokenizer(
          tokenizerJSONPath: TextFixtures.path("small-json/tokenizer.json"))
      case .oldJSON:
        try BytePairTokenizer(
          tokenizerJSONPath: TextFixtures.path("small-json-strings/tokenizer.json"))
      case .directory: try BytePairTokenizer(directory: TextFixtures.path("small-json"))
      }
    }
  }

  @Test(arguments: Form.allCases)
  func idsEqualThoseOfTransformers(form: Form) throws {
    let tokenizer = try form.tokenizer()
    let cases = try TextFixtures.array("small/cases.json")
    #expect(cases.count > 300)
    for item in cases {
      let text = try #require(item["text"]?.string)
      let sequence = tokenizer.encode(text, contextLength: 1 << 20)
      #expect(sequence.ids == item["ids"]?.ids, "\(text.debugDescription)")
      #expect(!sequence.isTruncated)
      #expect(sequence.unknownCount == 0)
    }
    #expect(
      tokenizer.encode(cases.compactMap { $0["text"]?.string }, contextLength: 1 << 20).map(\.ids)
        == cases.map { $0["ids"]?.ids ?? [] })
    #expect(tokenizer.startToken == 832)
    #expect(tokenizer.endToken == 833)
    #expect(tokenizer.vocabularySize == 834)
  }

  @Test func specialTokensInTheTextAreReadAsTheFilesSay() throws {
    let (normalized, exact) = (try Form.files.tokenizer(), try Form.json.tokenizer())
    for item in try TextFixtures.array("small/special-cases.json") {
      let text = try #require(item["text"]?.string)
      #expect(normalized.encode(text, contextLength: 512).ids == item["normalized"]?.ids, "\(text)")
      #expect(exact.encode(text, contextLength: 512).ids == item["exact_v5"]?.ids, "\(text)")
    }
  }

  /// Every code point assigned in Unicode 14, between letters and alone, in blocks of 4,096.
  @Test func everyCodePointIsReadAsByTransformers() throws {
    let tokenizer = try TextFixtures.small()
    let file = try JSONValue(contentsOf: TextFixtures.path("small/code-points.json"))
    for chunk in try #require(file["chunks"]?.array) {
      let first = try #require(chunk["first"]?.integer)
      let texts = (first..<(first + 4096)).compactMap { UInt32($0) }.compactMap(Unicode.Scalar.init)
        .filter(\.isAssignedInUnicode14).map { "ac\($0)b \($0)1" }
      #expect(texts.count == chunk["count"]?.integer, "from \(first)")
      #expect(digest(texts, tokenizer) == chunk["sha256"]?.string, "from \(first)")
    }
  }

  @Test func longTextIsCutBeforeTheEndToken() throws {
    let tokenizer = try TextFixtures.small()
    let whole = tokenizer.encode("1 2 3 4 5", contextLength: 7)
    #expect(whole.ids.count == 7)
    #expect(!whole.isTruncated)
    let cut = tokenizer.encode("1 2 3 4 5", contextLength: 6)
    #expect(cut.ids == whole.ids[..<5] + [833])
    #expect(cut.isTruncated)
    #expect(tokenizer.encode("1", contextLength: 2).ids == [832, 833])
    #expect(tokenizer.encode("", contextLength: 2) == tokenizer.encode(" \t\n", contextLength: 2))
    #expect(!tokenizer.encode("", contextLength: 2).isTruncated)
  }

  /// A piece of a million letters takes n log n steps, not n².
  @Test func aVeryLongWordIsMerged() throws {
    let tokenizer = try TextFixtures.small()
    let sequence = tokenizer.encode(String(repeating: "the", count: 100_000), contextLength: 77)
    #expect(sequence.ids.count == 77)
    #expect(sequence.isTruncated)
  }

  /// Random scalars give ids whose bytes are the normalized text without its spaces.
  @Test func idsSpellTheNormalizedText() throws {
    let tokenizer = try TextFixtures.small()
    let vocabulary = try JSONValue(contentsOf: TextFixtures.path("small/vocab.json"))
    let bytes = try spelling(of: try #require(vocabulary.object))
    var generator = RandomScalars(state: 1)
    for _ in 0..<2_000 {
      let text = generator.text()
      let ids = tokenizer.encode(text, contextLength: 1 << 20).ids.dropFirst().dropLast()
      var expected = String.UnicodeScalarView()
      let normalized = TextNormalizer.normalized(Array(text.unicodeScalars)[...])
      expected.append(contentsOf: normalized.filter { $0 != " " })
      #expect(ids.flatMap { bytes[$0] ?? [] } == Array(String(expected).utf8), "\(text)")
    }
  }
}

extension BytePairTokenizerTests {
  /// SHA-256 of the ids of texts, a line each.
  private func digest(_ texts: [String], _ tokenizer: BytePairTokenizer) -> String {
    TextFixtures.digest(tokenizer.encode(texts, contextLength: 1 << 20))
  }

  /// The bytes of each token.
  private func spelling(of vocabulary: JSONObject) throws -> [Int32: [UInt8]] {
    let byte = Dictionary(
      uniqueKeysWithValues: (UInt8.min...UInt8.max).map { (ByteSymbols.symbol(of: $0), $0) })
    var spelling: [Int32: [UInt8]] = [:]
    for name in vocabulary.names {
      let id = Int32(try #require(vocabulary[name]?.integer))
      let symbols = name.hasSuffix("</w>") && name.count > 4 ? String(name.dropLast(4)) : name
      spelling[id] = try symbols.unicodeScalars.map { try #require(byte[$0]) }
    }
    return spelling
  }
}

extension TextFixtures {
  /// SHA-256 of ids: single spaces between them, a line feed after each sequence.
  static func digest(_ sequences: [TokenSequence]) -> String {
    let text = sequences.map { $0.ids.map(String.init).joined(separator: " ") + "\n" }.joined()
    return SHA256.hash(data: Data(text.utf8)).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }
}

extension Unicode.Scalar {
  fileprivate var isAssignedInUnicode14: Bool {
    guard let age = properties.age else { return false }
    // Noncharacters have an age, but are never assigned.
    return age.major <= 14
      && ![.privateUse, .unassigned].contains(properties.generalCategory)
  }
}

/// A seeded source of texts with all kinds of scalars.
private struct RandomScalars {
  var state: UInt64

  mutating func next(_ bound: UInt64) -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state >> 33) % bound
  }

  mutating func text() -> String {
    let bounds: [UInt64] = [0x80, 0x80, 0x80, 0x250, 0x3000, 0x11_0000]
    var text = String.UnicodeScalarView()
    for _ in 0..<next(24) {
      let value = UInt32(next(bounds[Int(next(UInt64(bounds.count)))]))
      text.append(Unicode.Scalar(value) ?? "'")
    }
    return String(text)
  }
}
