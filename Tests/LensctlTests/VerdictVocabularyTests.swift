import Engine
import Foundation
import Testing

/// Verdicts of one autoencoder by several vocabularies.
@Suite struct VerdictVocabularyTests {
  let place: Workplace

  /// Features of the joint space, 80 of 24 elements, each near one of 30 rows of `fitting`, and rows that they
  /// have nothing to do with.
  let (features, fitting, foreign): ([[Float]], [[Float]], [[Float]])

  init() throws {
    place = try Workplace()
    var generator = SplitMix64(seed: 5)
    func row() -> [Float] { (0..<24).map { _ in Float.random(in: -1...1, using: &generator) } }
    func rows(_ count: Int) -> [[Float]] { (0..<count).map { _ in row() } }
    let labels = rows(30)
    fitting = labels
    foreign = rows(30)
    features = (0..<80).map { index in zip(labels[index % 30], row()).map { $0 + 0.3 * $1 } }
    try place.write("sae.safetensors", matrices: [("W_dec", features)])
    try place.write("foreign.safetensors", matrices: [("rows", foreign)])
    try place.write("fitting.safetensors", matrices: [("rows", fitting)])
    for name in ["foreign", "fitting"] {
      try place.write(name + ".txt", (0..<30).map { "\(name) \($0)\n" }.joined())
    }
  }

  private func judge(_ labels: String, _ arguments: String...) throws -> CommandRun {
    try place.run(
      [
        "verdict", "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--map", "native",
        "--text-embeddings", labels + ".safetensors", "--names", labels + ".txt", "--variant",
        "native", "--out", "run", "--quiet", "--force",
      ] + arguments)
  }

  private func columns() throws -> TensorFile {
    try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
  }

  private static let fit = [
    "--vocabulary", "fitting.safetensors", "--vocabulary-names", "fitting.txt",
  ]

  /// By the vocabulary that fits nearly all features are high, by the one in use about one in twenty.
  @Test func aVocabularyThatFindsTwiceAsManyMakesTheOneInUseWrong() throws {
    let run = try judge(
      "foreign", "--json", Self.fit[0], Self.fit[1], Self.fit[2], Self.fit[3], "--vocabulary",
      "foreign.safetensors", "--vocabulary-names", "foreign.txt")
    #expect(run.status == 0 && run.messages == "")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    #expect(json["verdicts"]?.array?.contains { $0.string == "WRONG-VOCABULARY" } == true)
    let found = try #require(json["semantics"]?["vocabularies"]?.array)
    #expect(found.map { $0["source"]?.string } == ["fitting.safetensors", "foreign.safetensors"])
    #expect(found[0]["share"]?["exceeds"]?.bool == true)
    #expect(found[0]["share"]?["observed"]?.double ?? 0 > 0.9)
    // Judged beside itself, the vocabulary in use finds as many.
    let own = try #require(json["variants"]?.array?.first?["evidence"]?["rotated"])
    #expect(found[1]["share"] == own["centred"]?["share"])
    let shares = ["centred", "both"].compactMap { own[$0]?["share"]?["observed"]?.double }
    #expect(json["semantics"]?["share_in_use"]?.double == shares.max())
    #expect(found.map { $0["exceeds_in_place"]?.bool } == [true, false])
    #expect(found[0]["labels"]?.integer == 30)
    // The rule is not one-sided: the other way round the verdict does not hold.
    let other = try judge(
      "fitting", "--json", "--vocabulary", "foreign.safetensors", "--vocabulary-names",
      "foreign.txt")
    let verdicts = try #require(
      try JSONValue(parsing: Data(other.output.utf8))["verdicts"]?.array?.map(\.string))
    #expect(verdicts.contains("WORKS") && !verdicts.contains("WRONG-VOCABULARY"))
  }

  /// The names by another vocabulary are the greatest cosines, in `Double`, of what of a feature does not lie
  /// along the mean of the labels with the centred labels; and all that is found is what a verdict by that
  /// vocabulary finds.
  @Test func anotherVocabularyFindsWhatAVerdictByItWouldFind() throws {
    #expect(
      try judge("foreign", Self.fit[0], Self.fit[1], Self.fit[2], Self.fit[3]).status == 0)
    let beside = try columns()
    let names = try #require(beside.tensors["vocabulary.1.label_id"]?.integers())
    let oracle = Self.centredNames(features, fitting)
    #expect(names == oracle)
    let first = try JSONValue(parsing: place.contents("run/verdict.json"))
    let found = try #require(first["semantics"]?["vocabularies"]?.array?.first)
    #expect(try judge("fitting").status == 0)
    let own = try columns()
    #expect(own.tensors["native.centred.label_id"]?.integers() == names)
    for (ours, theirs) in [("score", "score"), ("p", "p")] {
      #expect(
        beside.tensors["vocabulary.1." + ours]?.floats()
          == own.tensors["native.centred." + theirs]?.floats())
    }
    let second = try JSONValue(parsing: place.contents("run/verdict.json"))
    let variant = try #require(second["variants"]?.array?.first)
    #expect(found["share"] == variant["evidence"]?["rotated"]?["centred"]?["share"])
    let scores = try #require(found["scores"]?.array)
    for (one, two) in zip(scores, try #require(variant["scores"]?.array)) {
      #expect(one["id"] == two["id"] && one["rotated"] == two["rotated"])
      #expect(one["in_place"] == two["in_place"] && one["top"] == two["hubs"]?["top"])
    }
  }

  private static func centredNames(_ features: [[Float]], _ labels: [[Float]]) -> [Int] {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).map(*).reduce(0, +) }
    func unit(_ a: [Double]) -> [Double] {
      let length = dot(a, a).squareRoot()
      return a.map { $0 / length }
    }
    let texts = labels.map { unit($0.map(Double.init)) }
    let mean = (0..<24).map { p in texts.reduce(0) { $0 + $1[p] } / Double(texts.count) }
    let axis = unit(mean)
    let centred = texts.map { text in unit(zip(text, mean).map { $0 - $1 }) }
    return features.map { feature in
      let v = unit(feature.map(Double.init))
      let along = dot(v, axis)
      let rest = unit(zip(v, axis).map { $0 - along * $1 })
      let cosines = centred.map { dot(rest, $0) }
      return cosines.indices.max { (cosines[$0], -$0) < (cosines[$1], -$1) } ?? -1
    }
  }

  @Test func aSummaryHasALineForEachOtherVocabulary() throws {
    let run = try judge("foreign", "--plain", Self.fit[0], Self.fit[1], Self.fit[2], Self.fit[3])
    let lines = run.lines.drop { !$0.hasPrefix("vocabulary\t") }
    #expect(
      lines.first
        == "vocabulary\tof labels\tbeyond rotated\tfound\tbeyond random\tfound\tlabels\t"
        + "most frequent label")
    #expect(lines.dropFirst().first?.hasPrefix("fitting.safetensors\t30\t") == true)
    #expect(try !judge("foreign", "--plain").output.contains("vocabulary\t"))
  }

  /// A file of labels is encoded as those of the scan are: the same labels name the same.
  @Test func labelsAreEncodedLikeThoseOfTheScan() throws {
    try place.writeLabels()
    let run = try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--out",
          "run", "--quiet", "--json", "--template", "one {label}", "--template", "a {label}",
          "--vocabulary", "labels.txt", "--vocabulary", "imagenet", "--null-banks", "0",
          "--variant", "dec.lin", "--direction", "decoder", "--map", "linear",
        ])
    #expect(run.status == 0 && run.messages == "")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let found = try #require(json["semantics"]?["vocabularies"]?.array)
    #expect(found.map { $0["labels"]?.integer } == [5, 1000] && found[0]["share"] == .null)
    let columns = try columns()
    #expect(
      columns.tensors["vocabulary.1.score"]?.floats()
        == columns.tensors["dec.lin.centred.score"]?.floats())
    let finding = json["findings"]?.array?.first { $0["name"]?.string == "WRONG-VOCABULARY" }
    #expect(finding?["not_judged"]?.string == "--null-banks is 0")
  }

  @Test func whatDoesNotGoTogetherIsRefused() throws {
    try place.write("narrow.safetensors", matrices: [("rows", Workplace.rows(5, width: 23))])
    let narrow = try judge("foreign", "--vocabulary", "narrow.safetensors")
    #expect(narrow.status == 65)
    #expect(
      narrow.messages
        == "lensctl: narrow.safetensors: width of embeddings: found 23, expected 24 as of the "
        + "labels of the scan\n")
    try place.write("one.safetensors", matrices: [("rows", Workplace.rows(1, width: 24))])
    let one = try judge("foreign", "--vocabulary", "one.safetensors")
    #expect(one.status == 65)
    #expect(
      one.messages
        == "lensctl: one.safetensors: labels: found 1 that can be used, expected two at least to "
        + "choose from\n")
    let names = try judge("foreign", "--vocabulary-names", "fitting.txt")
    #expect(names.status == 64)
    #expect(
      names.message
        == "Error: --vocabulary-names: found 1, expected 0 as there are of --vocabulary with "
        + "embeddings, or none")
    let labels = try judge("foreign", "--vocabulary", "foreign.txt")
    #expect(labels.status == 64)
    #expect(
      labels.message == "Error: --vocabulary: found no --model, expected one to encode labels")
    let absent = try judge("foreign", "--vocabulary", "absent.safetensors")
    #expect(absent.status == 66)
    #expect(absent.message.hasPrefix("lensctl: absent.safetensors: "))
    #expect(!place.has("run"))
  }
}
