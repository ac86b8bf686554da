import Engine
import Foundation
import Testing

/// Sets of labels in verdicts, end to end.
@Suite struct VerdictSetsTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: String...) throws -> CommandRun {
    try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--out",
          "run", "--quiet", "--force", "--null-banks", "0", "--variant", "dec.lin", "--direction",
          "decoder", "--map", "linear",
        ] + arguments)
  }

  @Test func setsOfAFileAreJudged() throws {
    try place.write("sets.tsv", "animals\tcat\tdog\tleopard\n\nother things\ttree\tfire engine\n")
    let run = try judge("--json", "--sets", "sets.tsv")
    #expect(run.status == 0 && run.messages == "")
    let json = try #require(
      try JSONValue(parsing: Data(run.output.utf8))["semantics"]?["enrichment"])
    let sets = try #require(json["sets"]?.array)
    #expect(sets.map { $0["name"]?.string } == ["animals", "other things"])
    #expect(sets.map { $0["labels"]?.integer } == [3, 2])
    #expect(json["wordnet"] == .null && json["null_features"]?.integer == 32 * 48)
    let columns = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
    let best = try #require(columns.tensors["enrichment.set"]?.integers())
    let p = try #require(columns.tensors["enrichment.p"]?.floats())
    let names = try #require(columns.tensors["dec.lin.centred.label_id"]?.integers())
    let scores = try #require(columns.tensors["enrichment.score"]?.floats())
    #expect(best.count == 48 && best.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(p.allSatisfy { $0 > 0 && $0 <= 1 })
    // A set that has the first label has a score of at least the label's own step.
    for feature in 0..<48 where (names[feature] < 3) == (best[feature] == 0) {
      #expect(scores[feature] > 0)
    }
    let table = try judge("--plain", "--sets", "sets.tsv")
    #expect(table.lines.contains("set\tof labels\tp of 0.05\tfound"))
  }

  @Test(arguments: [
    ("animals\tcat\twolf\n", "line 1: found label \"wolf\", expected one of the labels"),
    ("a\tcat\nb\n", "line 2: set \"b\": found no labels, expected at least 1"),
    ("a\tcat\na\tdog\n", "line 2: set \"a\": found a second time, expected each once"),
    ("a\tcat\tcat\n", "line 1: found label \"cat\" twice, expected once"),
    ("\n", "found no sets, expected at least 1"),
    (
      "all\tcat\tdog\tleopard\tfire engine\ttree\n",
      "set \"all\": found 5 labels that take part, expected 1 to 4"
    ),
  ])
  func setsThatCannotBeUsedAreRefused(text: String, message: String) throws {
    try place.write("sets.tsv", text)
    let run = try judge("--sets", "sets.tsv")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: sets.tsv: \(message)\n")
    #expect(!place.has("run"))
  }

  @Test func wordNetMustBeThere() throws {
    let run = try judge("--wordnet", "nowhere")
    #expect(run.status == 66)
    #expect(run.message.hasPrefix("lensctl: nowhere/index.noun: "))
    let both = try judge("--wordnet", "nowhere", "--sets", "sets.tsv")
    #expect(both.status == 64)
    #expect(both.message == "Error: found both --sets and --wordnet, expected one of them")
  }
}
