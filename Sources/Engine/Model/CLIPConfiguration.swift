/// The sizes and switches of a CLIP model in the Hugging Face layout.
///
/// Defaults are those of `CLIPTextConfig` and `CLIPVisionConfig` in transformers. Where the older
/// `text_config_dict` or `vision_config_dict` stand beside the newer members, they win, class
/// defaults included, as `configuration_clip.py` has it.
public struct CLIPConfiguration: Sendable, Equatable {
  /// Where in a sequence the text embedding is taken.
  public enum Pooling: Sendable, Equatable {
    /// At the largest token id: checkpoints that state `eos_token_id` 2.
    case largestID
    /// At the first token of this id.
    case first(Int)
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
  }

  /// What the lens needs of the vision transformer.
  public struct Vision: Sendable, Equatable {
    public var width: Int
    public var layerCount: Int
    public var epsilon: Double
  }

  public var text: Text
  public var vision: Vision

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
    let activationName = try section.string("hidden_act", default: "quick_gelu")
    guard let activation = ActivationFunction(rawValue: activationName) else {
      throw ModelError(path: path, reason: .unknownActivation(activationName))
    }
    self.activation = activation
    let endToken = try section.integer("eos_token_id", default: 49_407)
    pooling = endToken == 2 ? .largestID : .first(endToken)
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
  }
}

/// The members of one part of a configuration, with defaults for those that are not stated.
private struct ConfigurationSection {
  private let members: JSONObject
  private let path: String
  private let prefix: String

  init(_ json: JSONValue, path: String) {
    members = json.object ?? [:]
    self.path = path
    prefix = ""
  }

  /// The section `name`, or `name` with `_dict`, which replaces it entirely.
  ///
  /// transformers makes the older form into a whole configuration, defaults included, and then
  /// overlays it, so that nothing of the newer form is left.
  init(_ name: String, of json: JSONValue, path: String) throws(CheckpointError) {
    func object(_ name: String) throws(CheckpointError) -> JSONObject? {
      guard let value = json[name], value != .null else { return nil }
      guard let object = value.object else {
        throw CheckpointError(
          path: path,
          reason: .wrongField(name, found: value.serialized(), expected: "an object"))
      }
      return object
    }
    let newer = try object(name)
    members = try object(name + "_dict") ?? newer ?? [:]
    self.path = path
    prefix = name + "."
  }

  private func fail(_ name: String, _ found: JSONValue, _ expected: String) -> CheckpointError {
    CheckpointError(
      path: path,
      reason: .wrongField(prefix + name, found: found.serialized(), expected: expected))
  }

  /// The value of a member that is there and not null.
  private func stated(_ name: String) -> JSONValue? {
    guard let value = members[name], value != JSONValue.null else { return .none }
    return value
  }

  func integer(_ name: String, default value: Int) throws(CheckpointError) -> Int {
    guard let stated = stated(name) else { return value }
    guard let integer = stated.integer else { throw fail(name, stated, "a whole number") }
    return integer
  }

  func size(
    _ name: String, default value: Int, atLeast least: Int = 1
  ) throws(CheckpointError) -> Int {
    let size = try integer(name, default: value)
    guard (least...100_000_000).contains(size) else {
      throw fail(name, .integer(size), "a size from \(least) to 100000000")
    }
    return size
  }

  func positiveNumber(_ name: String, default value: Double) throws(CheckpointError) -> Double {
    guard let stated = stated(name) else { return value }
    guard let number = stated.double, number > 0 else {
      throw fail(name, stated, "a positive number")
    }
    return number
  }

  func string(_ name: String, default value: String) throws(CheckpointError) -> String {
    guard let stated = stated(name) else { return value }
    guard let string = stated.string else { throw fail(name, stated, "a string") }
    return string
  }
}
