/// SAELens: `sae_weights.safetensors` with `cfg.json` beside it.
///
/// <https://github.com/decoderesearch/SAELens>, `sae_lens/saes`.
enum SAELensReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard contents.fileName == Autoencoder.weightsName else {
      return .no("the file is not named \(Autoencoder.weightsName)")
    }
    guard contents.configurations[Autoencoder.configurationName] != nil else {
      return .no("no \(Autoencoder.configurationName) beside it")
    }
    let tensors = FamilyTensors(contents.file)
    return .fits(tensors, because: "\(Autoencoder.configurationName) beside \(contents.fileName)")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let path = source.contents.directory + "/" + Autoencoder.configurationName
    let configuration = try SAELensConfiguration(contentsOf: path)
    let weights = SAELensWeights(
      tensors: source.tensors, configuration: configuration, directory: source.contents.directory)
    var notes = [configuration.normalizationNote].compactMap { $0 }
    let bias = try weights.vectors(notes: &notes)
    let layout = try weights.layout(orientation: source.orientation)
    let (encoding, scalerPath) = try weights.encoding(decoderBias: bias)
    var known = Set(configuration.architecture.vectors + ["W_enc", "W_dec", "b_dec"])
    known.formUnion(["scaling_factor", "W_skip"])
    if [.batchtopk, .matryoshkaBatchTopK].contains(configuration.architecture) {
      known.insert("topk_threshold")
    }
    notes += source.tensors.notes(besides: known)
    return FamilyParts(
      architecture: configuration.architecture.rawValue, layout: layout, encoding: encoding,
      decoderBias: bias,
      skipConnection: source.tensors.skipConnection,
      hook: configuration.hook,
      configurationPaths: [path] + [scalerPath].compactMap { $0 }, notes: notes)
  }
}

/// The tensors of a SAELens autoencoder, with what its configuration says they should be.
private struct SAELensWeights {
  var tensors: FamilyTensors
  var configuration: SAELensConfiguration
  var directory: String

  /// The number of features.
  var n: Int { configuration.featureCount }

  private func feature(_ name: String) throws -> [Float] {
    try tensors.vector(name, count: n, by: "d_sae \(n) of cfg.json")
  }

  /// Checks the vectors, and reads the one that is added after decoding.
  ///
  /// - Parameter notes: Receives notes on tensors that do not matter for directions.
  /// - Returns: The decoder bias, [d_out].
  /// - Throws: `CheckpointError` if one is missing; `AutoencoderError` if one has a wrong length.
  func vectors(notes: inout [String]) throws -> [Float] {
    for name in configuration.architecture.vectors { _ = try feature(name) }
    let size = configuration.isTranscoder ? "d_out" : "d_in"
    let width = configuration.outputWidth
    let bias = try tensors.vector("b_dec", count: width, by: "\(size) \(width) of cfg.json")
    if tensors.has("scaling_factor") {
      _ = try feature("scaling_factor")
      notes.append("scaling_factor scales activations: directions are unchanged")
    }
    if tensors.has("W_skip") {
      notes.append("W_skip adds a linear map of the input: it is part of no direction")
    }
    return bias
  }

  /// Proves the orientation of both matrices.
  func layout(orientation: Orientation?) throws -> MatrixLayout {
    let d = configuration.inputWidth
    let output = configuration.isTranscoder ? " and d_out \(configuration.outputWidth)" : ""
    let layout = FamilyLayout(
      path: tensors.file.path, family: "SAELens", n: n, d: d,
      outputWidth: configuration.outputWidth,
      sizes: "d_sae \(n) and d_in \(d)\(output) of cfg.json", orientation: orientation)
    return try layout.layout(
      encoder: .init(tensor: try tensors.matrix("W_enc"), orientation: .columns),
      decoder: .init(tensor: try tensors.matrix("W_dec"), orientation: .rows))
  }

  /// How inputs are encoded, and the file of a scale if there is one.
  func encoding(decoderBias: [Float]) throws -> (Encoding, scalerPath: String?) {
    var encoding = Encoding()
    if configuration.subtractsBias, decoderBias.count == configuration.inputWidth {
      encoding.inputBias = decoderBias
    }
    if configuration.architecture.vectors.contains("b_enc") {
      encoding.encoderBias = try feature("b_enc")
    }
    encoding.scalesByDecoderNorm = configuration.scalesByDecoderNorm
    if tensors.has("scaling_factor") {
      encoding.missing.append("how scaling_factor was meant")
    }
    try setActivation(of: &encoding)
    let scalerPath = try setNormalization(of: &encoding)
    return (encoding, scalerPath)
  }

  private func setActivation(of encoding: inout Encoding) throws {
    switch configuration.architecture {
    case .standard, .transcoder, .skipTranscoder:
      guard configuration.activation == nil || configuration.activation == "relu" else {
        let name = configuration.activation?.printable(limit: 80) ?? ""
        encoding.missing.append("what the activation \(name) is")
        return
      }
      encoding.activation = .relu
    case .jumprelu, .jumpreluTranscoder:
      encoding.activation = .jumpReLU(threshold: try feature("threshold"), atThreshold: false)
    case .gated:
      encoding.activation = .gated(
        Encoding.Gate(
          bias: try feature("b_gate"), logScale: try feature("r_mag"),
          magnitudeBias: try feature("b_mag")))
    case .topk, .abstopk, .batchtopk, .matryoshkaBatchTopK:
      guard let k = configuration.k else {
        encoding.missing.append("k")
        return
      }
      let isAbsolute = configuration.architecture == .abstopk
      let isOverBatch = ![.topk, .abstopk].contains(configuration.architecture)
      encoding.activation = .topK(
        Encoding.TopK(
          k: k, isRectified: !isAbsolute, isByMagnitude: isAbsolute, isOverBatch: isOverBatch))
    }
  }

  /// Adds the normalisation of inputs.
  private func setNormalization(of encoding: inout Encoding) throws -> String? {
    switch configuration.normalization {
    case .none: break
    case .layerNorm: encoding.inputSteps = [.layerNorm(epsilon: 1e-5)]
    case .constantNorm: encoding.inputSteps = [.constantNorm]
    case .constantScalar: encoding.missing.append("the factor of constant_scalar_rescale")
    case .expectedAverage:
      let path = directory + "/activation_scaler.json"
      guard MappedFile.exists(path) else {
        encoding.missing.append("the factor of expected_average_only_in (activation_scaler.json)")
        return nil
      }
      let fields = ConfigurationFields(
        path: path, objects: [try JSONValue(contentsOf: path).object ?? [:]])
      guard let factor = try fields.number("scaling_factor") else {
        encoding.missing.append("the factor of expected_average_only_in (activation_scaler.json)")
        return path
      }
      encoding.inputSteps = [.scale(factor)]
      return path
    }
    return nil
  }
}
