import Engine
import Foundation
import Testing

/// Runs by a model that was trained with a sigmoid, end to end.
@Suite struct SigmoidTests {
  static let model = "\(Commands.fixtures)/clip-families/siglip"
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels(["tench", "dog", "castle"])
    try place.write("sae.safetensors", matrices: [("W_dec", Workplace.rows(7, width: 16))])
  }

  private func scan(_ arguments: String...) throws -> CommandRun {
    try place.run(
      [
        "scan", "--model", Self.model, "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N",
        "--map", "native", "--labels", "labels.txt",
      ] + arguments)
  }

  private func show(_ arguments: String...) throws -> CommandRun {
    try place.run(["show", "run"] + arguments)
  }

  /// Every entry has the score of its cosine, whatever the temperature; probabilities depend on it.
  @Test func linesHaveScoresBesideProbabilities() throws {
    let own = try scan("--format", "jsonl", "--top", "3")
    #expect(own.status == 0, "\(own.messages)")
    let warm = try scan("--format", "jsonl", "--top", "3", "--temperature", "1")
    let scale = try CLIPModel(Self.model).logitScale()
    for line in own.lines + warm.lines {
      for entry in try JSONValue(parsing: Data(line.utf8))["top"]?.array ?? [] {
        let cosine = try #require(entry["cosine"]?.double)
        let score = try #require(entry["sigmoid"]?.double)
        #expect(abs(score * (1 + exp(-(scale * cosine - 12.5))) - 1) < 2e-5, "\(entry)")
      }
    }
    func scores(_ run: CommandRun, _ name: String) throws -> [Double] {
      try run.lines.flatMap {
        try JSONValue(parsing: Data($0.utf8))["top"]?.array?.compactMap { $0[name]?.double } ?? []
      }
    }
    #expect(try scores(own, "sigmoid") == scores(warm, "sigmoid"))
    #expect(try scores(own, "sigmoid").count == 21)
    #expect(try scores(own, "probability") != scores(warm, "probability"))
  }

  @Test func pagesAndTablesNameTheirScores() throws {
    #expect(try scan("--out", "run", "--top", "2").status == 0)
    let summary = try show("--plain").lines
    #expect(summary.contains("sigmoid\tof 109.947 times the cosine, plus -12.5"))
    let page = try show("--feature", "3", "--plain").lines
    #expect(
      page.contains(
        "place\tcosine\tshare\tsigmoid\tmost like\tcosine\tshare\tsigmoid\tleast like"))
    let label = try show("--label", "dog", "--plain").lines
    #expect(label.first == "feature\tplace\tcosine\tsigmoid\tmargin\tlabels")
    let text = try show("--text", "a castle", "--plain").lines
    #expect(text.first == "feature\tcosine\tsigmoid\tmargin\tlabels")
    #expect(text.dropFirst().allSatisfy { $0.contains(" (sigmoid ") })
    let json = try JSONValue(
      parsing: Data(try show("--text", "a castle", "--json").output.utf8))
    let sigmoid = try #require(try RunDirectory(contentsOf: place.path + "/run").sigmoid)
    for feature in json["features"]?.array ?? [] {
      let cosine = try #require(feature["text_cosine"]?.double)
      #expect(feature["text_sigmoid"]?.double.map { Float($0) } == sigmoid.score(Float(cosine)))
    }
    let byLabel = try JSONValue(parsing: Data(try show("--label", "dog", "--json").output.utf8))
    #expect(byLabel["features"]?.array?.isEmpty == false)
    #expect(byLabel["features"]?.array?.allSatisfy { $0["label_sigmoid"] != nil } == true)
  }

  /// A bank knows the factor and the bias of the model that made it.
  @Test func aBankWithoutItsModelHasTheSameScores() throws {
    let embed = try place.run(
      "embed", "--model", Self.model, "--labels", "labels.txt", "--out", "bank.safetensors")
    #expect(embed.status == 0, "\(embed.messages)")
    let options = ["--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--map", "native"]
    let alone = try place.run(
      ["scan", "--text-embeddings", "bank.safetensors", "--format", "jsonl"] + options)
    #expect(alone.status == 0, "\(alone.messages)")
    #expect(alone.output == (try scan("--format", "jsonl")).output)
    #expect(alone.output.contains("\"sigmoid\":"))
  }

  @Test func modelsOfASoftmaxHaveNone() throws {
    let run = try place.scan("standard-new", "--out", "plain")
    #expect(run.status == 0, "\(run.messages)")
    let page = try place.run("show", "plain", "--feature", "0", "--plain")
    #expect(!page.output.contains("sigmoid"))
    #expect(try RunDirectory(contentsOf: place.path + "/plain").sigmoid == nil)
  }
}
