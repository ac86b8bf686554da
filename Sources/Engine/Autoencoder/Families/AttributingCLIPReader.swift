/// attributing-clip: a Lightning checkpoint of layers with weight normalisation.
///
/// A weight is g v / ‖v‖, for each row of the encoder (g [n, 1]) and each column of the decoder
/// (g [1, n]). There is no decoder bias, and what is kept may be negative. Layout and rule:
/// `model_training/sae.py`; newer versions of PyTorch name g and v `original0` and `original1`.
enum AttributingCLIPReader: FamilyReader {
  /// The names of g and v after that of the layer.
  private static let pairs = [
    ("weight_g", "weight_v"),
    ("parametrizations.weight.original0", "parametrizations.weight.original1"),
  ]

  static func recognise(_ contents: CheckpointContents) -> Recognition {
    for (gain, direction) in pairs {
      if let tensors = contents.tensors(
        "encoder.0.\(gain)", "encoder.0.\(direction)", "encoder.0.bias", "decoder.\(gain)",
        "decoder.\(direction)")
      {
        return .fits(tensors, because: "encoder.0 and decoder with weight normalisation")
      }
    }
    return .no("no encoder.0 and decoder with weight normalisation")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let (gain, direction) = tensors.has("encoder.0.weight_g") ? pairs[0] : pairs[1]
    let encoderV = try tensors.matrix("encoder.0.\(direction)")
    let decoderV = try tensors.matrix("decoder.\(direction)")
    let (n, d) = (encoderV.shape[0], encoderV.shape[1])
    try check(tensors, "encoder.0.\(gain)", [n, 1])
    try check(tensors, "decoder.\(direction)", [d, n])
    try check(tensors, "decoder.\(gain)", [1, n])
    var layout = MatrixLayout()
    let encoder = DirectionBank(encoderV, isTransposed: false)
    let decoder = DirectionBank(decoderV, isTransposed: true)
    layout.replaceEncoder(encoder.weightNormalized(try tensors.matrix("encoder.0.\(gain)")))
    layout.replaceDecoder(decoder.weightNormalized(try tensors.matrix("decoder.\(gain)")))
    layout.addEvidence(
      "W_dec: features are columns of \(decoderV.name.printable(limit: 80)) by the lengths [1, \(n)]"
    )
    layout.addEvidence(
      "W_enc: features are rows of \(encoderV.name.printable(limit: 80)) by the lengths [\(n), 1]")
    let bias = try tensors.vector("encoder.0.bias", count: n, by: "encoder.0.\(direction)")
    var encoding = Encoding(encoderBias: bias)
    var parts = FamilyParts(architecture: "TopKSAE", layout: layout)
    if let fields = source.contents.attributes(below: "hyper_parameters.") {
      parts.hook.layer = try fields.integer("sae_layer_idx") ?? fields.integer("layer_idx")
      let k = try fields.sizeIfStated("sae_k") ?? fields.sizeIfStated("k")
      encoding.activation = k.map { .topK(Encoding.TopK(k: $0, isRectified: false)) }
    }
    if encoding.activation == nil { encoding.missing.append("k") }
    parts.encoding = encoding
    parts.notes = tensors.notes(besides: [
      "encoder.0.\(gain)", "encoder.0.\(direction)", "encoder.0.bias", "decoder.\(gain)",
      "decoder.\(direction)",
    ])
    return parts
  }

  private static func check(
    _ tensors: FamilyTensors, _ name: String, _ expected: [Int]
  ) throws {
    let found = tensors.shape(name) ?? []
    guard found != expected else { return }
    throw AutoencoderError(
      path: tensors.file.path,
      reason: .wrongShape(
        tensor: tensors.prefix + name, found: found, expected: expected,
        sizes: "the weights of the encoder"))
  }
}

extension DirectionBank {
  /// g v / ‖v‖ for each direction v; the norm is kept in `Double`, and a direction without length
  /// stays one.
  fileprivate func weightNormalized(_ gains: Tensor) -> DirectionBank {
    let factors = zip(gains.floats(), lengths()).map { gain, length in
      length > 0 ? Double(gain) / length : 0
    }
    return scaled(by: factors)
  }
}
