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
    case jumprelu, gated, abstopk, transcoder
    case skipTranscoder = "skip_transcoder"
    case jumpreluTranscoder = "jumprelu_transcoder"

    /// The vectors of length n.
    var vectors: [String] {
      switch self {
      case .standard, .topk, .batchtopk, .matryoshkaBatchTopK, .abstopk, .transcoder,
        .skipTranscoder:
        ["b_enc"]
      case .jumprelu, .jumpreluTranscoder: ["b_enc", "threshold"]
      case .gated: ["b_gate", "r_mag", "b_mag"]
      }
    }
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
  /// The width of what it writes, `d_out`; `d_in` where it reads and writes one space.
  let outputWidth: Int
  /// Where its input was taken, and the model, as far as they are stated.
  let hook: HookFacts
  /// How many features are kept, `k`.
  let k: Int?
  /// The activation function of older files.
  let activation: String?
  /// Whether the decoder bias is subtracted from inputs.
  let subtractsBias: Bool
  /// Whether values are multiplied by the lengths of the decoder directions.
  let scalesByDecoderNorm: Bool

  /// Whether it writes into another space than it reads.
  var isTranscoder: Bool { hook.isTranscoder }

  /// Reads and checks a configuration.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it cannot be read or a field is missing or of a wrong type;
  ///   `AutoencoderError` if it describes what cannot be read here.
  init(contentsOf path: String) throws {
    let json = try JSONValue(contentsOf: path)
    let fields = ConfigurationFields(
      path: path, objects: [json["metadata"]?.object, json.object].compactMap { $0 })
    self.path = path
    architecture = try Self.architecture(fields)
    inputWidth = try fields.size("d_in")
    featureCount = try fields.size("d_sae")
    normalization = try Self.normalization(fields)
    let isTranscoder = [.transcoder, .skipTranscoder, .jumpreluTranscoder].contains(architecture)
    outputWidth = try isTranscoder ? fields.sizeIfStated("d_out") ?? inputWidth : inputWidth
    hook = HookFacts(
      name: try fields.string("hook_name") ?? fields.string("hook_point"),
      outputName: isTranscoder ? try fields.string("hook_name_out") : nil,
      layer: try fields.integer("hook_layer") ?? fields.integer("hook_point_layer"),
      model: try fields.string("model_name"), isTranscoder: isTranscoder)
    k = try fields.sizeIfStated("k") ?? fields.sizeIfStated("activation_fn_kwargs.k")
    activation = try fields.string("activation_fn_str") ?? fields.string("activation_fn")
    subtractsBias = try fields.bool("apply_b_dec_to_input") ?? !isTranscoder
    scalesByDecoderNorm = try fields.bool("rescale_acts_by_decoder_norm") ?? false
    if let reshaping = try fields.string("reshape_activations"), reshaping != "none" {
      throw AutoencoderError(path: path, reason: .reshapedActivations(reshaping))
    }
  }

  private static func architecture(_ fields: ConfigurationFields) throws -> Architecture {
    let activation = try fields.string("activation_fn_str") ?? fields.string("activation_fn")
    let name =
      try fields.string("architecture") ?? (activation == "topk" ? "topk" : "standard")
    guard let architecture = Architecture(rawValue: name) else {
      throw AutoencoderError(path: fields.path, reason: .unknownArchitecture(name))
    }
    return architecture == .standard && activation == "topk" ? .topk : architecture
  }

  private static func normalization(_ fields: ConfigurationFields) throws -> Normalization {
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
}
