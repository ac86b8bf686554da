/// openai/sparse_autoencoder: a state dictionary with the name of its activation.
///
/// Inputs are standardised if, and only if, the activation is TopK: (x - mean) / (s + 1e-5), s the
/// deviation of a sample. Layout and rule: `sparse_autoencoder/model.py`.
enum OpenAIReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard let tensors = contents.tensors("pre_bias", "latent_bias", "encoder.weight") else {
      return .no("no pre_bias, latent_bias and encoder.weight")
    }
    return .fits(tensors, because: "pre_bias, latent_bias and encoder.weight")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let sizes = try FamilySizes(tensors, nil, n: ("latent_bias", ""), d: ("pre_bias", ""))
    let bias = try sizes.outer("pre_bias")
    var encoding = Encoding(inputBias: bias, encoderBias: try sizes.feature("latent_bias"))
    let name = tensors.text("activation")
    try setActivation(of: &encoding, name: name, source)
    let decoder = tensors.has("decoder.weight") ? try tensors.matrix("decoder.weight") : nil
    let layout = try sizes.layout("openai", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("encoder.weight"), orientation: .rows),
      decoder: decoder.map { .init(tensor: $0, orientation: .columns) })
    let notes = tensors.notes(besides: [
      "pre_bias", "latent_bias", "encoder.weight", "decoder.weight", "decoder.linear.weight",
      "stats_last_nonzero", "latents_activation_frequency", "latents_mean_square",
    ])
    return FamilyParts(
      architecture: name ?? "unknown", layout: layout, encoding: encoding, decoderBias: bias,
      notes: notes)
  }

  private static func setActivation(
    of encoding: inout Encoding, name: String?, _ source: FamilySource
  ) throws {
    let tensors = source.tensors
    switch name {
    case "ReLU": encoding.activation = .relu
    case "TopK":
      encoding.inputSteps = [.layerNorm(epsilon: 1e-5)]
      let names = ["activation_state_dict.", "activation."]
      let k = names.compactMap { tensors.number($0 + "k") }.first
      guard let k = k.flatMap({ Int(exactly: $0) }), k > 0 else {
        encoding.missing.append("k")
        return
      }
      let after = names.compactMap { tensors.text($0 + "postact_fn") }.first ?? "ReLU"
      guard ["ReLU", "Identity"].contains(after) else {
        throw AutoencoderError(
          path: tensors.file.path,
          reason: .notKnown("postact_fn", found: after, expected: "ReLU or Identity"))
      }
      encoding.activation = .topK(Encoding.TopK(k: k, isRectified: after == "ReLU"))
    case nil: encoding.missing.append("the activation")
    case let name?:
      encoding.missing.append("what the activation \(name.printable(limit: 80)) is")
    }
  }
}
