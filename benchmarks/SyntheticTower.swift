import Engine
import Foundation

/// A CLIP model of random weights in the Hugging Face layout: a whole text tower, and of the vision
/// tower what the lens reads.
enum SyntheticTower {
  static let vocabularySize = 49_408

  /// Writes the directory of a model.
  static func write(to path: String, sizes: Sizes) throws {
    let (width, inner) = (sizes.embeddingWidth, 4 * sizes.embeddingWidth)
    let text: JSONValue = [
      "model_type": "clip_text_model", "hidden_size": .integer(width),
      "intermediate_size": .integer(inner), "num_attention_heads": .integer(sizes.headCount),
      "num_hidden_layers": .integer(sizes.layerCount), "projection_dim": .integer(width),
      "vocab_size": .integer(vocabularySize), "max_position_embeddings": 77, "eos_token_id": 2,
      "hidden_act": "quick_gelu", "layer_norm_eps": 1e-5,
    ]
    let vision: JSONValue = [
      "model_type": "clip_vision_model", "hidden_size": .integer(sizes.width),
      "num_hidden_layers": 1, "num_attention_heads": 16, "layer_norm_eps": 1e-5,
      "projection_dim": .integer(width),
    ]
    let configuration: JSONValue = [
      "model_type": "clip", "architectures": ["CLIPModel"], "projection_dim": .integer(width),
      "text_config": text, "vision_config": vision,
    ]
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data(configuration.serialized().utf8).write(to: URL(filePath: path + "/config.json"))
    try SyntheticModel.write(
      shapes(sizes), dtype: .f32, seed: 2, to: path + "/model.safetensors", scale: scale)
  }

  /// States keep their size through the layers, and attention chooses.
  private static func scale(of name: String, shape: [Int]) -> Float {
    if name == "logit_scale" { return 4 }
    if name.hasSuffix("norm.weight") || shape.count == 1 { return 1 }
    if name.contains("embedding") { return name.contains("token") ? 0.5 : 0.05 }
    return 1.7 / Float(shape[1]).squareRoot()
  }

  private static func shapes(_ sizes: Sizes) -> [(name: String, shape: [Int])] {
    let (width, inner) = (sizes.embeddingWidth, 4 * sizes.embeddingWidth)
    var shapes: [(name: String, shape: [Int])] = [
      ("text_model.embeddings.token_embedding.weight", [vocabularySize, width]),
      ("text_model.embeddings.position_embedding.weight", [77, width]),
      ("text_projection.weight", [width, width]),
      ("visual_projection.weight", [width, sizes.width]),
      ("logit_scale", []),
    ]
    func add(_ name: String, _ shape: [Int]) {
      shapes.append((name + ".weight", shape))
      shapes.append((name + ".bias", [shape[0]]))
    }
    for layer in 0..<sizes.layerCount {
      let name = "text_model.encoder.layers.\(layer)."
      for norm in ["layer_norm1", "layer_norm2"] { add(name + norm, [width]) }
      for part in ["q", "k", "v", "out"] { add(name + "self_attn.\(part)_proj", [width, width]) }
      add(name + "mlp.fc1", [inner, width])
      add(name + "mlp.fc2", [width, inner])
    }
    add("text_model.final_layer_norm", [width])
    add("vision_model.post_layernorm", [sizes.width])
    return shapes
  }
}

// MARK: - Prompts

extension SyntheticTower {
  /// The tokens of a template before and after a label.
  struct Template {
    let stem: [Int32]
    let rest: [Int32]
  }

  /// `A photo of a {label}.`
  static let one = [Template(stem: [320, 1125, 539, 320], rest: [])]

  /// Seven templates with the lengths of the seven best of CLIP's authors.
  static let seven = [
    Template(stem: [529, 533, 539, 320], rest: []),
    Template(stem: [320, 2103, 1125, 539, 518], rest: []),
    Template(stem: [320, 12_345], rest: []),
    Template(stem: [320, 1125, 539, 518, 3638], rest: []),
    Template(stem: [320], rest: [530, 320, 1455, 1063]),
    Template(stem: [794, 539, 518], rest: []),
    Template(stem: [320, 1125, 539, 518, 2442], rest: []),
  ]

  /// Token sequences that share prefixes as the prompts of ImageNet's 1000 labels do, for no
  /// vocabulary of CLIP is at hand: labels of 2.165 tokens on average, of which 162 begin as
  /// another does, between the tokens of a template, a period and the end token.
  ///
  /// - Parameters:
  ///   - templates: The templates.
  ///   - count: The prompts of each.
  /// - Returns: The token ids, template by template.
  static func prompts(_ templates: [Template], count: Int) -> [[Int32]] {
    templates.flatMap { template in
      (0..<Int32(count)).map { index in
        let first = index % 6 == 1 && index < 972 ? index - 1 : index
        let label = [1000 + first, 3000 + index] + (index % 6 == 2 && index < 990 ? [5000] : [])
        return [49_406] + template.stem + label + template.rest + [269, 49_407]
      }
    }
  }
}
