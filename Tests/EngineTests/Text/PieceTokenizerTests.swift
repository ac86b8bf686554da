import Foundation
import Testing

@testable import Engine

/// Small tokenizers of pieces against the `tokenizers` library.
@Suite struct PieceTokenizerTests {
  static let names = ["siglip", "custom-text", "siglip2"]

  private func tokenizer(_ name: String) throws -> PieceTokenizer {
    try PieceTokenizer(
      tokenizerJSONPath: FamilyFixture.directory(name) + "/tokenizer.json")
  }

  @Test(arguments: names)
  func idsAreThoseOfTheLibrary(name: String) throws {
    let cases = try JSONValue(contentsOf: FamilyFixture.directory(name) + "/cases.json").array ?? []
    #expect(cases.count == 34)
    let tokenizer = try tokenizer(name)
    for pair in cases.map({ $0.array ?? [] }) {
      let text = try #require(pair.first?.string)
      let found = tokenizer.encode([text], contextLength: 1000)[0]
      #expect(found.ids == pair[1].ids, "\(text.debugDescription)")
      #expect(!found.isTruncated)
    }
  }

  @Test func longTextsKeepTheEndToken() throws {
    let tokenizer = try tokenizer("siglip")
    let whole = tokenizer.encode(["dog castle dog castle dog"], contextLength: 100)[0]
    let cut = tokenizer.encode(["dog castle dog castle dog"], contextLength: 4)[0]
    #expect(cut.isTruncated)
    #expect(cut.ids == Array(whole.ids.prefix(3)) + [1])
  }

  @Test func paddingIsThatOfTheConfiguration() throws {
    #expect(try tokenizer("siglip").padding == TokenPadding(token: 1))
    #expect(try tokenizer("siglip2").padding == TokenPadding(token: 0))
    #expect(TokenPadding(token: 9, isOnTheLeft: true).padded([1, 2], to: 4) == [9, 9, 1, 2])
    #expect(TokenPadding(token: 9).padded([1, 2], to: 4) == [1, 2, 9, 9])
    #expect(TokenPadding(token: 9).padded([1, 2], to: 1) == [1, 2])
  }

  @Test func unknownTextIsCounted() throws {
    #expect(
      try tokenizer("siglip").encode(["dog 🌻🌻 dog 🌻"], contextLength: 64)[0].unknownCount == 2)
    #expect(try tokenizer("siglip2").encode(["dog 🌻"], contextLength: 64)[0].unknownCount == 0)
  }

  /// Each case is the tokenizer of SigLIP with one part replaced.
  @Test(
    arguments: [
      (
        "normalizer", ["type": "Nmt"],
        "normalizer type: found \"Nmt\", expected NFC, NFD, NFKC, NFKD, Lowercase, Strip, Prepend, Replace, Precompiled or Sequence"
      ),
      (
        "normalizer", ["type": "Replace", "pattern": ["Regex": "(a|b)+"], "content": ""],
        "normalizer pattern: found {\"Regex\":\"(a|b)+\"}, expected a literal, or one character or class with + or a count behind it"
      ),
      (
        "normalizer", ["type": "Precompiled", "precompiled_charsmap": "AAAA"],
        "normalizer precompiled_charsmap: found \"4 characters\", expected a trie and its replacements in base64"
      ),
      (
        "pre_tokenizer", ["type": "ByteLevel"],
        "pre_tokenizer type: found \"ByteLevel\", expected Metaspace, WhitespaceSplit, Split or Sequence"
      ),
      (
        "post_processor", ["type": "BertProcessing"],
        "post_processor type: found \"BertProcessing\", expected \"TemplateProcessing\""
      ),
      (
        "normalizer",
        [
          "type": "Sequence",
          "normalizers": .array(
            (0..<30).map { _ in
              ["type": "Replace", "pattern": ["String": "a"], "content": "aa"]
            }),
        ],
        "normalizer: found \"30 steps\", expected steps that make a text at most 10,000 times as long"
      ),
      (
        "model",
        [
          "type": "Unigram",
          "vocab": [[.string(String(repeating: "a", count: 1025)), -1.5]],
        ], "model vocab: found \"a token of 1025 bytes\", expected at most 1024 bytes each"
      ),
      (
        "model", ["type": "Unigram", "vocab": [["a", "b"]]],
        "model vocab: found [\"a\",\"b\"], expected a token and its score"
      ),
      (
        "model", ["type": "Unigram", "unk_id": 7, "vocab": [["a", -1.5]]],
        "model unk_id: found 7, expected an id"
      ),
      (
        "model", ["type": "Unigram", "vocab": [["a", -1.5], ["a", -2.5]]],
        "model vocab: found [\"a\",-2.5], expected each token once"
      ),
    ] as [(String, JSONValue, String)])
  func partsThatAreNotKnownAreNamed(member: String, value: JSONValue, message: String) throws {
    let source = FamilyFixture.directory("siglip") + "/tokenizer.json"
    var root = try JSONValue(contentsOf: source).object ?? [:]
    root[member] = value
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      "tokenizer.json", Data(JSONValue.object(root).serialized().utf8))
    let error = #expect(throws: TextError.self) { try TextTokenizer(resolving: path) }
    #expect(error?.description == "\(path): \(message)")
  }

  @Test func aContextThatTokensAroundATextFillIsRefused() throws {
    let path = FamilyFixture.directory("siglip") + "/tokenizer.json"
    let tokenizer = try TextTokenizer(resolving: path)
    let error = #expect(throws: TextError.self) {
      try tokenizer.encode(["dog"], contextLength: 1)
    }
    #expect(
      error?.description
        == "\(path): post_processor: found 1 tokens around a text, expected fewer than the context "
        + "of 1")
  }

  @Test func aTokenizerWithoutPaddingTokenCannotPad() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      "tokenizer.json",
      try MappedFile.contents(of: FamilyFixture.directory("siglip") + "/tokenizer.json"))
    let tokenizer = try TextTokenizer(
      resolving: path, rules: TokenizerRules(padding: .stated))
    let error = #expect(throws: TextError.self) {
      try tokenizer.encode(["dog"], contextLength: 8)
    }
    #expect(
      error?.description
        == "\(path): pad_token: found nothing, expected the token that fills up to the context, here "
        + "or in tokenizer_config.json")
  }
}
