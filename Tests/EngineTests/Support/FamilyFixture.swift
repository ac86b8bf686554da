import Foundation

@testable import Engine

/// A small model of `Fixtures/clip-families`, with what its own library computes from it in `Double`.
struct FamilyFixture {
  /// The names of all of them.
  static let names = ["open-clip", "custom-text", "openai", "siglip", "siglip2"]

  /// The names of those with a normalisation and a projection behind the vision tower.
  static let namesWithHead = ["open-clip", "custom-text", "openai"]

  let directory: String
  let model: CLIPModel
  let tokenizer: TextTokenizer

  /// The members of `expected.json`.
  let expected: JSONValue

  private let tensors: TensorFile

  static func directory(_ name: String) -> String {
    ClipFixture.fixtures + "/clip-families/" + name
  }

  init(_ name: String) throws {
    directory = Self.directory(name)
    model = try CLIPModel(directory)
    tokenizer = try TextTokenizer(
      resolving: directory, rules: model.configuration.tokenizerRules)
    expected = try JSONValue(contentsOf: directory + "/expected.json")
    tensors = try TensorFile(contentsOf: directory + "/expected.safetensors")
  }

  /// The texts that were encoded.
  var texts: [String] { (expected["texts"]?.array ?? []).compactMap(\.string) }

  /// Their token ids, filled up to the context.
  var inputIDs: [[Int32]] { (expected["input_ids"]?.array ?? []).map(\.ids) }

  /// The rows of a tensor of `expected.safetensors`.
  func rows(_ name: String) throws -> [[Double]] {
    let tensor = try tensors.tensor(name)
    return tensor.doubles.split(intoRowsOf: tensor.shape[1])
  }

  /// The label bank of the texts that are not blank, encoded as they are.
  static func bank(of model: CLIPModel, tokenizer: TextTokenizer, _ texts: [String]) throws
    -> LabelBank
  {
    try LabelBank.encoding(
      LabelSet(labels: texts), templates: [.bare, .photo], model: model, tokenizer: tokenizer,
      source: "test", workers: 2)
  }
}
