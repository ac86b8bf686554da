import Engine
import Foundation
import Testing

/// Variants of the lens that need more than autoencoder and head, end to end.
@Suite struct VerdictVariantTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: String...) throws -> CommandRun { try judge(arguments) }

  private func judge(_ arguments: [String]) throws -> CommandRun {
    try place.judge(["--json"] + arguments)
  }

  private func json(_ arguments: String...) throws -> JSONValue {
    let run = try judge(arguments)
    #expect(run.status == 0 && run.messages == "")
    return try JSONValue(parsing: Data(run.output.utf8))
  }

  private static func ids(_ json: JSONValue) -> [String] {
    (json["variants"]?.array ?? []).compactMap { $0["id"]?.string }
  }

  /// A column of the last run.
  private func column(_ name: String) throws -> [Int] {
    let file = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
    return try #require(file.tensors[name]?.integers())
  }

  /// Residuals and embeddings of pictures of five classes, one after another.
  private func writePictures(_ count: Int = 60) throws {
    func little(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let rows = { (width: Int) in
      Workplace.rows(count, width: width).joined().flatMap { little($0.bitPattern) }
    }
    let parts: [(String, String, [Int], [UInt8])] = [
      ("residuals", "F32", [count, 32], rows(32)), ("embeddings", "F32", [count, 16], rows(16)),
      ("class_ids", "I32", [count], (0..<count).flatMap { little(UInt32($0 % 5)) }),
    ]
    var header: JSONObject = [:]
    var body = Data()
    for (name, type, shape, bytes) in parts {
      header[name] = [
        "dtype": .string(type), "shape": .array(shape.map { .integer($0) }),
        "data_offsets": [.integer(body.count), .integer(body.count + bytes.count)],
      ]
      body.append(contentsOf: bytes)
    }
    try place.write(
      "truth.safetensors", header: JSONValue.object(header).serialized(), body: body)
  }

  @Test func variantsWithoutTheirInputsAreListedWithTheReason() throws {
    let json = try json()
    var reasons: [String: String] = [:]
    for omitted in json["omitted"]?.array ?? [] {
      reasons[omitted["id"]?.string ?? ""] = omitted["reason"]?.string
    }
    #expect(
      reasons == [
        "dec.jvp.mean": "dec.jvp.mean: mean of residuals: found none, expected residuals that the "
          + "point of the derivative is taken from",
        "blocks": "blocks: blocks of the vision tower: found none after the layer that the "
          + "autoencoder reads",
        "blocks.diff": "blocks.diff: blocks of the vision tower: found none after the layer that "
          + "the autoencoder reads",
        "map.A": "map.A: translator: found none, expected a file of one",
        "map.ridge": "map.ridge: translator: not fitted: found no residuals with embeddings beside "
          + "them",
        "map.procrustes": "map.procrustes: translator: not fitted: found no residuals with "
          + "embeddings beside them",
        "enc.pattern": "enc.pattern: covariance of activations: found none, expected activations "
          + "that this variant is made of",
        "sigma": "sigma: covariance of activations: found none, expected activations that this "
          + "variant is made of",
      ])
    let inputs = try #require(json["variant_inputs"])
    #expect(inputs["translator"] == .null && inputs["alpha_sweep"]?.array?.isEmpty == true)
    #expect(inputs["alpha"]?["kind"]?.string == "constant")
  }

  @Test func picturesWithEmbeddingsAddAllThatIsMadeOfThem() throws {
    try writePictures()
    let json = try json("--truth", "truth.safetensors", "--layer", "0")
    #expect(
      Self.ids(json) == [
        "dec.lin", "enc.lin", "dec.full", "enc.full", "dec.abs", "dec.diff", "dec.jvp",
        "dec.jvp.mean", "blocks", "blocks.diff", "map.ridge", "map.procrustes", "enc.pattern",
        "sigma",
        "read", "raw.P",
      ])
    let inputs = try #require(json["variant_inputs"])
    #expect(inputs["blocks"]?["first"]?.integer == 1 && inputs["blocks"]?["count"]?.integer == 1)
    #expect(inputs["label_spaces"]?["sigma"]?["width"]?.integer == 16)
    let fitted = try #require(inputs["translator"]?["fitted"])
    #expect(fitted["split_by"]?.string == "classes" && fitted["held_out_classes"]?.integer == 1)
    #expect(fitted["held_out_pictures"]?.integer == 12 && fitted["fit_pictures"]?.integer == 48)
    for kind in fitted["kinds"]?.array ?? [] {
      #expect((kind["held_out_r2"]?.double ?? 2) <= 1)
      #expect(abs(kind["held_out_cosine"]?.double ?? 2) <= 1)
    }
    for variant in json["variants"]?.array ?? [] {
      let ceiling = try #require(variant["ceiling"])
      #expect((ceiling["reliability"]?["estimate"]?.double ?? -1) >= 0, "\(variant["id"] ?? .null)")
    }
  }

  /// Other labels and controls are of the joint space, and `sigma` and `read` compare in one of their own.
  @Test func namesOfASpaceOfItsOwnHaveNoOtherLabelsAndNoControls() throws {
    try writePictures()
    let alone = ["--truth", "truth.safetensors", "--variant", "sigma", "--variant", "read"]
    let refused = try judge(alone + ["--sparse-naming", "all"])
    #expect(refused.status == 65)
    #expect(
      refused.message
        == "lensctl: variants: found sigma, read, expected one that compares features with labels in "
        + "the joint space, as other vocabularies, templates, sums and sets of labels need")
    let own = try judge(alone)
    #expect(own.status == 0)
    #expect(try JSONValue(parsing: Data(own.output.utf8))["controls"] == .null)
    let beside = try judge(alone + ["--variant", "enc.lin", "--sparse-naming", "all"])
    #expect(beside.status == 0)
    let json = try JSONValue(parsing: Data(beside.output.utf8))
    #expect(json["controls"]?["variant"]?.string == "enc.lin")
    // The first label of a sum is the centred name of the variant in the joint space.
    let sums = try column("sparse.label_id")
    let names = try column("enc.lin.centred.label_id")
    for (feature, name) in names.enumerated() where sums[5 * feature] >= 0 {
      #expect(sums[5 * feature] == name)
    }
  }

  /// Among sixty pictures of five classes, a class that was held out is that of some features.
  @Test func agreementIsDividedByWhatWasFitted() throws {
    try writePictures()
    let json = try json("--truth", "truth.safetensors", "--variant", "map.ridge")
    let kinds = try #require(json["variant_inputs"]?["translator"]?["fitted"]?["kinds"]?.array)
    let ridge = try #require(kinds.first { $0["id"]?.string == "map.ridge" })
    let parts = ["right_on_held_out_classes", "right_on_other_classes"].compactMap {
      ridge[$0]?["estimate"]?.double
    }
    #expect(parts.count == 2)
    let scores = try #require(json["variants"]?.array?.first?["scores"]?.array)
    let centred = try #require(scores.first { $0["id"]?.string == "centred" })
    let all = try #require(centred["agreement"]?["right"]?["estimate"]?.double)
    #expect(all >= (parts.min() ?? 2) - 1e-12 && all <= (parts.max() ?? -1) + 1e-12)
    let other = try #require(kinds.first { $0["id"]?.string == "map.procrustes" })
    #expect(other["right_on_held_out_classes"] == .null)
  }

  // MARK: - Factors

  @Test func stepsAreTheVariantsAtTheirFactors() throws {
    let json = try json(
      "--variant", "dec.abs", "--variant", "dec.diff", "--variant", "dec.lin", "--alpha-sweep",
      "0.5,3")
    let steps = try #require(json["variant_inputs"]?["alpha_sweep"]?.array)
    #expect(
      steps.map { $0["id"]?.string } == ["dec.abs", "dec.abs", "dec.diff", "dec.diff"])
    #expect(steps.map { $0["alpha"]?.double } == [0.5, 3, 0.5, 3])
    let alone = try self.json(
      "--variant", "dec.abs", "--variant", "dec.diff", "--direction", "shifted", "--alpha", "3")
    for (step, variant) in zip([steps[1], steps[3]], alone["variants"]?.array ?? []) {
      #expect(step["alignment"]?["ratio"] == variant["alignment"]?["ratio"])
      for (score, other) in zip(step["scores"]?.array ?? [], variant["scores"]?.array ?? []) {
        #expect(score["id"] == other["id"])
        #expect(score["effective_labels"] == other["hubs"]?["effective_labels"])
        if let share = other["rotated"]?["share"] { #expect(score["share"] == share) }
      }
    }
  }

  @Test func factorsMayBeThoseOfActivations() throws {
    try place.write(
      "stats.safetensors",
      header: #"{"max_activations":{"dtype":"F32","shape":[48],"data_offsets":[0,192]}}"#,
      body: Data((0..<48).flatMap { _ in [0, 0, 0x40, 0x40] as [UInt8] }))
    let json = try json(
      "--variant", "dec.diff", "--alpha", "max", "--activations-stats", "stats.safetensors")
    let alpha = try #require(json["variant_inputs"]?["alpha"])
    #expect(alpha["kind"]?.string == "max" && alpha["median"]?.double == 3)
    #expect(alpha["features_without"]?.integer == 0)
    let labels = try column("dec.diff.centred.label_id")
    _ = try self.json("--variant", "dec.diff", "--direction", "shifted", "--alpha", "3")
    #expect(try column("dec.diff.centred.label_id") == labels)
    try writePictures()
    let mean = try self.json(
      "--variant", "dec.diff", "--alpha", "mean", "--truth", "truth.safetensors")
    #expect(mean["variant_inputs"]?["alpha"]?["kind"]?.string == "mean")
  }

  /// Arguments, and the message.
  @Test(arguments: [
    (
      ["--alpha", "mean"],
      "Error: --alpha mean: found neither --truth nor --activations-stats, expected one of them"
    ),
    (
      ["--activations-stats", "a.safetensors"],
      "Error: --activations-stats goes with --alpha mean or max"
    ),
    (
      ["--alpha-sweep", "1,,2"],
      "Error: --alpha-sweep: found \"\", expected finite numbers other than 0, such as 0.1,1,10"
    ),
    (
      ["--alpha-sweep", "0"],
      "Error: --alpha-sweep: found \"0\", expected finite numbers other than 0, such as 0.1,1,10"
    ),
  ])
  func factorsMustBeSome(arguments: [String], message: String) throws {
    let run = try judge(arguments)
    #expect(run.status == 64 && run.message == message)
  }

  @Test func scansTakeNumbersAlone() throws {
    let run = try place.run(
      ["scan"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--out",
          "scan",
          "--direction", "shifted", "--alpha", "mean",
        ])
    #expect(run.status == 64)
    #expect(
      run.message
        == "Error: --alpha: found mean, expected a number: verdict alone takes factors by feature")
  }

  // MARK: - Translators and blocks

  @Test func theIdentityTranslatesToTheHead() throws {
    let identity = (0..<32).map { row in (0..<32).map { $0 == row ? Float(1) : 0 } }
    try place.write("t.safetensors", matrices: [("A", identity)])
    let json = try json(
      "--translator", "t.safetensors", "--variant", "map.A", "--variant", "dec.full")
    #expect(
      try column("map.A.centred.label_id") == column("dec.full.centred.label_id"))
    let user = try #require(json["variant_inputs"]?["translator"]?["user"])
    #expect(user["tensor"]?.string == "A" && user["has_bias"] == false)
    #expect(json["variant_inputs"]?["files"]?.array?.count == 1)
  }

  @Test func aTranslatorMustFit() throws {
    try place.write("t.safetensors", matrices: [("A", Workplace.rows(16, width: 32))])
    let run = try judge("--translator", "t.safetensors")
    #expect(run.status == 65)
    #expect(run.message == "lensctl: t.safetensors: A: shape [16, 32], expected [32, 32]")
  }

  @Test func aLayerOutsideTheTowerIsTold() throws {
    let run = try judge("--layer", "2", "--variant", "blocks")
    #expect(run.status == 65 || run.status == 64)
    #expect(
      run.message
        == "lensctl: blocks: blocks of the vision tower: found layer 2, expected one of 2 blocks: from "
        + "-2 to 1")
  }
}
