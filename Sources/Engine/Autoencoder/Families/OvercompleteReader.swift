internal import Foundation

/// overcomplete: a dictionary and an encoder, as a state dictionary or a pickled module.
///
/// The state dictionary says neither the class nor the normalisation of the dictionary. Layout and
/// rule: `overcomplete/sae/*.py`.
enum OvercompleteReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    if let tensors = contents.tensors("dictionary._weights") {
      return .fits(tensors, because: named("dictionary._weights", contents))
    }
    if let tensors = contents.tensors("dictionary.W", "dictionary.C", "dictionary.Relax") {
      return .fits(tensors, because: named("dictionary.W, C and Relax", contents))
    }
    return .no("no dictionary._weights, nor dictionary.W, C and Relax")
  }

  private static func named(_ names: String, _ contents: CheckpointContents) -> String {
    contents.rootClass.map { "\(names), of class \($0.printable(limit: 80))" } ?? names
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let className = source.contents.rootClass?.split(separator: ".").last.map(String.init)
    var notes: [String] = []
    let dictionary = try OvercompleteDictionary(
      tensors, normalization: normalization(source.contents), orientation: source.orientation)
    notes += dictionary.notes
    var layout = MatrixLayout()
    layout.replaceDecoder(dictionary.bank)
    layout.addEvidence(dictionary.evidence)
    var encoding = Encoding()
    let isLinear = hasLinearEncoder(tensors)
    if isLinear {
      try setEncoder(&layout, &encoding, source, dictionary)
      try setActivation(of: &encoding, tensors, className)
    } else {
      notes.append("the encoder is no linear layer: there are no encoder directions")
    }
    let thresholds = tensors.has("thresholds") ? "JumpSAE" : "unknown"
    return FamilyParts(
      architecture: className ?? thresholds, layout: layout,
      encoding: isLinear ? encoding : nil, notes: notes)
  }

  /// The normalisation that a pickled module states, such as `normalize_l2`.
  private static func normalization(_ contents: CheckpointContents) -> String? {
    let stated = contents.file.attributes["_modules.dictionary.normalization"]?.string
    return stated?.split(separator: ".").last.map(String.init)
  }

  /// Whether the encoder is one linear layer, with or without a normalisation after it.
  private static func hasLinearEncoder(_ tensors: FamilyTensors) -> Bool {
    let layers = tensors.names.filter { $0.hasPrefix("encoder.") }
    return tensors.has("encoder.final_block.0.weight")
      && layers.allSatisfy {
        $0.hasPrefix("encoder.final_block.0.") || $0.hasPrefix("encoder.final_block.1.")
      }
  }

  /// Takes the encoder, into which a batch normalisation is folded:
  /// γ (w x + b - μ) / √(σ² + 1e-5) + β.
  private static func setEncoder(
    _ layout: inout MatrixLayout, _ encoding: inout Encoding, _ source: FamilySource,
    _ dictionary: OvercompleteDictionary
  ) throws {
    let tensors = source.tensors
    let weight = try tensors.matrix("encoder.final_block.0.weight")
    let (n, d) = (dictionary.bank.count, dictionary.bank.width)
    let sizes = FamilySizes(
      tensors, n: n, by: "dictionary [\(n), \(d)]", d: d, by: "its width")
    guard weight.shape == [n, d] else {
      throw AutoencoderError(
        path: tensors.file.path,
        reason: .wrongShape(
          tensor: weight.name, found: weight.shape, expected: [n, d], sizes: "the dictionary"))
    }
    let proof = FamilyLayout(
      path: tensors.file.path, family: "overcomplete", n: n, d: d, outputWidth: d,
      sizes: "the layout of overcomplete", orientation: n == d ? source.orientation : nil)
    layout = try proof.layout(
      encoder: .init(tensor: weight, orientation: .rows),
      decoder: .init(tensor: dictionary.stored, orientation: .rows))
    layout.replaceDecoder(dictionary.bank)
    var bias = [Float](repeating: 0, count: n)
    if tensors.has("encoder.final_block.0.bias") {
      bias = try sizes.feature("encoder.final_block.0.bias")
    }
    encoding.encoderBias = bias
    guard tensors.has("encoder.final_block.1.weight") else { return }
    let gain = try sizes.feature("encoder.final_block.1.weight")
    let shift = try sizes.feature("encoder.final_block.1.bias")
    guard tensors.has("encoder.final_block.1.running_var") else {
      encoding.featureNorm = Encoding.FeatureNorm(gain: gain, shift: shift, epsilon: 1e-5)
      return
    }
    let mean = try sizes.feature("encoder.final_block.1.running_mean")
    let variance = try sizes.feature("encoder.final_block.1.running_var")
    let scales = (0..<n).map { Double(gain[$0]) / (Double(variance[$0]) + 1e-5).squareRoot() }
    layout.replaceEncoder(layout.encoder?.scaled(by: scales))
    encoding.encoderBias = (0..<n).map { i in
      Float(scales[i] * (Double(bias[i]) - Double(mean[i])) + Double(shift[i]))
    }
  }

  private static func setActivation(
    of encoding: inout Encoding, _ tensors: FamilyTensors, _ className: String?
  ) throws {
    let n = encoding.encoderBias?.count ?? 0
    defer { encoding.lacksActivationAlone = encoding.activation == nil }
    if tensors.has("thresholds") {
      let logarithms = try tensors.vector("thresholds", count: n, by: "the dictionary")
      encoding.activation = .jumpReLU(
        threshold: logarithms.map { Float(exp(Double($0))) }, atThreshold: true)
    } else if let className, className.contains("BatchTopK") {
      guard let threshold = tensors.number("running_threshold") else {
        encoding.missing.append("running_threshold")
        return
      }
      encoding.activation = .jumpReLU(
        threshold: [Float](repeating: Float(threshold), count: n), atThreshold: true)
    } else if let className, className.contains("TopK"), let k = tensors.number("top_k"),
      let k = Int(exactly: k), k > 0
    {
      encoding.activation = .topK(Encoding.TopK(k: k))
    } else if className == "SAE" || className == "RASAE" {
      encoding.activation = .relu
    } else {
      encoding.missing.append(
        "the activation (a state dictionary of overcomplete has neither it nor k)")
    }
  }
}
