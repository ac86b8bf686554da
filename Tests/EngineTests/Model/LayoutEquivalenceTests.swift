import Foundation
import Testing

@testable import Engine

/// The same weights in the layouts of OpenCLIP, OpenAI and Hugging Face.
@Suite struct LayoutEquivalenceTests {
  private let labels = ["tench", "golden retriever", "castle", "dog", "3 flowers"]

  /// The bank of a model, with the tokenizer of a fixture.
  private func bank(_ model: CLIPModel, _ fixture: FamilyFixture) throws -> LabelBank {
    try FamilyFixture.bank(of: model, tokenizer: fixture.tokenizer, labels)
  }

  /// The rounding of two orders of the same sums; here the orders are the same, too.
  private func expectEqual(_ found: LabelBank, _ expected: LabelBank) {
    #expect(found.logitScale == expected.logitScale)
    let rows = zip(found.embeddings.doubleRows, expected.embeddings.doubleRows)
    for (row, other) in rows { #expect(LensOracle.distance(row, other) <= 2e-6) }
  }

  @Test(arguments: ["open-clip", "openai"])
  func layoutsGiveTheSameLabelBankAsHuggingFace(name: String) throws {
    let fixture = try FamilyFixture(name)
    let conversion = LayoutConversion(model: fixture.model)
    let directory = try TemporaryDirectory()
    try directory.write("config.json", try conversion.huggingFaceConfiguration())
    try directory.write("model.safetensors", try conversion.huggingFaceWeights())
    let other = try CLIPModel(directory.path)
    #expect(other.family == .huggingFace)
    expectEqual(try bank(fixture.model, fixture), try bank(other, fixture))
    let (head, otherHead) = (try fixture.model.imageHead(), try other.imageHead())
    #expect(head.projection == otherHead.projection)
    #expect(head.weight == otherHead.weight && head.bias == otherHead.bias)
  }

  /// OpenAI's file with a configuration beside it is a file of open_clip.
  @Test func aConfigurationMakesOpenAIsLayoutOpenCLIP() throws {
    let fixture = try FamilyFixture("openai")
    let directory = try TemporaryDirectory()
    try directory.write(
      "open_clip_config.json",
      """
      {"model_cfg": {"embed_dim": 16, "quick_gelu": true, "vision_cfg": {"width": 64, "layers": 1},
        "text_cfg": {"context_length": 16, "vocab_size": 834, "width": 64, "heads": 1, "layers": 1}}}
      """)
    let file = try MappedFile.contents(of: fixture.directory + "/model.safetensors")
    try directory.write("open_clip_model.safetensors", file)
    let other = try CLIPModel(directory.path)
    #expect(other.family == .openCLIP)
    #expect(other.configuration.text == fixture.model.configuration.text)
    expectEqual(try bank(fixture.model, fixture), try bank(other, fixture))
  }

  @Test(arguments: ["module.", "state_dict.", "state_dict.module."])
  func namesOfTrainingScriptsAreKnown(prefix: String) throws {
    for name in ["open-clip", "custom-text"] {
      let fixture = try FamilyFixture(name)
      let directory = try TemporaryDirectory()
      let configuration = "open_clip_config.json"
      try directory.write(
        configuration, try MappedFile.contents(of: fixture.directory + "/" + configuration))
      let weights = try LayoutConversion(model: fixture.model).prefixedWeights(prefix)
      // A checkpoint of any name, beside its configuration.
      let path = try directory.write("epoch_32.safetensors", weights)
      let other = try CLIPModel(path)
      #expect(other.family == fixture.model.family)
      #expect(try bank(other, fixture) == bank(fixture.model, fixture))
      #expect(other.directory == directory.path)
    }
  }

  @Test func aTrainingCheckpointWithoutConfigurationIsRefused() throws {
    let directory = try TemporaryDirectory()
    let model = try FamilyFixture("openai").model
    let path = try directory.write(
      "epoch_32.safetensors", try LayoutConversion(model: model).prefixedWeights("module."))
    let error = #expect(throws: ModelError.self) { try CLIPModel(path) }
    #expect(
      error?.description
        == "\(path): configuration: found names module.* and no open_clip_config.json, expected one "
        + "beside the weights: the names do not say heads and activation")
  }

  @Test func twoLayoutsInOneFileAreRefused() throws {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    for name in ["token_embedding.weight", "module.token_embedding.weight", "visual.proj"] {
      builder.add(name, [1, 1], [1])
    }
    let path = try directory.write("both.safetensors", builder.file)
    let error = #expect(throws: ModelError.self) { try CLIPModel(path) }
    #expect(
      error?.description
        == "\(path): layout: found text towers at * and module.*, expected one")
  }

  @Test func aFileOfOtherTensorsIsRefused() throws {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    builder.add("W_dec", [1, 1], [1])
    let path = try directory.write("other.safetensors", builder.file)
    let error = #expect(throws: ModelError.self) { try CLIPModel(path) }
    #expect(
      error?.description
        == "\(path): layout: found neither token_embedding.weight nor text.* beside visual.*, also "
        + "behind module. or state_dict., expected the names of open_clip or OpenAI")
  }

  /// OpenAI's sizes come from tensors alone, which may have any.
  @Test(arguments: [
    ([1, 48], [2, 48], [48, 8], [9, 48], "text width: found 48, expected a multiple of 64"),
    ([1, 0], [2, 0], [0, 8], [9, 0], "text width: found 0, expected a multiple of 64"),
    (
      [0, 64], [2, 64], [64, 8], [9, 64], "token_embedding.weight: shape [0, 64], expected at least"
    ),
    (
      [1, 64], [1, 64], [64, 8], [9, 64], "positional_embedding: shape [1, 64], expected at least"
    ),
    ([1, 64], [2, 64], [64, 0], [9, 64], "text_projection: shape [64, 0], expected at least"),
    ([1, 64], [2, 64], [63, 8], [9, 64], "text_projection: shape [63, 8], expected [64, any]"),
  ])
  func sizesThatMakeNoTowerAreRefused(
    token: [Int], position: [Int], projection: [Int], inner: [Int], message: String
  ) throws {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    for (name, shape) in [
      ("token_embedding.weight", token), ("positional_embedding", position),
      ("text_projection", projection), ("transformer.resblocks.0.mlp.c_fc.weight", inner),
      ("transformer.resblocks.9223372036854775807.x", [1]),
    ] {
      builder.add(name, shape, [Double](repeating: 0, count: shape.reduce(1, *)))
    }
    let path = try directory.write("model.safetensors", builder.file)
    let error = #expect(throws: (any Error).self) { try CLIPModel(path) }
    #expect(error.map { "\($0)" }?.hasPrefix("\(path): \(message)") == true)
  }

  @Test func tensorsOfOtherSizesAreRefusedByTheirOwnNames() throws {
    let fixture = try FamilyFixture("open-clip")
    let names = try OpenCLIPNames(in: fixture.model.weights)
    var configuration = fixture.model.configuration
    configuration.text.width = 32
    #expect(throws: CheckpointError.self) { try names.textWeights(configuration) }
    configuration = fixture.model.configuration
    configuration.text.layerCount = 3
    let error = #expect(throws: CheckpointError.self) { try names.textWeights(configuration) }
    #expect(
      error?.description.contains("no tensor transformer.resblocks.2.ln_1.weight; found") == true)
  }

  /// A directory of both forms, as the hub has them: the Hugging Face form unless the other is named.
  @Test func ofTwoFormsInOneDirectoryTheOneThatIsNamedIsRead() throws {
    let fixture = try FamilyFixture("open-clip")
    let conversion = LayoutConversion(model: fixture.model)
    let directory = try TemporaryDirectory()
    try directory.write("config.json", try conversion.huggingFaceConfiguration())
    try directory.write("model.safetensors", try conversion.huggingFaceWeights())
    for name in ["open_clip_config.json", "open_clip_model.safetensors"] {
      try directory.write(name, try MappedFile.contents(of: fixture.directory + "/" + name))
    }
    let standard = try CLIPModel(directory.path)
    #expect(standard.family == .huggingFace && standard.evidence.count == 2)
    #expect(try CLIPModel(directory.path + "/open_clip_config.json").family == .openCLIP)
    #expect(try CLIPModel(directory.path + "/open_clip_model.safetensors").family == .openCLIP)
    // timm has a file of that name too, which says nothing of a text tower.
    try directory.write("config.json", "{\"architecture\": \"vit_base_patch32_clip_224\"}")
    #expect(try CLIPModel(directory.path).family == .openCLIP)
  }
}
