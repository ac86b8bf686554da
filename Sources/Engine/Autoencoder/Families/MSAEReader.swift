internal import Foundation

/// MSAE: `model`, `mean_center` and `scaling_factor`; everything else is in the name of the file.
///
/// Layout and rule: `sae.py` and `utils.py` of WolodjaZ/MSAE. Inputs are (x - mean) scale before
/// the bias is subtracted.
enum MSAEReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard let tensors = contents.tensors("pre_bias", "encoder", "latent_bias") else {
      return .no("no pre_bias, encoder and latent_bias")
    }
    return .fits(tensors, because: "pre_bias, encoder and latent_bias")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let sizes = try FamilySizes(
      tensors, nil, n: ("latent_bias", ""), d: ("pre_bias", ""))
    let name = FileName(parsing: source.contents.fileName, n: sizes.n, d: sizes.d)
    let bias = try sizes.outer("pre_bias")
    var encoding = Encoding(inputBias: bias, encoderBias: try sizes.feature("latent_bias"))
    try setCentre(of: &encoding, source)
    var notes: [String] = []
    if let name {
      if name.isNormalized { encoding.inputSteps.append(.layerNorm(epsilon: 1e-5)) }
      if name.softCap != 0 { encoding.softCap = name.softCap }
      try setActivation(of: &encoding, sizes, name)
      if name.isTied == tensors.has("decoder") {
        throw AutoencoderError(
          path: tensors.file.path,
          reason: .notKnown(
            "decoder", found: tensors.has("decoder") ? "there" : "not there",
            expected: "the contrary by \(name.isTied ? "True" : "False") in the name"))
      }
    } else {
      encoding.missing.append("the activation (the name of the file does not state it)")
      notes.append("the name of the file does not state the parameters of the autoencoder")
    }
    let layout = try sizes.layout("MSAE", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("encoder"), orientation: .columns),
      decoder: tensors.has("decoder")
        ? .init(tensor: try tensors.matrix("decoder"), orientation: .rows) : nil)
    notes += tensors.notes(besides: [
      "pre_bias", "encoder", "latent_bias", "decoder", "latents_activation_frequency",
      "latents_mean_square", "stats_last_nonzero", "activation.log_threshold",
      "dead_activations.log_threshold",
    ])
    return FamilyParts(
      architecture: name?.architecture ?? "unknown", layout: layout, encoding: encoding,
      decoderBias: bias, notes: notes)
  }

  /// Sets what is done to inputs first.
  private static func setCentre(of encoding: inout Encoding, _ source: FamilySource) throws {
    let outside = FamilyTensors(source.contents.file)
    let width = encoding.inputBias?.count ?? 0
    guard let scale = outside.number("scaling_factor") else {
      encoding.missing.append("scaling_factor")
      return
    }
    var mean = [Float](repeating: 0, count: width)
    if outside.has("mean_center"), outside.shape("mean_center") != [] {
      mean = try outside.vector("mean_center", count: width, by: "pre_bias of length \(width)")
    } else if let number = outside.number("mean_center") {
      mean = [Float](repeating: Float(number), count: width)
    } else {
      encoding.missing.append("mean_center")
    }
    encoding.inputSteps = [.center(mean: mean, scale: scale)]
  }

  private static func setActivation(
    of encoding: inout Encoding, _ sizes: FamilySizes, _ name: FileName
  ) throws {
    switch name.activation {
    case "ReLU": encoding.activation = .relu
    case "JumpReLU":
      let threshold = try sizes.feature("activation.log_threshold")
      encoding.activation = .jumpReLU(
        threshold: threshold.map { Float(exp(Double($0))) }, atThreshold: false)
    case "TopK", "TopKReLU", "BatchTopK", "BatchTopKReLU":
      guard let k = name.parameter.flatMap({ Int($0) }), k > 0 else {
        encoding.missing.append("k")
        return
      }
      encoding.activation = .topK(
        Encoding.TopK(
          k: k, isRectified: name.activation.hasSuffix("ReLU"),
          isOverBatch: name.activation.hasPrefix("Batch")))
    default: encoding.missing.append("what the activation \(name.activation.printable()) is")
    }
  }
}

extension MSAEReader {
  /// What the name of a file says: `{n}_{d}_{act}[_{k}][_RW or _UW]_{tied}_{normalize}_{softcap}_…`.
  struct FileName: Equatable {
    /// The activation, such as `TopKReLU`.
    var activation: String
    /// Its parameter, verbatim.
    var parameter: String?
    /// Whether the decoder is the encoder.
    var isTied: Bool
    /// Whether inputs are standardised.
    var isNormalized: Bool
    /// The soft cap; 0 is none.
    var softCap: Double

    /// The activation with its parameter.
    var architecture: String { parameter.map { "\(activation)_\($0)" } ?? activation }

    /// Parses a name; nil if it is not of this form or states other sizes.
    init?(parsing name: String, n: Int, d: Int) {
      let parts = name.split(separator: "_").map(String.init)
      guard parts.count > 5, Int(parts[0]) == n, Int(parts[1]) == d,
        let flag = parts.firstIndex(where: { ["True", "False"].contains($0) }), flag > 2,
        flag + 2 < parts.count, ["True", "False"].contains(parts[flag + 1]),
        let cap = Double(parts[flag + 2])
      else { return nil }
      let words = parts[2..<flag].filter { !["RW", "UW"].contains($0) }
      guard (1...2).contains(words.count), cap.isFinite else { return nil }
      activation = words[0]
      parameter = words.count == 2 ? words[1] : nil
      (isTied, isNormalized) = (parts[flag] == "True", parts[flag + 1] == "True")
      softCap = cap
    }
  }
}
