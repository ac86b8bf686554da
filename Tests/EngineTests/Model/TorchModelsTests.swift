import Foundation
import Testing

@testable import Engine

/// Models in torch archives give the bits of the same weights in safetensors.
@Suite struct TorchModelsTests {
  private static let folder = ClipFixture.fixtures + "/torch-models/"

  /// The files of a directory that are not weights, and some of `torch-models`.
  private func directory(like other: String, with files: [String]) throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for name in try FileManager.default.contentsOfDirectory(atPath: other)
    where !name.contains("model") && !name.hasPrefix("expected") {
      try directory.write(name, try MappedFile.contents(of: other + "/" + name))
    }
    for name in files {
      try directory.write(name, try MappedFile.contents(of: Self.folder + name))
    }
    return directory
  }

  private func expectEqual(_ model: CLIPModel, _ other: CLIPModel) throws {
    let texts = ["cat", "a large dog", "zebra crossing"]
    let banks = try [model, other].map { model in
      let tokenizer = try TextTokenizer(
        resolving: other.directory, rules: other.configuration.tokenizerRules)
      return try FamilyFixture.bank(of: model, tokenizer: tokenizer, texts)
    }
    #expect(banks[0].embeddings == banks[1].embeddings)
    #expect(try model.logitScale() == other.logitScale())
    let (head, otherHead) = (try model.imageHead(), try other.imageHead())
    #expect(head.projection == otherHead.projection)
    #expect(head.weight == otherHead.weight && head.bias == otherHead.bias)
  }

  @Test(arguments: [
    ["pytorch_model.bin"],
    [
      "pytorch_model.bin.index.json", "pytorch_model-00001-of-00002.bin",
      "pytorch_model-00002-of-00002.bin",
    ],
  ])
  func huggingFaceBinariesAreRead(files: [String]) throws {
    let original = ClipFixture.fixtures + "/clip/sharded"
    let place = try directory(like: original, with: files)
    let model = try CLIPModel(place.path)
    #expect(model.family == .huggingFace)
    #expect(model.weights.container == .torchZip)
    #expect(model.sourcePaths.count == 1 + files.count)
    try expectEqual(model, CLIPModel(original))
  }

  @Test func openCLIPBinariesAreRead() throws {
    let original = FamilyFixture.directory("open-clip")
    let place = try directory(like: original, with: ["open_clip_pytorch_model.bin"])
    try place.write(
      "open_clip_config.json", try MappedFile.contents(of: original + "/open_clip_config.json"))
    let model = try CLIPModel(place.path)
    #expect(model.family == .openCLIP && model.weights.container == .torchZip)
    try expectEqual(model, CLIPModel(original))
  }

  @Test func archivesOfOpenAIAreRead() throws {
    let model = try CLIPModel(Self.folder + "openai.pt")
    #expect(model.family == .openAI && model.weights.container == .torchScript)
    try expectEqual(model, CLIPModel(FamilyFixture.directory("openai")))
  }
}
