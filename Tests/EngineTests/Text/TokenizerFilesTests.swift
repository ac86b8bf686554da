import Foundation
import Testing

@testable import Engine

/// Tokenizer files wrong in one way each, and files that say the same in several forms.
@Suite struct TokenizerFilesTests {
  /// 256 symbols, the same at a word's end, `extra`, start and end.
  private func vocabulary(_ extra: [String] = []) -> JSONObject {
    let symbols = ByteSymbols.inOrder.map { String(ByteSymbols.symbol(of: $0)) }
    let names =
      symbols + symbols.map { $0 + "</w>" } + extra + ["<|startoftext|>", "<|endoftext|>"]
    var object: JSONObject = [:]
    for (id, name) in names.enumerated() { object[name] = .integer(id) }
    return object
  }

  /// The message about a vocabulary and merges, with the folder taken out.
  private func message(_ vocabulary: JSONValue, _ merges: String) throws -> String? {
    try TextFixtures.withFile(vocabulary.serialized().utf8, named: "vocab.json") { path in
      let folder = URL(filePath: path).deletingLastPathComponent()
      let mergesPath = folder.appending(path: "merges.txt").path
      try Data(merges.utf8).write(to: URL(filePath: mergesPath))
      let error = #expect(throws: TextError.self) {
        try BytePairTokenizer(vocabularyPath: path, mergesPath: mergesPath)
      }
      return error?.description.replacing(folder.path + "/", with: "")
    }
  }

  @Test(arguments: [
    ("a b\nab\n", #"merges.txt: merge 2: found "ab", expected two tokens and a space between"#),
    ("a  b\n", #"merges.txt: merge 1: found "a  b", expected two tokens and a space between"#),
    (
      "#version: 0.2\n\na b\n",
      "merges.txt: merge 2: found \"\", expected two tokens and a space between"
    ),
    ("a c\n", #"merges.txt: merge 1: token "ac" is not in the vocabulary"#),
    ("a b\na b\n", #"merges.txt: merge 2: found "a b" a second time"#),
  ])
  func mergesWrongInOneWayAreRefused(merges: String, expected: String) throws {
    #expect(try message(.object(vocabulary(["ab"])), merges) == expected)
  }

  @Test func vocabulariesWrongInOneWayAreRefused() throws {
    var missing = vocabulary()
    missing["<|endoftext|>"] = nil
    #expect(try message(.object(missing), "") == #"vocab.json: no token "<|endoftext|>""#)
    var repeated = vocabulary()
    repeated["zz"] = 0
    #expect(
      try message(.object(repeated), "")
        == #"vocab.json: id 0: found tokens "!" and "zz", expected one"#)
    var negative = vocabulary()
    negative["zz"] = -1
    #expect(
      try message(.object(negative), "") == #"vocab.json: token "zz": found -1, expected an id"#)
    #expect(
      try message([1, 2], "")
        == "vocab.json: vocabulary: found [1,2], expected an object of tokens and ids")
  }

  @Test func aByteWithoutTokenIsUnknownAndCounted() throws {
    var vocabulary = vocabulary()
    vocabulary["q</w>"] = nil
    try TextFixtures.withFile(JSONValue.object(vocabulary).serialized().utf8) { path in
      try TextFixtures.withFile("#version: 0.2\n".utf8) { merges in
        let tokenizer = try BytePairTokenizer(vocabularyPath: path, mergesPath: merges)
        let sequence = tokenizer.encode("q a", contextLength: 77)
        #expect(sequence.ids == [512, 513, Int32(256 + 64), 513])
        #expect(sequence.unknownCount == 1)
      }
    }
  }

  @Test func aDirectoryWithoutTokenizerIsNamed() {
    let error = #expect(throws: TextError.self) { try BytePairTokenizer(directory: "/nowhere") }
    #expect(
      error?.description
        == "/nowhere: no tokenizer: expected tokenizer.json, vocab.json with merges.txt, "
        + "or bpe_simple_vocab_16e6.txt.gz")
    #expect(error?.kind == .missingInput)
  }

  @Test func theFilesThatWereReadAreStated() throws {
    let files = try BytePairTokenizer(directory: TextFixtures.path("small"))
    #expect(
      files.sourcePaths
        == [TextFixtures.path("small/vocab.json"), TextFixtures.path("small/merges.txt")])
    let json = try BytePairTokenizer(directory: TextFixtures.path("small-json"))
    #expect(json.sourcePaths == [TextFixtures.path("small-json/tokenizer.json")])
  }

  /// Replacements in a `tokenizer.json` of CLIP, and the message behind the path.
  @Test(arguments: [
    (#""BPE""#, #""Unigram""#, #"model type: found "Unigram", expected "BPE""#),
    (
      #""NFC""#, #""NFKC""#,
      #"normalizers: found ["NFKC","Replace","Lowercase"], expected ["NFC","Replace","Lowercase"]"#
    ),
    (
      #""end_of_word_suffix": "</w>""#, #""end_of_word_suffix": null"#,
      #"model end_of_word_suffix: found null, expected "</w>""#
    ),
    (
      #""ignore_merges": false"#, #""ignore_merges": true"#,
      "model ignore_merges: found true, expected false"
    ),
    (
      #""invert": true"#, #""invert": false"#, "pre_tokenizer invert: found false, expected true"
    ),
    (
      #""add_prefix_space": false"#, #""add_prefix_space": true"#,
      "pre_tokenizer add_prefix_space: found true, expected false"
    ),
    (
      #""lstrip": false"#, #""lstrip": true"#, "added_tokens lstrip: found true, expected false"
    ),
    (
      #""RobertaProcessing""#, #""Other""#,
      #"post_processor: found {"type":"Other","sep":["<|endoftext|>",833],"#
        + #""cls":["<|startoftext|>",832],"trim_offsets":false,"add_prefix_space":false}, "#
        + "expected RobertaProcessing of start and end tokens"
    ),
  ])
  func aPipelineThatIsNotCLIPsIsRefused(part: String, other: String, message: String) throws {
    let text = try String(
      contentsOfFile: TextFixtures.path("small-json-strings/tokenizer.json"), encoding: .utf8)
    #expect(text.contains(part))
    try TextFixtures.withFile(text.replacing(part, with: other).utf8) { path in
      let error = #expect(throws: TextError.self) {
        try BytePairTokenizer(tokenizerJSONPath: path)
      }
      #expect(error?.description == "\(path): \(message)")
    }
  }

  @Test func aFileThatIsNotJSONIsRefused() throws {
    try TextFixtures.withFile("version https://git-lfs".utf8) { path in
      let error = #expect(throws: TextError.self) {
        try BytePairTokenizer(tokenizerJSONPath: path)
      }
      #expect(error?.description == "\(path): not JSON: byte 0: not a value")
    }
  }

  /// The small merges under a title give the ids of the small vocabulary.
  @Test func aListOfMergesGivesItsVocabulary() throws {
    let merges = try String(contentsOfFile: TextFixtures.path("small/merges.txt"), encoding: .utf8)
    try TextFixtures.withFile(merges.utf8) { path in
      let tokenizer = try BytePairTokenizer(mergesArchivePath: path)
      #expect(tokenizer.vocabularySize == 834)
      for item in try TextFixtures.array("small/cases.json") {
        let text = item["text"]?.string ?? ""
        #expect(tokenizer.encode(text, contextLength: 1 << 20).ids == item["ids"]?.ids)
      }
    }
  }

  @Test func aListOfMergesThatMakesATokenTwiceIsRefused() throws {
    try TextFixtures.withFile("title\na b\na b\n".utf8) { path in
      let error = #expect(throws: TextError.self) {
        try BytePairTokenizer(mergesArchivePath: path)
      }
      #expect(error?.description == "\(path): merge 3: found \"ab\" a second time")
    }
  }
}
