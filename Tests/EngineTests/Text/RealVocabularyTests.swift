import Foundation
import Testing

@testable import Engine

/// CLIP's own vocabulary and real word lists, where they lie beside the package.
@Suite(.enabled(if: TextFixtures.hasReal, "no ../shared/data beside the package"))
struct RealVocabularyTests {
  let tokenizer: BytePairTokenizer

  /// Read once for all tests.
  private static let shared = Result {
    try BytePairTokenizer(
      mergesArchivePath: TextFixtures.real("bpe_simple_vocab_16e6.txt.gz"))
  }

  init() throws {
    tokenizer = try Self.shared.get()
  }

  @Test func sizesAreThoseOfCLIP() {
    #expect(tokenizer.vocabularySize == 49408)
    #expect(tokenizer.startToken == 49406)
    #expect(tokenizer.endToken == 49407)
  }

  @Test(
    arguments: [
      (
        "A photo of a tench, Tinca tinca.",
        [320, 1125, 539, 320, 1149, 634, 267, 1310, 1684, 1310, 1684, 269]
      ),
      (
        "A photo of a jack-o'-lantern.",
        [320, 1125, 539, 320, 3267, 268, 334, 26152, 17185, 269]
      ),
      ("café", [15304]),
      ("don't DON'T", [847, 713, 847, 713]),
      ("3 1/2 12th", [274, 272, 270, 273, 272, 273, 640]),
      ("_under_score_", [318, 1798, 318, 4431, 318]),
      ("hello!!! ...", [3306, 995, 678]),
      ("日本語", [39121, 44353, 34002, 508]),
      ("½ Ⅳ ²", [33613, 158, 227, 367, 41175]),
    ] as [(String, [Int32])])
  func goldenIDsHold(text: String, ids: [Int32]) {
    #expect(tokenizer.encode(text, contextLength: 77).ids == [49406] + ids + [49407])
  }

  @Test func casesEqualThoseOfTransformers() throws {
    for item in try TextFixtures.array("real-cases.json") {
      let text = try #require(item["text"]?.string)
      #expect(tokenizer.encode(text, contextLength: 1 << 20).ids == item["ids"]?.ids, "\(text)")
    }
  }

  @Test(arguments: ["laion_37k.txt", "imagenet1000.txt"])
  func everyLineOfTheWordListEqualsTransformers(name: String) throws {
    let expected = try #require(
      try JSONValue(contentsOf: TextFixtures.path("real-digests.json"))[name])
    let chunkLines = try #require(expected["chunk_lines"]?.integer)
    let text = try String(contentsOfFile: TextFixtures.real(name), encoding: .utf8)
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .dropLast().map(String.init)
    #expect(lines.count == expected["lines"]?.integer)
    let sequences = tokenizer.encode(lines, contextLength: 1 << 20)
    let digests = stride(from: 0, to: lines.count, by: chunkLines).map { start in
      TextFixtures.digest(Array(sequences[start..<min(start + chunkLines, lines.count)]))
    }
    #expect(digests == (expected["sha256"]?.array ?? []).compactMap(\.string))
  }

  /// `vocab.json` and `merges.txt`, written from the list of merges, give the same ids.
  @Test func vocabularyAndMergesGiveTheSameIDs() throws {
    let archive = TextFixtures.real("bpe_simple_vocab_16e6.txt.gz")
    let lines = String(decoding: try GzipFile.contents(of: archive), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)[1..<48_895]
    let symbols = ByteSymbols.inOrder.map { String(ByteSymbols.symbol(of: $0)) }
    var names: [String] = symbols + symbols.map { $0 + "</w>" }
    names += lines.map { String($0).replacing(" ", with: "") }
    names += ["<|startoftext|>", "<|endoftext|>"]
    var vocabulary: JSONObject = [:]
    for (id, name) in names.enumerated() { vocabulary[name] = .integer(id) }
    let merges = "#version: 0.2\n" + lines.joined(separator: "\n") + "\n"
    let other = try TextFixtures.withFile(JSONValue.object(vocabulary).serialized().utf8) { path in
      try TextFixtures.withFile(merges.utf8) { mergesPath in
        try BytePairTokenizer(vocabularyPath: path, mergesPath: mergesPath)
      }
    }
    #expect(other.vocabularySize == 49408)
    let prompts = PromptGrid(labels: LabelSet.imageNet.labels, templates: [.photo]).prompts
    #expect(
      other.encode(prompts, contextLength: 77) == tokenizer.encode(prompts, contextLength: 77))
  }
}
