import Engine
import Foundation
import Testing

/// What verdicts say of templates, and features as sums of labels, end to end.
@Suite struct VerdictMeaningTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: String...) throws -> CommandRun {
    try place.judge(
      ["--null-banks", "0", "--variant", "dec.lin", "--direction", "decoder", "--map", "linear"]
        + arguments)
  }

  private func columns() throws -> TensorFile {
    try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
  }

  private static let templates = [
    "A photo of a {label}.", "many {label}s in the rain", "{label}",
  ]

  /// Names by one template of several are those of a verdict with this template alone, and of ready embeddings of
  /// it; agreement is counted from the columns.
  @Test func templatesNameAsTheyDoAlone() throws {
    let asked = Self.templates.flatMap { ["--template", $0] }
    let run = try judge(
      "--json", asked[0], asked[1], asked[2], asked[3], asked[4], asked[5], "--compare-templates")
    #expect(run.status == 0 && run.messages == "")
    let json = try #require(
      try JSONValue(parsing: Data(run.output.utf8))["semantics"]?["templates"])
    let together = try columns()
    let names = try (1...3).map {
      try #require(together.tensors["template.\($0).label_id"]?.integers())
    }
    let scan = try #require(together.tensors["dec.lin.centred.label_id"]?.integers())
    func share(_ isSame: (Int) -> Bool) -> Double { Double((0..<48).count(where: isSame)) / 48 }
    func estimate(_ value: JSONValue?) -> Double { value?["estimate"]?.double ?? -1 }
    let pairs = [(0, 1), (0, 2), (1, 2)]
    let same = pairs.reduce(0) { sum, pair in
      sum + share { names[pair.0][$0] == names[pair.1][$0] } / 3
    }
    #expect(abs(estimate(json["same"]) - same) < 1e-12)
    let all = share { names[0][$0] == names[1][$0] && names[1][$0] == names[2][$0] }
    #expect(abs(estimate(json["all_same"]) - all) < 1e-12)
    for (index, template) in Self.templates.enumerated() {
      let entry = json["templates"]?.array?[index]
      #expect(entry?["source"]?.string == template)
      #expect(abs(estimate(entry?["like_scan"]) - share { names[index][$0] == scan[$0] }) < 1e-12)
    }
    let agreement = try #require(together.tensors["template_agreement"]?.floats())
    for feature in 0..<48 {
      let count = pairs.count { names[$0.0][feature] == names[$0.1][feature] }
      #expect(abs(agreement[feature] - Float(count) / 3) < 1e-6)
    }
    for (index, template) in Self.templates.enumerated() {
      #expect(try judge("--template", template).status == 0)
      #expect(try columns().tensors["dec.lin.centred.label_id"]?.integers() == names[index])
      let bank = try place.embed("--template", template, "--out", "bank\(index).safetensors")
      #expect(bank.status == 0)
    }
    let ready = try judge(
      "--template-embeddings", "bank0.safetensors", "--template-embeddings", "bank1.safetensors")
    #expect(ready.status == 0)
    let columns = try columns()
    #expect(columns.tensors["template.1.label_id"]?.integers() == names[0])
    #expect(columns.tensors["template.2.label_id"]?.integers() == names[1])
    #expect(ready.output.contains("2 templates: two agree on the first label of "))
  }

  /// The mean over templates is a correction of one template, and none of itself.
  @Test func oneTemplateIsACauseThatTheirMeanCorrects() throws {
    try place.write(
      "truth.safetensors",
      matrices: [
        ("class_means", (0..<5).map { row in (0..<48).map { $0 % 5 == row ? 1 : 0 } })
      ])
    for (index, template) in Self.templates.prefix(2).enumerated() {
      #expect(
        try place.embed("--template", template, "--out", "bank\(index).safetensors").status == 0)
    }
    func causes(_ templates: [String]) throws -> [String] {
      let options = templates.flatMap { ["--template", $0] }
      let run = try place.run(
        ["verdict"] + Workplace.model
          + [
            "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--out",
            "run", "--quiet", "--force", "--null-banks", "0", "--variant", "dec.lin",
            "--direction", "decoder", "--map", "linear", "--truth", "truth.safetensors",
            "--template-embeddings", "bank0.safetensors", "--template-embeddings",
            "bank1.safetensors",
          ] + options)
      #expect(run.status == 0)
      let json = try JSONValue(parsing: place.contents("run/verdict.json"))
      return (json["ladder"]?["causes"]?.array ?? []).compactMap { $0["cause"]?.string }.sorted()
    }
    #expect(
      try causes([Self.templates[0]]) == ["centring", "hubs", "temperature", "template"])
    #expect(try causes(Array(Self.templates.prefix(2))) == ["centring", "hubs", "temperature"])
  }

  @Test func templatesThatCannotBeComparedAreRefused() throws {
    let one = try judge("--compare-templates", "--template", "a {label}")
    #expect(one.status == 64)
    #expect(
      one.message == "Error: --compare-templates: found 1 of --template, expected two at least")
    let single = try judge("--template-embeddings", "bank.safetensors")
    #expect(single.status == 64)
    #expect(single.message == "Error: --template-embeddings: found 1, expected two at least")
    try place.write("few.safetensors", matrices: [("rows", Workplace.rows(4, width: 16))])
    let few = try judge(
      "--template-embeddings", "few.safetensors", "--template-embeddings", "few.safetensors")
    #expect(few.status == 65)
    #expect(
      few.messages
        == "lensctl: few.safetensors: embeddings of labels: found 4, expected 5 as of the labels "
        + "of the scan\n")
    try place.write("wide.safetensors", matrices: [("rows", Workplace.rows(5, width: 17))])
    let wide = try judge(
      "--template-embeddings", "wide.safetensors", "--template-embeddings", "wide.safetensors")
    #expect(wide.status == 65)
    #expect(
      wide.messages
        == "lensctl: wide.safetensors: width of embeddings: found 17, expected 16 as of the labels "
        + "of the scan\n")
    try place.writeLabels(["cat", "wolf", "leopard", "fire engine", "tree"])
    #expect(try place.embed("--out", "other.safetensors").status == 0)
    try place.writeLabels()
    let other = try judge(
      "--template-embeddings", "other.safetensors", "--template-embeddings", "other.safetensors")
    #expect(other.status == 65)
    #expect(
      other.messages == "lensctl: other.safetensors: label: found \"wolf\", expected \"dog\" as of "
        + "the scan\n")
    #expect(!place.has("run"))
  }

  @Test func featuresAreWrittenAsSumsOfLabels() throws {
    let run = try judge("--json", "--features", "2-40", "--sparse-naming", "3,7-9")
    #expect(run.status == 0 && run.messages == "")
    let json = try #require(try JSONValue(parsing: Data(run.output.utf8))["semantics"]?["sparse"])
    #expect(json["features"]?.integer == 4)
    let listed = try #require(json["listed"]?.array)
    #expect(listed.map { $0["feature_id"]?.integer } == [3, 7, 8, 9])
    let columns = try columns()
    #expect(columns.tensors["sparse.label_id"]?.shape == [39, 5])
    let ids = try #require(columns.tensors["sparse.label_id"]?.integers())
    let weights = try #require(columns.tensors["sparse.weight"]?.floats())
    let explained = try #require(columns.tensors["sparse.explained"]?.floats())
    for row in 0..<39 where ![3, 7, 8, 9].contains(row + 2) {
      #expect(ids[(5 * row)..<(5 * row + 5)].allSatisfy { $0 == -1 })
      #expect(weights[(5 * row)..<(5 * row + 5)].allSatisfy { $0.isNaN })
    }
    for (entry, row) in zip(listed, [1, 5, 6, 7]) {
      let labels = entry["labels"]?.array ?? []
      for (step, label) in labels.enumerated() {
        #expect(label["label_id"]?.integer == ids[5 * row + step])
        #expect(label["label"]?.string == Workplace.plainLabels[ids[5 * row + step]])
        #expect(abs((label["weight"]?.double ?? -1) - Double(weights[5 * row + step])) < 1e-6)
        #expect(
          abs((label["explained"]?.double ?? -1) - Double(explained[5 * row + step])) < 1e-6)
      }
      #expect(labels.count == 5 || ids[5 * row + labels.count] == -1)
    }
    let all = try judge("--sparse-naming", "all")
    #expect(all.status == 0 && all.output.contains(" of 48 features are sums of labels"))
  }

  @Test func featuresThatAreNotScannedAreNotDecomposed() throws {
    let left = try judge("--features", "0-9", "--sparse-naming", "8-12")
    #expect(left.status == 65)
    #expect(
      left.messages
        == "lensctl: 8-12: features to be decomposed: found 10, expected ones that are scanned\n")
    let absent = try judge("--sparse-naming", "48")
    #expect(absent.status == 64)
    let malformed = try judge("--sparse-naming", "x")
    #expect(malformed.status == 64)
    #expect(malformed.message.hasPrefix("Error: --sparse-naming: x: "))
    #expect(!place.has("run"))
  }
}
