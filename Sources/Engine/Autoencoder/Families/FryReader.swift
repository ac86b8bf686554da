/// Fry's autoencoders of vision transformers: `cfg`, an object of its code, and `state_dict`.
///
/// Layout and rule: `sae_training/sparse_autoencoder.py` of `mats_sae_training_for_ViTs`.
enum FryReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    ViTConfiguration.recognise(contents, classPrefix: "sae_training.", besides: [])
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    try ViTConfiguration.read(source, family: "Fry's code")
  }
}

/// PatchSAE, which took Fry's code further: the same layout, and gated autoencoders.
///
/// The bias of the gate is stored as `b_enc`. Layout and rule: `src/sae_training` of PatchSAE.
enum PatchSAEReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    ViTConfiguration.recognise(
      contents, classPrefix: "src.sae_training.", besides: ["r_mag", "b_mag"])
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    try ViTConfiguration.read(source, family: "PatchSAE")
  }
}

/// What Fry's code and PatchSAE have in common.
private enum ViTConfiguration {
  /// Whether a checkpoint has the tensors, and a configuration of classes of one of the two.
  static func recognise(
    _ contents: CheckpointContents, classPrefix: String, besides allowed: Set<String>
  ) -> Recognition {
    guard let tensors = contents.tensors("W_enc", "W_dec", "b_enc", "b_dec") else {
      return .no("no W_enc, W_dec, b_enc and b_dec")
    }
    let known = allowed.union(["W_enc", "W_dec", "b_enc", "b_dec"])
    if let other = tensors.names.first(where: { !known.contains($0) }) {
      return .no("it has no tensor \(other.printable(limit: 80))")
    }
    if let name = contents.file.attributes["cfg.__class__"]?.string {
      return name.hasPrefix(classPrefix)
        ? .fits(tensors, because: "cfg is a \(name.printable(limit: 80))")
        : .no("cfg is a \(name.printable(limit: 80)), expected one of \(classPrefix)")
    }
    if contents.file.attributes["cfg.block_layer"] != nil {
      return .fits(tensors, because: "cfg.block_layer")
    }
    guard contents.isBare else { return .no("no cfg with a block_layer in the file") }
    return .fits(tensors, because: "its tensors alone")
  }

  static func read(_ source: FamilySource, family: String) throws -> FamilyParts {
    let tensors = source.tensors
    let sizes = try FamilySizes(
      tensors, source.contents.attributes(below: "cfg."), n: ("b_enc", "d_sae"),
      d: ("b_dec", "d_in"))
    let bias = try sizes.outer("b_dec")
    var encoding = Encoding(inputBias: bias)
    let isGated = tensors.has("r_mag")
    if isGated {
      encoding.activation = .gated(
        Encoding.Gate(
          bias: try sizes.feature("b_enc"), logScale: try sizes.feature("r_mag"),
          magnitudeBias: try sizes.feature("b_mag")))
    } else {
      encoding.encoderBias = try sizes.feature("b_enc")
      encoding.activation = .relu
    }
    let layout = try sizes.layout(family, source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("W_enc"), orientation: .columns),
      decoder: .init(tensor: try tensors.matrix("W_dec"), orientation: .rows))
    var parts = FamilyParts(
      architecture: isGated ? "gated" : "standard", layout: layout, encoding: encoding,
      decoderBias: bias)
    if let fields = source.contents.attributes(below: "cfg.") {
      parts.hook.name = try fields.string("module_name")
      parts.hook.layer = try fields.integer("block_layer")
      parts.hook.model = try fields.string("model_name")
    }
    if let layer = parts.hook.layer, layer < 0 {
      parts.notes.append(
        "layer \(layer): counted from the end, where -1 is the output of the last block")
    }
    return parts
  }
}
