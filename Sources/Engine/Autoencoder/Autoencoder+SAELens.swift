extension Autoencoder {
  /// Opens a SAELens directory: `cfg.json` and `sae_weights.safetensors`.
  ///
  /// The layout is `W_enc` [d_in, d_sae] and `W_dec` [d_sae, d_in]; the shapes prove it where the
  /// sizes differ. Where they are equal, the names alone are no proof: the lengths of the decoder
  /// directions or their cosines with the encoder directions must bear the layout out, or
  /// `orientation` must be stated.
  ///
  /// - Parameters:
  ///   - directory: The directory.
  ///   - orientation: Which way the features of `W_dec` run, if it is to be believed over the
  ///     layout; nil for the layout of SAELens.
  /// - Throws: `CheckpointError` if a file, field or tensor is missing or malformed;
  ///   `AutoencoderError` if the files contradict each other, the orientation cannot be proven, or
  ///   the directions lie in a space that cannot be read.
  public init(directory: String, orientation: Orientation? = nil) throws {
    let root = directory.withoutFinalSlash
    let configuration = try SAELensConfiguration(
      contentsOf: root + "/" + Self.configurationName)
    var notes = [configuration.normalizationNote].compactMap { $0 }
    let space = try Self.space(of: configuration, notes: &notes)

    let weightsPath = root + "/" + Self.weightsName
    let weights = SAELensWeights(
      file: try TensorFile(contentsOf: weightsPath), configuration: configuration)
    let bias = try weights.vectors(notes: &notes)
    let layout = try weights.layout(orientation: orientation)
    notes += weights.extraTensorNotes
    notes += [Self.note(onBias: bias)].compactMap { $0 }

    self.init(
      path: directory, sourcePaths: [configuration.path, weightsPath], family: "saelens",
      architecture: configuration.architecture.rawValue,
      featureCount: configuration.featureCount, inputWidth: configuration.inputWidth,
      encoder: layout.encoder, decoder: layout.decoder, decoderBias: bias, space: space,
      hookName: configuration.hookName, modelName: configuration.modelName, notes: notes,
      evidence: layout.evidence)
  }

  /// The space of a hook, with a note where it needs one.
  private static func space(
    of configuration: SAELensConfiguration, notes: inout [String]
  ) throws(AutoencoderError) -> Space {
    guard let hook = configuration.hookName else {
      notes.append("no hook is stated: whether directions are of the residual stream is not known")
      return .unstated
    }
    switch HookSpace(hookName: hook) {
    case .residual: return .residual
    case .joint: return .joint
    case .addedToResidual:
      notes.append(
        "hook \(hook.printable()) is added to the residual stream: directions are read there")
      return .residual
    case .other(let what):
      throw AutoencoderError(
        path: configuration.path, reason: .otherSpace(hook: hook, what: what))
    case .unknown:
      throw AutoencoderError(path: configuration.path, reason: .unknownHook(hook))
    }
  }
}

/// The tensors of a SAELens autoencoder, with what its configuration says they should be.
private struct SAELensWeights {
  var file: TensorFile
  var configuration: SAELensConfiguration

  /// The number of features.
  var n: Int { configuration.featureCount }
  /// The width of the input.
  var d: Int { configuration.inputWidth }

  /// The vectors of length n that an architecture has.
  var featureVectors: [String] {
    switch configuration.architecture {
    case .standard, .topk, .batchtopk, .matryoshkaBatchTopK: ["b_enc"]
    case .jumprelu: ["b_enc", "threshold"]
    case .gated: ["b_gate", "r_mag", "b_mag"]
    }
  }

  /// Checks the vectors, and reads the one that matters for directions.
  ///
  /// - Parameter notes: Receives a note on a legacy scale.
  /// - Returns: The decoder bias, [d].
  /// - Throws: `CheckpointError` if one is missing; `AutoencoderError` if one has a wrong length.
  func vectors(notes: inout [String]) throws -> [Float] {
    for name in featureVectors { _ = try vector(name, count: n, size: "d_sae") }
    let bias = try vector("b_dec", count: d, size: "d_in")
    if file.tensors["scaling_factor"] != nil {
      _ = try vector("scaling_factor", count: n, size: "d_sae")
      notes.append("scaling_factor scales activations: directions are unchanged")
    }
    return bias.floats()
  }

  private func vector(_ name: String, count: Int, size: String) throws -> Tensor {
    let tensor = try file.weights(name, shape: [nil])
    guard tensor.shape == [count] else {
      throw AutoencoderError(
        path: file.path,
        reason: .wrongShape(
          tensor: name, found: tensor.shape, expected: [count], sizes: "\(size) \(count)"))
    }
    return tensor
  }

  /// A note on tensors that no reader here uses.
  var extraTensorNotes: [String] {
    var known = Set(featureVectors + ["W_enc", "W_dec", "b_dec", "scaling_factor"])
    if [.batchtopk, .matryoshkaBatchTopK].contains(configuration.architecture) {
      known.insert("topk_threshold")
    }
    let extra = file.names.filter { !known.contains($0) }
    guard !extra.isEmpty else { return [] }
    let listed = extra.prefix(12).map { name in
      "\(name.printable(limit: 80)) \(file.tensors[name]?.shapeDescription ?? "")"
    }
    let rest = extra.count > 12 ? " and \(extra.count - 12) more" : ""
    return ["tensors that are not used: " + listed.joined(separator: ", ") + rest]
  }

  /// Proves the orientation of both matrices.
  ///
  /// - Parameter orientation: Which way the features of `W_dec` run, if that was stated.
  /// - Returns: The directions and the evidence.
  /// - Throws: `CheckpointError` or `AutoencoderError`.
  func layout(orientation: Orientation?) throws -> MatrixLayout {
    let encoder = try file.weights("W_enc", shape: [nil, nil])
    let decoder = try file.weights("W_dec", shape: [nil, nil])
    if n == d {
      try checkShape(of: encoder, expected: [d, n], mayBeTransposed: false)
      try checkShape(of: decoder, expected: [n, d], mayBeTransposed: false)
      return try squareLayout(encoder: encoder, decoder: decoder, orientation: orientation)
    }
    let wanted = orientation ?? .rows
    try checkShape(
      of: decoder, expected: wanted == .rows ? [n, d] : [d, n], mayBeTransposed: false)
    try checkShape(of: encoder, expected: [d, n], mayBeTransposed: orientation != nil)
    var layout = MatrixLayout()
    layout.setDecoder(decoder, wanted, because: "d_sae \(n) and d_in \(d) of cfg.json")
    layout.setEncoder(
      encoder, encoder.shape == [n, d] ? .rows : .columns,
      because: "d_sae \(n) and d_in \(d) of cfg.json")
    return layout
  }

  private func checkShape(
    of tensor: Tensor, expected: [Int], mayBeTransposed: Bool
  ) throws(AutoencoderError) {
    if tensor.shape == expected { return }
    guard tensor.shape == expected.reversed() else {
      throw AutoencoderError(
        path: file.path,
        reason: .wrongShape(
          tensor: tensor.name, found: tensor.shape, expected: expected,
          sizes: "d_sae \(n) and d_in \(d)"))
    }
    guard mayBeTransposed else {
      throw AutoencoderError(
        path: file.path,
        reason: .transposed(tensor: tensor.name, found: tensor.shape, expected: expected))
    }
  }

  /// Weighs what the numbers say of square matrices, whose shapes say nothing.
  private func squareLayout(
    encoder: Tensor, decoder: Tensor, orientation: Orientation?
  ) throws(AutoencoderError) -> MatrixLayout {
    let lengths = LengthScatter(of: decoder)
    let pairing = Pairing(encoder: encoder, decoder: decoder)
    let summary = "W_dec \(lengths.summary), \(pairing.summary)"
    var layout = MatrixLayout()
    if let orientation {
      let doubt = lengths.orientation == orientation.opposite ? ", though \(lengths.summary)" : ""
      layout.setDecoder(
        decoder, orientation, because: "--orientation \(orientation.rawValue)" + doubt)
      let isSame = pairing.isSame ?? false
      layout.setEncoder(
        encoder, isSame ? orientation : orientation.opposite,
        because: pairing.isSame == nil ? "the layout of SAELens beside that" : pairing.summary)
      return layout
    }
    if lengths.orientation == .columns || pairing.isSame == true {
      let tensor = lengths.orientation == .rows ? encoder : decoder
      throw AutoencoderError(
        path: file.path, reason: .contradiction(tensor: tensor.name, evidence: summary))
    }
    guard lengths.orientation == .rows || pairing.isSame == false else {
      throw AutoencoderError(
        path: file.path,
        reason: .ambiguous(
          tensor: decoder.name, shape: decoder.shape, evidence: summary,
          remedy: "--orientation rows or columns"))
    }
    layout.setDecoder(decoder, .rows, because: "the layout of SAELens, borne out: \(summary)")
    layout.setEncoder(encoder, .columns, because: "the layout of SAELens, borne out: \(summary)")
    return layout
  }
}
