internal import Foundation

/// Puts an autoencoder in the terms of SAELens, or says why that cannot be done.
///
/// With an input that is encoded as s x - t, the input bias p, the encoder bias c and the decoder
/// bias q, directions w and d become s w and d / s, and the biases
///
///     b_dec = (q + t) / s               if p = q, for s x - t - p = s (x - (t + p) / s)
///     b_enc = c - W (t + p)             otherwise, and nothing is subtracted from inputs
///
/// Only what is not 1 or 0 changes anything. Sums are kept in `Double`, and results rounded once.
struct SAELensMapping {
  private let autoencoder: Autoencoder
  private let encoding: Encoding
  private let activation: Encoding.Activation
  private let encoder: DirectionBank
  private let decoder: DirectionBank

  /// What was folded, rounded or computed.
  private var notes: [String] = []

  /// Takes an autoencoder.
  ///
  /// - Parameters:
  ///   - autoencoder: The autoencoder.
  ///   - stated: How inputs are encoded, if the files do not say it.
  /// - Throws: `AutoencoderError` if a matrix is not there, or it is open how inputs are encoded.
  init(_ autoencoder: Autoencoder, encodingBy stated: Encoding?) throws(AutoencoderError) {
    func fail(_ what: String) -> AutoencoderError {
      AutoencoderError(path: autoencoder.path, reason: .notInSAELens(what))
    }
    guard let encoder = autoencoder.encoder else { throw fail("no linear encoder") }
    guard let decoder = autoencoder.decoder else { throw fail("no decoder") }
    guard let encoding = stated ?? autoencoder.encoding else {
      throw fail("nothing says how inputs are encoded")
    }
    guard let activation = encoding.activation, encoding.missing.isEmpty else {
      let missing =
        encoding.missing.isEmpty ? "the activation" : encoding.missing.joined(separator: ", ")
      let remedy = encoding.lacksActivationAlone ? ", which --activation does" : ""
      throw fail("the files do not say " + missing + remedy)
    }
    (self.autoencoder, self.encoding, self.activation) = (autoencoder, encoding, activation)
    (self.encoder, self.decoder) = (encoder, decoder)
  }

  /// The autoencoder in the terms of SAELens.
  ///
  /// - Returns: The form.
  /// - Throws: `AutoencoderError` if SAELens has no terms for it.
  mutating func form() throws(AutoencoderError) -> SAELensForm {
    let architecture = try architecture()
    let inputs = try inputs()
    let rescales = try rescales(architecture, inputs)
    let biases = try biases(inputs)
    for (bank, factor) in [(encoder, inputs.scale), (decoder, 1 / inputs.scale)]
    where factor != 1 || bank.tensor.dtype == .f64 {
      try checkRange(bank, factor: factor)
    }
    var weights = [
      SAELensForm.Weights(
        name: "W_enc", source: .matrix(encoder.matrixOfColumns, factor: inputs.scale)),
      SAELensForm.Weights(
        name: "W_dec", source: .matrix(decoder.matrixOfRows, factor: 1 / inputs.scale)),
    ]
    if let skip = autoencoder.skipConnection {
      guard skip.shape == [decoder.width, encoder.width], skip.dtype.isFloatingPoint else {
        throw fail(
          "W_skip is \(skip.dtype.rawValue) \(skip.shapeDescription), "
            + "expected real numbers of shape [\(decoder.width), \(encoder.width)]")
      }
      weights.append(.init(name: "W_skip", source: .matrix(skip, factor: 1)))
    }
    var vectors = try featureVectors(foldedOut: biases.projection)
    vectors.append(("b_dec", biases.decoder))
    weights += vectors.map { .init(name: $0.name, source: .vector($0.elements)) }
    let dtype = dtype(of: weights)
    var configuration: JSONObject = [
      "architecture": .string(architecture.rawValue), "d_in": .integer(encoder.width),
      "d_sae": .integer(encoder.count), "dtype": .string(Self.names[dtype] ?? "float32"),
      "device": "cpu", "apply_b_dec_to_input": .bool(biases.isSubtracted),
      "normalize_activations": .string(inputs.normalization.rawValue),
      "reshape_activations": "none",
    ]
    if autoencoder.isTranscoder { configuration["d_out"] = .integer(decoder.width) }
    if case .topK(let top) = activation {
      configuration["k"] = .integer(min(top.k, encoder.count))
      configuration["rescale_acts_by_decoder_norm"] = .bool(rescales)
    }
    return SAELensForm(
      architecture: architecture, configuration: configuration, weights: weights, dtype: dtype,
      notes: notes)
  }

  private func fail(_ what: String) -> AutoencoderError {
    AutoencoderError(path: autoencoder.path, reason: .notInSAELens(what))
  }

  private func lacking(_ what: String) -> AutoencoderError { fail("it has no \(what)") }
}

// MARK: - Rules

extension SAELensMapping {
  /// The architecture that encodes by the same rule.
  private func architecture() throws(AutoencoderError) -> SAELensConfiguration.Architecture {
    if encoding.featureNorm != nil { throw lacking("layer norm over features") }
    if let cap = encoding.softCap { throw lacking("soft cap of \(cap)") }
    let skips = autoencoder.skipConnection != nil
    switch (activation, autoencoder.isTranscoder) {
    case (.relu, false) where !skips: return .standard
    case (.jumpReLU, false) where !skips: return .jumprelu
    case (.gated, false) where !skips: return .gated
    case (.topK(let top), false) where !skips && !top.isOverBatch:
      if top.isRectified, !top.isByMagnitude { return .topk }
      if !top.isRectified, top.isByMagnitude { return .abstopk }
    case (.relu, true): return skips ? .skipTranscoder : .transcoder
    case (.jumpReLU, true) where !skips: return .jumpreluTranscoder
    default: break
    }
    let kind = autoencoder.isTranscoder ? "transcoder by " : ""
    throw lacking(kind + activation.summary + (skips ? " with W_skip" : ""))
  }

  /// What is done to inputs: a normalisation, then s x - t.
  private struct Inputs {
    var normalization = SAELensConfiguration.Normalization.none
    var scale = 1.0
    var offset: [Double]

    var isUnchanged: Bool { scale == 1 && offset.allSatisfy { $0 == 0 } }
  }

  private func inputs() throws(AutoencoderError) -> Inputs {
    var inputs = Inputs(offset: [Double](repeating: 0, count: encoder.width))
    for step in encoding.inputSteps {
      switch step {
      case .scale(let factor):
        inputs.scale *= factor
        inputs.offset = inputs.offset.map { $0 * factor }
      case .center(let mean, let factor):
        inputs.scale *= factor
        inputs.offset = zip(inputs.offset, mean).map { ($0 + Double($1)) * factor }
      case .layerNorm(let epsilon):
        guard epsilon == 1e-5 else { throw lacking("layer norm with an epsilon of \(epsilon)") }
        try normalize(&inputs, by: .layerNorm)
      case .constantNorm: try normalize(&inputs, by: .constantNorm)
      }
    }
    guard inputs.scale.isFinite, inputs.scale != 0 else {
      throw fail("inputs times \(inputs.scale)")
    }
    guard !autoencoder.isTranscoder || inputs.isUnchanged else {
      throw lacking("transcoder of inputs that are scaled")
    }
    // Others undo a normalisation after decoding, which SAELens does not in its transcoders.
    let isOwn = autoencoder.family == AutoencoderFamily.saelens.rawValue
    guard !autoencoder.isTranscoder || isOwn || inputs.normalization == .none else {
      throw fail("it does not undo \(inputs.normalization.rawValue) behind a transcoder")
    }
    return inputs
  }

  private func normalize(
    _ inputs: inout Inputs, by normalization: SAELensConfiguration.Normalization
  ) throws(AutoencoderError) {
    guard inputs.isUnchanged, inputs.normalization == .none else {
      throw lacking("mean or scale of inputs before \(normalization.rawValue)")
    }
    inputs.normalization = normalization
  }

  /// Whether SAELens is to multiply values by the lengths of decoder directions.
  private func rescales(
    _ architecture: SAELensConfiguration.Architecture, _ inputs: Inputs
  ) throws(AutoencoderError) -> Bool {
    // A gate takes values as they are.
    guard encoding.scalesByDecoderNorm, architecture != .gated else { return false }
    guard [.topk, .abstopk].contains(architecture) else {
      throw lacking("\(activation.summary) of values times decoder lengths")
    }
    guard inputs.scale == 1 else {
      throw lacking("scale of inputs beside values times decoder lengths")
    }
    return true
  }
}

// MARK: - Folding

extension SAELensMapping {
  /// The decoder bias, whether it is subtracted from inputs, and W (t + p) if that is taken from
  /// the encoder bias instead, [n].
  private struct Biases {
    var decoder: [Float]
    var isSubtracted: Bool
    var projection: [Double]?
  }

  private mutating func biases(_ inputs: Inputs) throws(AutoencoderError) -> Biases {
    let stored =
      autoencoder.decoderBias ?? [Float](repeating: 0, count: decoder.width)
    let input = encoding.inputBias
    // The bits, since a bias may hold NaN.
    var isSubtracted = input?.map(\.bitPattern) == stored.map(\.bitPattern)
    var bias = stored
    if !inputs.isUnchanged {
      isSubtracted = isSubtracted || (input == nil && stored.allSatisfy { $0 == 0 })
      bias = try rounded(
        zip(stored, inputs.offset).map { (Double($0) + $1) / inputs.scale }, "b_dec")
      notes.append("the mean and scale of inputs are folded into W_enc, W_dec and b_dec")
    }
    if autoencoder.isTranscoder { isSubtracted = false }
    guard !isSubtracted, input != nil || !inputs.isUnchanged else {
      return Biases(decoder: bias, isSubtracted: isSubtracted)
    }
    let total = inputs.offset.indices.map { inputs.offset[$0] + Double(input?[$0] ?? 0) }
    notes.append("what is subtracted from inputs is folded into the biases of the encoder")
    return Biases(decoder: bias, isSubtracted: false, projection: encoder.products(with: total))
  }

  /// The vectors of one number for each feature.
  ///
  /// - Parameter projection: What is to be taken from the biases, [n], if anything.
  /// - Returns: Names and elements, [n] each.
  /// - Throws: `AutoencoderError` if a bias becomes infinite.
  private mutating func featureVectors(
    foldedOut projection: [Double]?
  ) throws(AutoencoderError) -> [(name: String, elements: [Float])] {
    func folded(
      _ bias: [Float], _ name: String, _ factor: (Int) -> Double = { _ in 1 }
    ) throws(AutoencoderError) -> [Float] {
      guard let projection else { return bias }
      return try rounded(bias.indices.map { Double(bias[$0]) - factor($0) * projection[$0] }, name)
    }
    let bias = encoding.encoderBias ?? [Float](repeating: 0, count: encoder.count)
    switch activation {
    case .gated(let gate):
      return [
        ("b_gate", try folded(gate.bias, "b_gate")), ("r_mag", gate.logScale),
        (
          "b_mag",
          try folded(gate.magnitudeBias, "b_mag") { exp(Double(gate.logScale[$0])) }
        ),
      ]
    case .jumpReLU(let threshold, let atThreshold):
      // A Float is at least the threshold where it is above the next lower one.
      if atThreshold {
        notes.append("thresholds are the next lower numbers, for SAELens keeps what is above them")
      }
      return [
        ("b_enc", try folded(bias, "b_enc")),
        ("threshold", atThreshold ? threshold.map(\.nextDown) : threshold),
      ]
    default: return [("b_enc", try folded(bias, "b_enc"))]
    }
  }

  /// Numbers rounded to `Float`, unless that makes a finite one infinite.
  private func rounded(
    _ values: [Double], _ name: String
  ) throws(AutoencoderError) -> [Float] {
    let result = values.map { Float($0) }
    guard zip(values, result).allSatisfy({ $1.isFinite || !$0.isFinite }) else {
      throw fail("\(name) beyond the range of F32")
    }
    return result
  }

  private func checkRange(_ bank: DirectionBank, factor: Double) throws(AutoencoderError) {
    let summary = TensorSummary(of: bank.tensor, workers: 1)
    let largest = max(abs(summary.minimum ?? 0), abs(summary.maximum ?? 0))
    guard Float(largest * abs(factor)).isFinite else {
      throw fail("\(bank.tensor.name.printable(limit: 80)) beyond the range of F32")
    }
  }

  /// The type in which everything can be written as it is stored, else F32.
  private mutating func dtype(of weights: [SAELensForm.Weights]) -> DType {
    var (isUnchanged, vectors) = (true, [Float]())
    var types: Set<DType> = []
    for tensor in weights {
      switch tensor.source {
      case .matrix(let matrix, let factor):
        isUnchanged = isUnchanged && factor == 1
        types.insert(matrix.dtype)
      case .vector(let elements): vectors += elements
      }
    }
    if encoder.heldBytes + decoder.heldBytes > 0 {
      notes.append("directions are computed from what is stored, and rounded to F32")
    }
    if types.contains(.f64) { notes.append("F64 is rounded to F32") }
    guard types.count == 1, let dtype = types.first, [.f16, .bf16].contains(dtype) else {
      return .f32
    }
    guard isUnchanged, vectors.isExact(in: dtype) else {
      notes.append("\(dtype.rawValue) is written as F32, which other numbers here need")
      return .f32
    }
    return dtype
  }

  /// What SAELens calls types.
  private static let names: [DType: String] = [
    .f32: "float32", .f16: "float16", .bf16: "bfloat16",
  ]
}
