extension CLIPConfiguration {
  /// The values of `model_type` that are read as SigLIP.
  static let sigLIPTypes: Set<String> = ["siglip", "siglip2"]

  /// The configuration of a SigLIP model in the Hugging Face layout.
  ///
  /// Its text tower sees the whole context from every token, padding included, and the embedding is
  /// taken at the last place. Defaults are those of `SiglipTextConfig` and `SiglipVisionConfig`. Texts
  /// are cleaned as by `tokenization_siglip.py` (unigram tokenizers) and `tokenization_siglip2.py`
  /// (Gemma's).
  static func sigLIP(_ json: JSONValue, path: String) throws -> CLIPConfiguration {
    let top = ConfigurationSection(json, path: path)
    let section = try top.section("text_config")
    let visionSection = try top.section("vision_config")
    let width = try section.size("hidden_size", default: 768)
    let text = Text(
      width: width,
      intermediateWidth: try section.size("intermediate_size", default: 3072),
      layerCount: try section.size("num_hidden_layers", default: 12),
      headCount: try section.size("num_attention_heads", default: 12),
      contextLength: try section.size("max_position_embeddings", default: 64, atLeast: 2),
      vocabularySize: try section.size("vocab_size", default: 32_000),
      activation: try section.activation("hidden_act", default: .tanhGELU),
      epsilon: try section.positiveNumber("layer_norm_eps", default: 1e-6), pooling: .last,
      isCausal: false, hasProjectionBias: true)
    try text.checkHeads(path: path)
    let vision = Vision(
      width: try visionSection.size("hidden_size", default: 768),
      layerCount: try visionSection.size("num_hidden_layers", default: 12),
      epsilon: try visionSection.positiveNumber("layer_norm_eps", default: 1e-6),
      blockObstacle: "SigLIP's tower, which has no CLS token")
    return CLIPConfiguration(
      text: text, vision: vision,
      tokenizerRules: TokenizerRules(
        cleaning: .lowercase, unigramCleaning: .withoutPunctuation, padding: .stated),
      imageHeadObstacle: "SigLIP's attention pooling (vision_model.head)",
      embeddingWidth: try section.size("projection_size", default: width))
  }
}
