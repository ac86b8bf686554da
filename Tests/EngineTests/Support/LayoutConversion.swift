import Foundation

@testable import Engine

/// Writes the weights of one layout in another, element by element.
struct LayoutConversion {
  /// A model in open_clip's or OpenAI's layout, its names without prefix.
  let model: CLIPModel

  private func values(_ name: String) throws -> (shape: [Int], elements: [Double], dtype: DType) {
    let tensor = try model.weights.tensor(name)
    return (tensor.shape, tensor.doubles, tensor.dtype)
  }

  /// The file of transformers' `CLIPModel`.
  func huggingFaceWeights() throws -> Data {
    var builder = SafetensorsBuilder()
    func copy(_ source: String, _ target: String) throws {
      let (shape, elements, dtype) = try values(source)
      builder.add(target, dtype, shape, elements)
    }
    func transpose(_ source: String, _ target: String) throws {
      let (shape, elements, dtype) = try values(source)
      let exchanged = (0..<elements.count).map {
        elements[$0 % shape[0] * shape[1] + $0 / shape[0]]
      }
      builder.add(target, dtype, [shape[1], shape[0]], exchanged)
    }
    try copy("token_embedding.weight", "text_model.embeddings.token_embedding.weight")
    try copy("positional_embedding", "text_model.embeddings.position_embedding.weight")
    try transpose("text_projection", "text_projection.weight")
    try transpose("visual.proj", "visual_projection.weight")
    try copy("logit_scale", "logit_scale")
    for kind in ["weight", "bias"] {
      try copy("ln_final.\(kind)", "text_model.final_layer_norm.\(kind)")
      try copy("visual.ln_post.\(kind)", "vision_model.post_layernorm.\(kind)")
    }
    for layer in 0..<model.configuration.text.layerCount {
      let (source, target) = (
        "transformer.resblocks.\(layer)", "text_model.encoder.layers.\(layer)"
      )
      for kind in ["weight", "bias"] {
        for (from, to) in [
          ("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("attn.out_proj", "self_attn.out_proj"),
          ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"),
        ] {
          try copy("\(source).\(from).\(kind)", "\(target).\(to).\(kind)")
        }
        let (shape, elements, dtype) = try values("\(source).attn.in_proj_\(kind)")
        let third = elements.count / 3
        for (index, part) in ["q", "k", "v"].enumerated() {
          builder.add(
            "\(target).self_attn.\(part)_proj.\(kind)", dtype, [shape[0] / 3] + shape.dropFirst(),
            Array(elements[(index * third)..<((index + 1) * third)]))
        }
      }
    }
    return builder.file
  }

  /// The `config.json` that goes with it.
  func huggingFaceConfiguration() throws -> Data {
    let text = model.configuration.text
    let json: JSONValue = [
      "model_type": "clip", "projection_dim": .integer(model.configuration.embeddingWidth),
      "text_config": [
        "hidden_size": .integer(text.width), "intermediate_size": .integer(text.intermediateWidth),
        "num_hidden_layers": .integer(text.layerCount),
        "num_attention_heads": .integer(text.headCount),
        "max_position_embeddings": .integer(text.contextLength),
        "vocab_size": .integer(text.vocabularySize), "eos_token_id": 2,
        "hidden_act": .string(text.activation.rawValue),
      ],
      "vision_config": ["hidden_size": .integer(try values("visual.proj").shape[0])],
    ]
    return Data(json.serialized().utf8)
  }

  /// The file with something before every name.
  func prefixedWeights(_ prefix: String) throws -> Data {
    var builder = SafetensorsBuilder()
    for name in model.weights.names {
      let tensor = try model.weights.tensor(name)
      builder.add(prefix + name, tensor.dtype, tensor.shape, bytes: tensor.bytes)
    }
    return builder.file
  }
}
