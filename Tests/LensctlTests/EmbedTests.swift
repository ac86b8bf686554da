import Engine
import Foundation
import Testing

@Suite struct EmbedTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  @Test func theBankHoldsUnitRowsAndItsLabels() throws {
    let run = try place.embed("--out", "bank.safetensors")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.messages == "5 of 5 labels encoded: bank.safetensors\n")
    let bank = try LabelBank(contentsOf: place.path + "/bank.safetensors")
    #expect(bank.labels == Workplace.plainLabels)
    #expect(bank.embeddings.rows == 5 && bank.embeddings.columns == 16)
    for row in 0..<5 {
      let length = (0..<16).reduce(0.0) { sum, column in
        let element = Double(bank.embeddings[row, column])
        return sum + element * element
      }.squareRoot()
      // Rows this near to unit length are left as they are; in others each element is rounded
      // once, by at most half of it.
      #expect(abs(length - 1) <= Double(Float.ulpOfOne), "row \(row)")
    }
  }

  @Test func scansByABankGiveTheSameAsByItsLabels() throws {
    #expect(try place.embed("--out", "bank.safetensors").status == 0)
    let byLabels = try place.scan("standard-new", "--top", "3", "--format", "jsonl")
    let byBank = try place.run(
      ["scan"] + Workplace.model
        + ["--sae", "\(Commands.fixtures)/sae/standard-new", "--top", "3", "--format", "jsonl"]
        + ["--text-embeddings", "bank.safetensors"])
    #expect(byBank.status == 0, "\(byBank.messages)")
    #expect(byBank.output == byLabels.output)
  }

  @Test func templatesMakeOtherBanks() throws {
    try place.write("templates.txt", "a {label}\nthe {label}\n")
    #expect(try place.embed("--out", "default").status == 0)
    let named = try place.embed(
      "--template", "a {label}", "--template", "the {label}", "--out", "named")
    let listed = try place.embed("--template-file", "templates.txt", "--out", "listed")
    #expect(named.messages == "5 of 5 labels encoded: named\n")
    #expect(listed.messages == "5 of 5 labels taken from the cache: listed\n")
    #expect(try place.contents("named") == place.contents("listed"))
    #expect(try place.contents("named") != place.contents("default"))
  }

  @Test func quietEmbeddingSaysNothing() throws {
    try place.writeLabels(["cat", "", "dog", "dog"])
    let run = try place.embed("--quiet", "--out", "bank")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.messages.isEmpty)
  }

  @Test func row85ABankIsReplacedOnlyByForce() throws {
    try place.write("bank", "mine")
    let refused = try place.embed("--out", "bank")
    #expect(refused.status == 73)
    #expect(refused.messages == "lensctl: bank: already exists; --force replaces it\n")
    #expect(try place.contents("bank") == Data("mine".utf8))
    #expect(try place.embed("--out", "bank", "--force").status == 0)
    #expect(try LabelBank(contentsOf: place.path + "/bank").labels == Workplace.plainLabels)
  }

  @Test func row84TheParentMustExist() throws {
    let run = try place.embed("--out", "no/bank")
    #expect(run.status == 73)
    #expect(run.messages == "lensctl: no/bank: no directory \(place.path)/no/ to create it in\n")
  }

  @Test func row86InputsAreNotReplaced() throws {
    try place.write("templates.txt", "a {label}\n")
    let source = "\(Commands.fixtures)/clip/quick-gelu"
    try FileManager.default.copyItem(atPath: source, toPath: place.path + "/model")
    try FileManager.default.copyItem(atPath: source, toPath: place.path + "/tokenizer")
    for input in [
      "labels.txt", "templates.txt", "model/model.safetensors", "model/config.json",
      "tokenizer/vocab.json", "tokenizer/merges.txt",
    ] {
      let before = try place.contents(input)
      let run = try place.run(
        "embed", "--model", "model", "--tokenizer", "tokenizer", "--labels", "labels.txt",
        "--template-file", "templates.txt", "--out", input, "--force")
      #expect(run.status == 64, "\(input)")
      #expect(run.messages == "lensctl: \(input): is an input too, expected another path\n")
      #expect(try place.contents(input) == before, "\(input)")
    }
  }

  @Test func row86ALinkToAnInputIsThatInput() throws {
    let before = try place.contents("labels.txt")
    try FileManager.default.createSymbolicLink(
      atPath: place.path + "/link", withDestinationPath: "labels.txt")
    let run = try place.embed("--out", "link", "--force")
    #expect(run.status == 64)
    #expect(run.messages == "lensctl: link: is an input too, expected another path\n")
    #expect(try place.contents("labels.txt") == before)
  }

  @Test func aLimitBelowTheTextTowerIsAWrongArgument() throws {
    let run = try place.embed("--max-memory", "1K", "--out", "bank")
    #expect(run.status == 64)
    #expect(run.messages.hasPrefix("lensctl: --max-memory: found 0.0 MiB, expected at least "))
    #expect(run.messages.hasSuffix(" for the tokenizer and the text tower on one thread\n"))
    #expect(!place.has("bank"))
  }

  @Test func templatesNeedAPlaceholder() throws {
    let run = try place.embed("--template", "foo", "--out", "bank")
    #expect(run.status == 64)
    #expect(run.message == "Error: foo: found no placeholder, expected {label}, {c} or {}")
    #expect(!place.has("bank"))
  }

  @Test func row45LabelsMustBeThere() throws {
    let run = try place.run(
      ["embed"] + Workplace.model + ["--labels", "none.txt", "--out", "bank"])
    #expect(run.status == 66)
    #expect(run.messages == "lensctl: none.txt: no such file or directory\n")
  }

  @Test func row50ThereMustBeALabel() throws {
    try place.write("labels.txt", "")
    let run = try place.embed("--out", "bank")
    #expect(run.status == 65)
    let scan = try place.scan("standard-new", "--out", "run")
    #expect(scan.status == 65)
    for messages in [run.messages, scan.messages] {
      #expect(messages == "lensctl: labels.txt: found no labels, expected at least 1\n")
    }
    #expect(!place.has("bank") && !place.has("run"))
  }

  @Test func row53BlankLabelsAreMaskedOrRefused() throws {
    try place.writeLabels(["cat", "", "dog"])
    let run = try place.embed("--out", "bank")
    #expect(run.status == 0)
    #expect(
      run.messages
        == "warning: 1 label blank, kept in place and masked: line 2\n"
        + "2 of 3 labels encoded: bank\n")
    let strict = try place.embed("--strict", "--out", "other")
    #expect(strict.status == 65)
    #expect(strict.messages == "lensctl: labels.txt: refused by --strict: 1 labels masked\n")
    #expect(!place.has("other"))
  }

  @Test func row54LongPromptsAreCutOrRefused() throws {
    try place.writeLabels([[String](repeating: "cat", count: 60).joined(separator: " "), "dog"])
    let run = try place.embed("--out", "bank")
    #expect(run.status == 0)
    #expect(
      run.messages == "warning: 1 prompts truncated to 40 tokens\n2 of 2 labels encoded: bank\n")
    // By the cache too, which must not forget it.
    for cache in [[], ["--no-cache"]] {
      let strict = try place.run(
        ["embed"] + Workplace.model + ["--labels", "labels.txt", "--strict", "--out", "other"]
          + cache)
      #expect(strict.status == 65)
      #expect(strict.messages == "lensctl: labels.txt: refused by --strict: 1 prompts truncated\n")
      #expect(!place.has("other"))
    }
  }

  @Test func strictEmbeddingTakesDuplicatesAndLineEnds() throws {
    try place.write("labels.txt", "\u{FEFF}cat\r\ndog\r\ncat\r\n")
    let run = try place.embed("--strict", "--out", "bank")
    #expect(run.status == 0)
    #expect(
      run.messages
        == "warning: byte order mark dropped\n"
        + "warning: 3 lines ended with CR LF, read as LF\n"
        + "warning: 1 group of labels that are equal, all kept: lines 1, 3\n"
        + "3 of 3 labels encoded: bank\n")
  }
}
