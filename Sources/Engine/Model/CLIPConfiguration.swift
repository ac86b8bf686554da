/// The sizes and switches of a CLIP model, whatever its files are like.
///
/// In the Hugging Face layout defaults are those of `CLIPTextConfig` and `CLIPVisionConfig` in transformers. Where the older
/// `text_config_dict` or `vision_config_dict` stand beside the newer members, they win, class
/// defaults included, as `configuration_clip.py` has it.
public struct CLIPConfiguration: Sendable, Equatable {
  /// Where in a sequence the text embedding is taken.
  public enum Pooling: Sendable, Equatable {
    /// At the largest token id: checkpoints that state `eos_token_id` 2.
    case largestID
    /// At the first token of this id.
    case first(Int)
    /// At the first token of all.
    case start
    /// At the last token of all, that of the padding included.
    case last
  }

  /// The text transformer.
  public struct Text: Sendable, Equatable {
    public var width: Int
    public var intermediateWidth: Int
    public var layerCount: Int
    public var headCount: Int
    public var contextLength: Int
    public var vocabularySize: Int
    public var activation: ActivationFunction
    public var epsilon: Double
    public var pooling: Pooling
    /// Whether tokens see only those before them.
    public var isCausal = true
    /// Whether the way into the joint space has a bias.
    public var hasProjectionBias = false
  }

  /// What the lens needs of the vision transformer.
  public struct Vision: Sendable, Equatable {
    /// The width of the residual stream, d; nil if the configuration does not state it.
    public var width: Int?
    /// The number of layers; nil if the configuration does not state it.
    public var layerCount: Int?
    public var epsilon: Double
    /// The activation function of the blocks; nil if they are not computed here.
    public var activation: ActivationFunction?
    /// What the blocks have that is not computed here; nil if they can be used.
    public var blockObstacle: String?
  }

  public var text: Text
  public var vision: Vision

  /// What the model does with prompts around its tokenizer.
  public var tokenizerRules = TokenizerRules.plain

  /// What the text tower has that is not computed here; nil if it can be used.
  public var textObstacle: String?

  /// What stands between the vision tower and the joint space in place of a normalisation and a
  /// projection; nil if these are there.
  public var imageHeadObstacle: String?

  /// The width of the joint space, D.
  public var embeddingWidth: Int
}

extension CLIPConfiguration {
  /// Reads a `config.json`.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` or `ModelError` if the file is not the configuration of a CLIP
  ///   model that is supported.
  public init(contentsOf path: String) throws {
    let json = try JSONValue(contentsOf: path)
    if Self.sigLIPTypes.contains(json["model_type"]?.string ?? "") {
      self = try .sigLIP(json, path: path)
      return
    }
    if let type = json["model_type"]?.string, type != "clip" {
      throw ModelError(path: path, reason: .notCLIP(modelType: type))
    }
    guard json["text_config"] != nil || json["text_config_dict"] != nil else {
      throw ModelError(
        path: path, reason: .notCLIP(modelType: json["model_type"]?.string ?? "none"))
    }
    let text = try ConfigurationSection("text_config", of: json, path: path)
    let vision = try ConfigurationSection("vision_config", of: json, path: path)
    let top = ConfigurationSection(json, path: path)
    self.text = try Text(text, path: path)
    self.vision = try Vision(vision)
    embeddingWidth = try top.size("projection_dim", default: 512)
  }
}

extension CLIPConfiguration.Text {
  fileprivate init(_ section: ConfigurationSection, path: String) throws {
    width = try section.size("hidden_size", default: 512)
    intermediateWidth = try section.size("intermediate_size", default: 2048)
    layerCount = try section.size("num_hidden_layers", default: 12)
    headCount = try section.size("num_attention_heads", default: 8)
    contextLength = try section.size("max_position_embeddings", default: 77, atLeast: 2)
    vocabularySize = try section.size("vocab_size", default: 49_408)
    epsilon = try section.positiveNumber("layer_norm_eps", default: 1e-5)
    activation = try section.activation("hidden_act", default: .quickGELU)
    let endToken = try section.integer("eos_token_id", default: 49_407)
    pooling = endToken == 2 ? .largestID : .first(endToken)
    try checkHeads(path: path)
  }

  /// Checks that the heads share the width evenly.
  func checkHeads(path: String) throws(ModelError) {
    guard width % headCount == 0 else {
      throw ModelError(path: path, reason: .headsDoNotDivide(width: width, headCount: headCount))
    }
  }
}

extension CLIPConfiguration.Vision {
  fileprivate init(_ section: ConfigurationSection) throws {
    width = try section.size("hidden_size", default: 768)
    layerCount = try section.size("num_hidden_layers", default: 12)
    epsilon = try section.positiveNumber("layer_norm_eps", default: 1e-5)
    let name = try section.string("hidden_act", default: ActivationFunction.quickGELU.rawValue)
    activation = ActivationFunction(rawValue: name)
    blockObstacle = activation == nil ? "hidden_act \(name.printable(limit: 80))" : nil
  }
}
