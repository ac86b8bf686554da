import Foundation
import Testing

@testable import Engine

/// Small models against open_clip and transformers; `Fixtures/README.md` says how they were made.
@Suite struct CLIPFamilyTests {
  /// Without padding the end of a text is where its library pools; what follows it has no effect.
  @Test(arguments: FamilyFixture.names)
  func tokenIDsAreThoseOfTheLibrary(name: String) throws {
    let fixture = try FamilyFixture(name)
    let context = fixture.model.configuration.text.contextLength
    let found = try fixture.tokenizer.encode(fixture.texts, contextLength: context)
    #expect(found.count == 12)
    for (index, ids) in fixture.inputIDs.enumerated() {
      let expected =
        fixture.model.configuration.text.isCausal ? Array(ids.prefix(found[index].ids.count)) : ids
      #expect(found[index].ids == expected, "\(fixture.texts[index])")
    }
    #expect(found[9].isTruncated && !found[0].isTruncated)
  }

  /// The expected rows are computed in `Double` from the weights as they are stored: one bound for
  /// all dtypes, that of `TextTowerTests`.
  @Test(arguments: FamilyFixture.names)
  func unitEmbeddingsAreThoseOfTheLibrary(name: String) throws {
    let fixture = try FamilyFixture(name)
    let found = try fixture.model.textTower().embed(fixture.inputIDs, workers: 2).doubleRows
    let expected = try fixture.rows("text_embeddings")
    #expect(found.count == expected.count)
    for (text, rows) in zip(fixture.texts, zip(found, expected)) {
      #expect(LensOracle.distance(rows.0, rows.1) <= 2e-6, "\(text)")
      #expect(abs(LensOracle.norm(rows.0) - 1) <= 1.2e-7)
    }
  }

  @Test(arguments: ["custom-text", "siglip"])
  func unmaskedEmbeddingsDoNotDependOnTheOthersOfTheirBatch(name: String) throws {
    let fixture = try FamilyFixture(name)
    let tower = try fixture.model.textTower()
    let prompts = (0..<9).flatMap { turn in
      fixture.inputIDs.map { Array($0[turn...] + $0[..<turn]) }
    }
    let whole = try tower.embed(prompts, workers: 1)
    #expect(try tower.embed(prompts, workers: 3) == whole)
    for index in [0, 13, prompts.count - 1] {
      let alone = try tower.embed([prompts[index]], workers: 1)
      #expect(alone.elements == Array(whole.row(index)), "prompt \(index)")
    }
  }

  /// The formulas of `LensOracle` in `Double`, with the parts that were read: what is left is the
  /// rounding of the expected rows.
  @Test(arguments: FamilyFixture.namesWithHead)
  func imagesOfDirectionsAreThoseOfTheLibrary(name: String) throws {
    let fixture = try FamilyFixture(name)
    let head = try fixture.model.imageHead()
    #expect(head.epsilon == 1e-5)
    for (tensor, isLinear) in [("mapped_full", false), ("mapped_linear", true)] {
      let images = try fixture.rows(tensor)
      for (row, expected) in zip(try fixture.rows("directions"), images) {
        let found = LensOracle.map(row, head, isLinear: isLinear)
        #expect(LensOracle.distance(found, expected) <= 1e-12 * LensOracle.norm(expected))
      }
    }
  }

  @Test(arguments: FamilyFixture.names)
  func scaleAndBiasAreThoseOfTheCheckpoint(name: String) throws {
    let fixture = try FamilyFixture(name)
    let scale = try #require(fixture.expected["logit_scale"]?.double)
    #expect(abs(try fixture.model.logitScale() / scale - 1) <= 1e-12)
    #expect(try fixture.model.logitBias() == fixture.expected["logit_bias"]?.double)
  }

  @Test(arguments: [
    ("open-clip", CLIPFamily.openCLIP), ("custom-text", .openCLIPCustomText),
    ("openai", .openAI), ("siglip", .sigLIP), ("siglip2", .sigLIP),
  ])
  func familiesAreKnownByTheirFiles(name: String, family: CLIPFamily) throws {
    let fixture = try FamilyFixture(name)
    #expect(fixture.model.family == family)
    #expect(!fixture.model.evidence.isEmpty)
    #expect(fixture.model.sourcePaths.allSatisfy(MappedFile.exists))
    #expect(try ClipFixture("gelu").model.family == .huggingFace)
  }

  @Test func theBankOfASigmoidModelKeepsItsBias() throws {
    let fixture = try FamilyFixture("siglip")
    let bank = try FamilyFixture.bank(
      of: fixture.model, tokenizer: fixture.tokenizer, ["tench", "dog"])
    #expect(bank.logitBias == -12.5)
    let directory = try TemporaryDirectory()
    let path = directory.path + "/bank.safetensors"
    try bank.write(to: path)
    #expect(try LabelBank(contentsOf: path).logitBias == -12.5)
  }
}

// MARK: - Refusals

extension CLIPFamilyTests {
  private func message(_ body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch { return "\(error)" }
  }

  @Test func attentionPoolingIsNoImageHead() throws {
    let model = try FamilyFixture("siglip").model
    #expect(
      message { _ = try model.imageHead() }
        == "\(model.directory): image head: found SigLIP's attention pooling (vision_model.head), "
        + "expected a layer norm and a linear projection; "
        + "--map native reads autoencoders of the joint space")
  }

  /// Each case is the fixture with one member of the configuration set.
  @Test(
    arguments: [
      ("text_cfg", "embed_cls", true, "embed_cls true"),
      ("text_cfg", "qk_norm", true, "qk_norm true"),
      (
        "text_cfg", "hf_model_name", "roberta-base",
        "a text tower of transformers (hf_model_name \"roberta-base\")"
      ),
      ("text_cfg", "proj_type", "none", "proj_type none"),
      ("text_cfg", "pool_type", "none", "pool_type none"),
      ("text_cfg", "ls_init_value", 0.5, "ls_init_value 0.5"),
      ("text_cfg", "act_kwargs", ["inplace": true], "act_kwargs {\"inplace\":true}"),
      (
        "text_cfg", "tokenizer_kwargs", ["reduction_mask": "simple"],
        "tokenizer_kwargs.reduction_mask \"simple\""
      ),
    ] as [(String, String, JSONValue, String)])
  func partsThatAreNotComputedAreNamed(
    section: String, member: String, value: JSONValue, found: String
  ) throws {
    let directory = try edited("open-clip") { root in
      var model = root["model_cfg"]?.object ?? [:]
      var part = model[section]?.object ?? [:]
      part[member] = value
      model[section] = .object(part)
      root["model_cfg"] = .object(model)
    }
    let model = try CLIPModel(directory.path)
    #expect(
      message { _ = try model.textTower() }
        == "\(directory.path): text tower: found \(found), expected one that is computed here; "
        + "--text-embeddings takes label embeddings made elsewhere")
    _ = try model.imageHead()
  }

  @Test func towersOfTimmWithAttentionPoolingHaveNoImageHead() throws {
    let directory = try edited("open-clip") { root in
      var model = root["model_cfg"]?.object ?? [:]
      model["vision_cfg"] = [
        "timm_model_name": "vit_base_patch16_siglip_224", "timm_pool": "map", "timm_proj": "none",
      ]
      root["model_cfg"] = .object(model)
    }
    let model = try CLIPModel(directory.path)
    #expect(
      message { _ = try model.imageHead() }?.contains(
        "found attention pooling (timm_pool map of vit_base_patch16_siglip_224), expected") == true)
    _ = try model.textTower()
  }

  /// A tower of timm with a normalisation and a projection; only its head is looked at.
  @Test(arguments: [("vit_base_patch16_clip_224", 1e-5), ("vit_medium_patch16_gap_256", 1e-6)])
  func linearHeadsOfTimmAreRead(timm: String, epsilon: Double) throws {
    let directory = try TemporaryDirectory()
    try directory.write(
      "open_clip_config.json",
      """
      {"model_cfg": {"embed_dim": 2, "vision_cfg": {"timm_model_name": "\(timm)", "timm_pool": "avg"},
        "text_cfg": {}}}
      """)
    var builder = SafetensorsBuilder()
    builder.add("visual.trunk.fc_norm.weight", [3], [1, 2, 3])
    builder.add("visual.trunk.fc_norm.bias", [3], [4, 5, 6])
    builder.add("visual.head.proj.weight", [2, 3], [1, 2, 3, 4, 5, 6])
    builder.add("text.token_embedding.weight", [1, 1], [1])
    try directory.write("open_clip_model.safetensors", builder.file)
    let head = try CLIPModel(directory.path).imageHead()
    #expect(head.epsilon == epsilon && head.weight == [1, 2, 3] && head.bias == [4, 5, 6])
    #expect(head.projection == Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6]))
  }

  /// A copy of a fixture with another configuration.
  private func edited(
    _ name: String, _ edit: (inout JSONObject) -> Void
  ) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let source = FamilyFixture.directory(name)
    let file = "open_clip_config.json"
    var root = try JSONValue(contentsOf: source + "/" + file).object ?? [:]
    edit(&root)
    try directory.write(file, Data(JSONValue.object(root).serialized().utf8))
    let weights = "open_clip_model.safetensors"
    try directory.write(weights, try MappedFile.contents(of: source + "/" + weights))
    return directory
  }
}
