import Engine
import Foundation
import Testing

/// The empty prompt, signs and a model's own scores in verdicts, end to end.
@Suite struct VerdictScoreTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: [String]) throws -> CommandRun {
    try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--variant", "dec.lin", "--quiet",
          "--force",
        ] + arguments)
  }

  private func columns(_ run: String, _ name: String) throws -> [Float] {
    let file = try TensorFile(contentsOf: place.path + "/\(run)/verdict.safetensors")
    return try #require(file.tensors[name]).floats()
  }

  /// The model encodes the templates without a label; the same embedding from a file gives the same scores,
  /// and without one there is no such score.
  @Test func theEmptyPromptIsEncodedOrRead() throws {
    #expect(try judge(["--labels", "labels.txt", "--out", "own"]).status == 0)
    #expect(try place.embed("--out", "bank").status == 0)
    try place.write("empty.txt", "A photo of a .\n")
    let embed = try place.run(
      ["embed"] + Workplace.model
        + ["--labels", "empty.txt", "--template", "{label}", "--out", "empty"])
    #expect(embed.status == 0, "\(embed.messages)")
    let read = try judge([
      "--text-embeddings", "bank", "--empty-embedding", "empty", "--out", "read",
    ])
    #expect(read.status == 0, "\(read.messages)")
    let own = try columns("own", "dec.lin.empty.score")
    #expect(own.count == 48 && own.allSatisfy { abs($0) <= 1 })
    // The same prompt in another batch of the text tower may differ in the last digits.
    for (one, other) in zip(own, try columns("read", "dec.lin.empty.score")) {
      #expect(abs(one - other) <= 1e-5)
    }
    let facts = try facts("read")
    #expect(facts["empty_prompt"]?["source"]?.string == "file")
    #expect(facts["empty_prompt"]?["tensor"]?.string == "embeddings")
    #expect(
      try self.facts("own")["empty_prompt"]?["templates"]?.array == ["A photo of a {label}."])
    #expect(try judge(["--text-embeddings", "bank", "--out", "none"]).status == 0)
    #expect(
      try self.facts("none")["empty_prompt"]?["reason"]?.string
        == "labels are ready embeddings, and none of the empty label was given")
    let none = try TensorFile(contentsOf: place.path + "/none/verdict.safetensors")
    #expect(none.tensors["dec.lin.empty.score"] == nil)
  }

  private func facts(_ run: String) throws -> JSONValue {
    let json = try JSONValue(parsing: place.contents(run + "/verdict.json"))
    return try #require(json["score_facts"])
  }

  @Test func anEmbeddingOfTheEmptyLabelMustFit() throws {
    #expect(try place.embed("--out", "bank").status == 0)
    func refused(_ arguments: String...) throws -> CommandRun {
      try judge(["--text-embeddings", "bank", "--out", "run"] + arguments)
    }
    try place.write("wide", matrices: [("t", [[Float](repeating: 1, count: 17)])])
    let wide = try refused("--empty-embedding", "wide")
    #expect(wide.status == 65)
    #expect(wide.message == "lensctl: wide: t: shape [1, 17], expected [1, 16]")
    try place.write("zero", matrices: [("t", [[Float](repeating: 0, count: 16)])])
    let zero = try refused("--empty-embedding", "zero")
    #expect(zero.status == 65)
    #expect(
      zero.message
        == "lensctl: zero: embedding of the empty label: found length 0.0, expected a finite vector "
        + "with a length")
    let row = [Workplace.rows(1, width: 16)[0]]
    try place.write("two", matrices: [("a", row), ("b", row)])
    #expect(
      try refused("--empty-embedding", "two").message
        == "lensctl: two: embedding of the empty label: found tensors a, b, expected one, or its "
        + "name by --empty-key")
    #expect(try refused("--empty-embedding", "absent").status == 66)
    #expect(try refused("--empty-key", "a").status == 64)
    #expect(
      try judge(["--labels", "labels.txt", "--empty-embedding", "two", "--out", "run"]).status
        == 64)
    #expect(!place.has("run"))
    #expect(try refused("--empty-embedding", "two", "--empty-key", "b").status == 0)
  }

  @Test func signsAndWhiteningAreStated() throws {
    let run = try judge(["--labels", "labels.txt", "--out", "run", "--json"])
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let facts = try #require(json["variants"]?.array?.first?["score_facts"])
    let best = try columns("run", "dec.lin.centred.score")
    let least = try columns("run", "dec.lin.centred.least_score")
    let opposed = zip(best, least).count { -$1 > $0 }
    let signs = try #require(facts["signs"]?.array?.first { $0["score"] == "centred" })
    #expect(signs["opposed"]?["estimate"]?.double == Double(opposed) / 48)
    #expect(signs["opposed_rotated"]?.array?.count == 4)
    #expect(
      facts["same_as_raw"]?.array == [
        ["score": "text-diff", "differing": 0], ["score": "empty-diff", "differing": 0],
      ])
    // 5 labels and 48 features in 16 dimensions.
    #expect(facts["whiten"]?["notices"]?.array?.count == 1)
    #expect(facts["sigmoid"] == .null)
  }

  /// A model that was trained with a sigmoid says how many labels go with a feature.
  @Test func aModelWithABiasCountsLabels() throws {
    try place.write("sae.safetensors", matrices: [("W_dec", Workplace.rows(7, width: 16))])
    let run = try place.run(
      "verdict", "--model", SigmoidTests.model, "--sae", "sae.safetensors", "--keys",
      "W_dec=W_dec:N", "--map", "native", "--labels", "labels.txt", "--variant", "native", "--out",
      "run", "--quiet", "--json")
    #expect(run.status == 0, "\(run.messages)")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let sigmoid = try #require(json["variants"]?.array?.first?["score_facts"]?["sigmoid"])
    #expect(sigmoid["bias"]?.double == -12.5)
    let scale = try #require(sigmoid["scale"]?.double)
    let scores = try columns("run", "native.raw.score")
    let over = scores.count { scale * Double($0) - 12.5 > 0 }
    #expect(
      sigmoid["features_over_half"]?["estimate"]?["estimate"]?.double == Double(over) / 7)
    let expected = try columns("run", "native.sigmoid.expected")
    let mean = expected.reduce(0.0) { $0 + Double($1) } / 7
    #expect(abs((sigmoid["expected_labels"]?["estimate"]?.double ?? -1) - mean) <= 1e-12)
    for (score, sum) in zip(scores, expected) {
      #expect(sum <= 5 && Double(sum) >= 1 / (1 + exp(-(scale * Double(score) - 12.5))) - 1e-6)
    }
    #expect(sigmoid["labels_over_half"]?["rotated"]?.array?.count == 4)
  }
}
