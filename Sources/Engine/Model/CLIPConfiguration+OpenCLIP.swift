extension CLIPConfiguration {
  /// Reads an `open_clip_config.json`, or the `model_cfg` alone.
  ///
  /// Defaults are those of `CLIPTextCfg` and `CLIPVisionCfg` in open_clip's `model.py`. Parts of the
  /// text tower that are not computed here become `textObstacle`, those between the vision tower and
  /// the joint space `imageHeadObstacle`.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` or `ModelError` if it cannot be read.
  init(openCLIP path: String) throws {
    let root = ConfigurationSection(try JSONValue(contentsOf: path), path: path)
    let model = root.stated("model_cfg") == nil ? root : try root.section("model_cfg")
    guard model.stated("embed_dim") != nil, model.stated("text_cfg") != nil else {
      throw ModelError(path: path, reason: .notOpenCLIP)
    }
    let section = try model.section("text_cfg")
    let isQuick = try model.bool("quick_gelu", default: false)
    embeddingWidth = try model.size("embed_dim", default: 512)
    textObstacle = try OpenCLIPText.obstacle(model, section)
    text =
      textObstacle == nil
      ? try OpenCLIPText.sizes(section, isQuick: isQuick) : Text.none(width: embeddingWidth)
    let vision = try model.section("vision_cfg")
    (self.vision, imageHeadObstacle) = try OpenCLIPVision.head(vision, isQuick: isQuick)
    tokenizerRules = try OpenCLIPText.tokenizerRules(section, text: text)
  }
}

extension CLIPConfiguration.Text {
  /// What stands for a text tower that is not computed.
  static func none(width: Int) -> CLIPConfiguration.Text {
    CLIPConfiguration.Text(
      width: width, intermediateWidth: width, layerCount: 1, headCount: 1, contextLength: 2,
      vocabularySize: 1, activation: .gelu, epsilon: 1e-5, pooling: .last)
  }
}

/// What `text_cfg` says.
private enum OpenCLIPText {
  /// Members that must have their default value or be absent.
  private static let switches = [
    "embed_cls", "use_pad_mask", "qk_norm", "scaled_cosine_attn", "scale_heads",
    "scale_attn_inner", "scale_attn", "scale_fc",
  ]

  /// The first part that is not computed here, as `name value`.
  static func obstacle(
    _ model: ConfigurationSection, _ section: ConfigurationSection
  ) throws -> String? {
    if model.stated("multimodal_cfg") != nil { return "a CoCa text tower (multimodal_cfg)" }
    if let name = section.stated("hf_model_name") {
      return "a text tower of transformers (hf_model_name \(name.serialized()))"
    }
    for name in switches where try section.bool(name, default: false) { return "\(name) true" }
    for (name, allowed) in [
      ("block_type", ["default"]), ("proj_type", ["linear"]), ("tokenizer_mode", [""]),
      ("pool_type", ["argmax", "eos", "first", "last"]),
    ] {
      let value = try section.string(name, default: allowed[0])
      if !allowed.contains(value) { return "\(name) \(value)" }
    }
    if let scale = section.stated("ls_init_value") { return "ls_init_value \(scale.serialized())" }
    if let name = try section.section("norm_kwargs").names.first(where: { $0 != "eps" }) {
      return "norm_kwargs \(name)"
    }
    if let kwargs = section.stated("act_kwargs"), kwargs != ["approximate": "tanh"],
      kwargs.object?.count != 0
    {
      return "act_kwargs \(kwargs.serialized())"
    }
    return try tokenizerObstacle(section)
  }

  private static func tokenizerObstacle(_ section: ConfigurationSection) throws -> String? {
    let kwargs = try section.section("tokenizer_kwargs")
    let isHuggingFace = section.stated("hf_tokenizer_name") != nil
    for name in kwargs.names {
      let value = kwargs.stated(name) ?? .null
      let isKnown =
        switch (name, value) {
        case ("clean", "lower"), ("clean", "canonicalize"): true
        case ("clean", "whitespace"): isHuggingFace
        case ("strip_sep_token", false), ("reduction_mask", ""): true
        default: false
        }
      if !isKnown { return "tokenizer_kwargs.\(name) \(value.serialized())" }
    }
    return nil
  }

  static func sizes(
    _ section: ConfigurationSection, isQuick: Bool
  ) throws -> CLIPConfiguration.Text {
    let width = try section.size("width", default: 512)
    let ratio = try section.positiveNumber("mlp_ratio", default: 4)
    guard (1...1e8).contains(Double(width) * ratio) else {
      throw section.fail("mlp_ratio", JSONValue(ratio), "a number that gives a size to 100000000")
    }
    let isTanh = section.stated("act_kwargs") == ["approximate": "tanh"]
    let pool = try section.string("pool_type", default: "argmax")
    let pooling: CLIPConfiguration.Pooling =
      switch pool {
      case "eos": .first(try section.integer("eos_id", default: 2))
      case "first": .start
      case "last": .last
      default: .largestID
      }
    let text = CLIPConfiguration.Text(
      width: width, intermediateWidth: Int(Double(width) * ratio),
      layerCount: try section.size("layers", default: 12),
      headCount: try section.size("heads", default: 8),
      contextLength: try section.size("context_length", default: 77, atLeast: 2),
      vocabularySize: try section.size("vocab_size", default: 49_408),
      activation: isQuick ? .quickGELU : isTanh ? .tanhGELU : .gelu,
      epsilon: try section.section("norm_kwargs").positiveNumber("eps", default: 1e-5),
      pooling: pooling, isCausal: try !section.bool("no_causal_mask", default: false),
      hasProjectionBias: try section.bool("proj_bias", default: false))
    try text.checkHeads(path: section.path)
    return text
  }

  /// The rules of `SimpleTokenizer`, or of `HFTokenizer` if the configuration names one.
  static func tokenizerRules(
    _ section: ConfigurationSection, text: CLIPConfiguration.Text
  ) throws -> TokenizerRules {
    let isHuggingFace = section.stated("hf_tokenizer_name") != nil
    let clean = try section.section("tokenizer_kwargs").string(
      "clean", default: isHuggingFace ? "whitespace" : "lower")
    // Under a causal mask what stands behind the pooled token has no effect.
    let isPadded = !text.isCausal || text.pooling == .last
    return TokenizerRules(
      cleaning: TextCleaning(rawValue: clean) ?? .none,
      padding: !isPadded ? .none : isHuggingFace ? .stated : .token(0))
  }
}

/// What `vision_cfg` says.
private enum OpenCLIPVision {
  /// The sizes, and what stands in place of a normalisation and a projection.
  static func head(
    _ section: ConfigurationSection, isQuick: Bool
  ) throws -> (CLIPConfiguration.Vision, obstacle: String?) {
    let norm = try section.section("norm_kwargs")
    let epsilon = try norm.positiveNumber("eps", default: 1e-5)
    if let name = section.stated("timm_model_name")?.string {
      return try timm(name, section)
    }
    if section.stated("layers")?.array != nil {
      let vision = CLIPConfiguration.Vision(width: nil, layerCount: nil, epsilon: epsilon)
      return (vision, "a ResNet's attention pooling (visual.attnpool)")
    }
    let isTanh = section.stated("act_kwargs") == ["approximate": "tanh"]
    let vision = CLIPConfiguration.Vision(
      width: try section.size("width", default: 768),
      layerCount: try section.size("layers", default: 12), epsilon: epsilon,
      activation: isQuick ? .quickGELU : isTanh ? .tanhGELU : .gelu,
      blockObstacle: try blockObstacle(section, norm))
    if let pool = section.stated("attentional_pool"), pool != false {
      return (vision, "attention pooling (attentional_pool \(pool.serialized()))")
    }
    return (vision, nil)
  }

  /// Members that must have their default value or be absent for the blocks to be computed.
  private static let blockSwitches = [
    "qk_norm", "scaled_cosine_attn", "scale_heads", "scale_attn_inner", "scale_attn", "scale_fc",
    "final_ln_after_pool",
  ]

  /// The first part of the blocks that is not computed here, as `name value`.
  private static func blockObstacle(
    _ section: ConfigurationSection, _ norm: ConfigurationSection
  ) throws -> String? {
    for name in blockSwitches where try section.bool(name, default: false) { return "\(name) true" }
    for (name, allowed) in [("block_type", ["default"]), ("pool_type", ["tok"])] {
      let value = try section.string(name, default: allowed[0])
      if !allowed.contains(value) { return "\(name) \(value.printable(limit: 80))" }
    }
    if let scale = section.stated("ls_init_value") { return "ls_init_value \(scale.serialized())" }
    if let name = norm.names.first(where: { $0 != "eps" }) { return "norm_kwargs \(name)" }
    if let kwargs = section.stated("act_kwargs"), kwargs != ["approximate": "tanh"],
      kwargs.object?.count != 0
    {
      return "act_kwargs \(kwargs.serialized())"
    }
    return nil
  }

  /// A tower of timm, of which only vision transformers with an epsilon that is known are read.
  private static func timm(
    _ name: String, _ section: ConfigurationSection
  ) throws -> (CLIPConfiguration.Vision, obstacle: String?) {
    let pool = try section.string("timm_pool", default: "avg")
    let projection = try section.string("timm_proj", default: "linear")
    // `vision_transformer.py` of timm: 1e-6, but 1e-5 for its CLIP models.
    let epsilon = name.contains("_clip_") ? 1e-5 : 1e-6
    let vision = CLIPConfiguration.Vision(width: nil, layerCount: nil, epsilon: epsilon)
    if pool == "map" { return (vision, "attention pooling (timm_pool map of \(name))") }
    if try section.bool("timm_proj_bias", default: false) {
      return (vision, "a projection with bias (timm_proj_bias of \(name))")
    }
    guard name.hasPrefix("vit_"), ["avg", "token", ""].contains(pool), projection == "linear",
      !name.contains("siglip"), !name.contains("_pe_"), !name.contains("_mci")
    else {
      return (vision, "timm's \(name) with timm_pool \"\(pool)\" and timm_proj \"\(projection)\"")
    }
    return (vision, nil)
  }
}
