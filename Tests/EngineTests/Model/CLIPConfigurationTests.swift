import Foundation
import Testing

@testable import Engine

@Suite struct CLIPConfigurationTests {
  private func read(_ json: String) throws -> CLIPConfiguration {
    let directory = try TemporaryDirectory()
    return try CLIPConfiguration(contentsOf: try directory.write("config.json", json))
  }

  /// The message of the error that reading gives, without the path before it.
  private func fault(_ json: String) throws -> String? {
    let directory = try TemporaryDirectory()
    let path = try directory.write("config.json", json)
    let text = message { _ = try CLIPConfiguration(contentsOf: path) }
    return text.map { String($0.dropFirst(path.count + 2)) }
  }

  @Test func membersThatAreNotStatedHaveTheDefaultsOfTransformers() throws {
    let found = try read(#"{"model_type": "clip", "text_config": {}, "vision_config": {}}"#)
    #expect(
      found.text
        == CLIPConfiguration.Text(
          width: 512, intermediateWidth: 2048, layerCount: 12, headCount: 8, contextLength: 77,
          vocabularySize: 49_408, activation: .quickGELU, epsilon: 1e-5, pooling: .first(49_407)))
    #expect(
      found.vision
        == CLIPConfiguration.Vision(
          width: 768, layerCount: 12, epsilon: 1e-5, activation: .quickGELU))
    #expect(found.embeddingWidth == 512)
  }

  @Test func nullIsNotStated() throws {
    let found = try read(
      #"{"text_config": {"hidden_size": null}, "text_config_dict": null, "projection_dim": null}"#)
    #expect(found.text.width == 512 && found.embeddingWidth == 512)
  }

  @Test func everyStatedMemberIsTaken() throws {
    let found = try read(
      #"""
      {"projection_dim": 24,
       "text_config": {"hidden_size": 30, "intermediate_size": 31, "num_hidden_layers": 2,
        "num_attention_heads": 5, "max_position_embeddings": 9, "vocab_size": 100,
        "layer_norm_eps": 0.25, "hidden_act": "gelu_pytorch_tanh", "eos_token_id": 2},
       "vision_config": {"hidden_size": 32, "num_hidden_layers": 3, "layer_norm_eps": 1e-3,
        "hidden_act": "gelu"}}
      """#)
    #expect(
      found.text
        == CLIPConfiguration.Text(
          width: 30, intermediateWidth: 31, layerCount: 2, headCount: 5, contextLength: 9,
          vocabularySize: 100, activation: .tanhGELU, epsilon: 0.25, pooling: .largestID))
    #expect(
      found.vision
        == CLIPConfiguration.Vision(
          width: 32, layerCount: 3, epsilon: 1e-3, activation: .gelu))
    #expect(found.embeddingWidth == 24)
  }

  @Test func theOlderSectionWinsWithItsDefaults() throws {
    let found = try read(
      #"""
      {"text_config": {"hidden_size": 64, "layer_norm_eps": 0.5, "hidden_act": "gelu"},
       "text_config_dict": {"hidden_size": 48},
       "vision_config": {"layer_norm_eps": 0.5}, "vision_config_dict": {"hidden_size": 32}}
      """#)
    #expect(found.text.width == 48 && found.text.epsilon == 1e-5)
    #expect(found.text.activation == .quickGELU)
    #expect(found.vision.width == 32 && found.vision.epsilon == 1e-5)
  }

  @Test(arguments: [
    (#"{"model_type": "blip", "text_config": {}}"#, "model type: found blip, expected clip"),
    (#"{"architectures": []}"#, "model type: found none, expected clip"),
    (
      #"{"text_config": {"hidden_size": "512"}}"#,
      #"field "text_config.hidden_size": found "512", expected a whole number"#
    ),
    (
      #"{"text_config": {"vocab_size": 0}}"#,
      #"field "text_config.vocab_size": found 0, expected a size from 1 to 100000000"#
    ),
    (
      #"{"text_config": {"intermediate_size": -4}}"#,
      #"field "text_config.intermediate_size": found -4, expected a size from 1 to 100000000"#
    ),
    (
      #"{"text_config": {"num_hidden_layers": 9223372036854775807}}"#,
      #"field "text_config.num_hidden_layers": found 9223372036854775807, "#
        + "expected a size from 1 to 100000000"
    ),
    (
      #"{"text_config": {"max_position_embeddings": 7.5}}"#,
      #"field "text_config.max_position_embeddings": found 7.5, expected a whole number"#
    ),
    (
      #"{"text_config": {"max_position_embeddings": 1}}"#,
      #"field "text_config.max_position_embeddings": found 1, expected a size from 2 to 100000000"#
    ),
    (
      #"{"text_config": {"layer_norm_eps": 0}}"#,
      #"field "text_config.layer_norm_eps": found 0, expected a positive number"#
    ),
    (
      #"{"text_config": {"hidden_act": 3}}"#,
      #"field "text_config.hidden_act": found 3, expected a string"#
    ),
    (
      #"{"text_config": {"hidden_act": "silu"}}"#,
      "hidden_act: found silu, expected one of quick_gelu gelu gelu_pytorch_tanh"
    ),
    (
      #"{"text_config": {"eos_token_id": [1]}}"#,
      #"field "text_config.eos_token_id": found [1], expected a whole number"#
    ),
    (
      #"{"text_config": {"num_attention_heads": 7}}"#,
      "attention heads: found 7, expected a divisor of the width 512"
    ),
    (
      #"{"text_config": {}, "vision_config": {"hidden_size": true}}"#,
      #"field "vision_config.hidden_size": found true, expected a whole number"#
    ),
    (
      #"{"text_config": {}, "projection_dim": 100000001}"#,
      #"field "projection_dim": found 100000001, expected a size from 1 to 100000000"#
    ),
    (#"{"text_config": 5}"#, #"field "text_config": found 5, expected an object"#),
    (
      #"{"text_config": {}, "text_config_dict": []}"#,
      #"field "text_config_dict": found [], expected an object"#
    ),
    (
      #"{"text_config": {}, "vision_config": "ViT"}"#,
      #"field "vision_config": found "ViT", expected an object"#
    ),
  ])
  func wrongMembersAreNamed(json: String, expected: String) throws {
    #expect(try fault(json) == expected)
  }
}
