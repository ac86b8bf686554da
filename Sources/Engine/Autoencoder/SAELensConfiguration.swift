/// The `cfg.json` of a SAELens autoencoder, of version 6 or before.
///
/// Version 6 keeps what describes the activations in `metadata`; older files are flat, call the
/// hook `hook_point`, and may lack `architecture`.
/// <https://github.com/decoderesearch/SAELens>, `sae_lens/loading/pretrained_sae_loaders.py`.
struct SAELensConfiguration {
  /// The architectures whose tensors are read here.
  enum Architecture: String, CaseIterable {
    case standard, topk, batchtopk
    case matryoshkaBatchTopK = "matryoshka_batchtopk"
    case jumprelu, gated
  }

  /// What is done to activations before they are encoded.
  enum Normalization: String, CaseIterable {
    case none
    case expectedAverage = "expected_average_only_in"
    case constantNorm = "constant_norm_rescale"
    case constantScalar = "constant_scalar_rescale"
    case layerNorm = "layer_norm"
  }

  /// The file.
  let path: String
  /// The kind of autoencoder.
  let architecture: Architecture
  /// The width of its input, `d_in`.
  let inputWidth: Int
  /// The number of its features, `d_sae`.
  let featureCount: Int
  /// What is done to its input.
  let normalization: Normalization
  /// Where its input was taken, if that is stated.
  let hookName: String?
  /// The model that its input was taken from, if that is stated.
  let modelName: String?

  /// Reads and checks a configuration.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it cannot be read or a field is missing or of a wrong type;
  ///   `AutoencoderError` if it describes what cannot be read here.
  init(contentsOf path: String) throws {
    let fields = Fields(path: path, json: try JSONValue(contentsOf: path))
    self.path = path
    architecture = try Self.architecture(fields)
    inputWidth = try fields.size("d_in")
    featureCount = try fields.size("d_sae")
    normalization = try Self.normalization(fields)
    hookName = try fields.string("hook_name") ?? fields.string("hook_point")
    modelName = try fields.string("model_name")
    if let reshaping = try fields.string("reshape_activations"), reshaping != "none" {
      throw AutoencoderError(path: path, reason: .reshapedActivations(reshaping))
    }
  }

  private static func architecture(_ fields: Fields) throws -> Architecture {
    let activation = try fields.string("activation_fn_str") ?? fields.string("activation_fn")
    let name =
      try fields.string("architecture") ?? (activation == "topk" ? "topk" : "standard")
    if name.contains("transcoder") {
      throw AutoencoderError(path: fields.path, reason: .transcoder(name))
    }
    guard let architecture = Architecture(rawValue: name) else {
      throw AutoencoderError(path: fields.path, reason: .unknownArchitecture(name))
    }
    return architecture == .standard && activation == "topk" ? .topk : architecture
  }

  private static func normalization(_ fields: Fields) throws -> Normalization {
    if let scaled = fields.value("normalize_activations")?.bool {
      return scaled ? .expectedAverage : .none
    }
    let name = try fields.string("normalize_activations") ?? "none"
    guard let normalization = Normalization(rawValue: name) else {
      throw AutoencoderError(path: fields.path, reason: .unknownNormalization(name))
    }
    return normalization
  }
}

extension SAELensConfiguration {
  /// What the normalisation means for directions, or nil if there is none.
  ///
  /// Scales of inputs, by a constant or by one number for each input, scale the directions and
  /// the decoder bias alike, so cosines stay as they are. `layer_norm` encodes
  /// (x - mean x) / std x: decoder directions are scaled alone, and an encoder direction acts as
  /// w - mean w, which the centring of the lens makes of it in any case.
  var normalizationNote: String? {
    switch normalization {
    case .none: nil
    case .expectedAverage, .constantNorm, .constantScalar:
      "normalize_activations \(normalization.rawValue) scales inputs: directions are unchanged"
    case .layerNorm:
      "normalize_activations layer_norm centres and scales each input: decoder directions are "
        + "unchanged, encoder directions up to their mean, which the maps full and linear remove"
    }
  }

  /// The members of the file, those of `metadata` first.
  private struct Fields {
    var path: String
    var json: JSONValue

    /// A member, or nil if there is none or it is null.
    func value(_ name: String) -> JSONValue? {
      for case .some(let value) in [json["metadata"]?[name], json[name]] where value != .null {
        return value
      }
      return Optional.none
    }

    func string(_ name: String) throws(CheckpointError) -> String? {
      guard let value = value(name) else { return nil }
      guard let string = value.string else { throw wrong(name, value, "a string") }
      return string
    }

    func size(_ name: String) throws(CheckpointError) -> Int {
      guard let value = value(name) else {
        throw CheckpointError(path: path, reason: .missingField(name))
      }
      guard let size = value.integer, size > 0 else { throw wrong(name, value, "a size above 0") }
      return size
    }

    private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> CheckpointError {
      CheckpointError(
        path: path,
        reason: .wrongField(name, found: value.serialized(), expected: expected))
    }
  }
}
