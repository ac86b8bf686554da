/// DN-CBM: a state dictionary of the library `sparse_autoencoder`, of one component.
///
/// One bias has three names: it is subtracted before encoding and added after decoding. Layout and
/// rule: `sparse_autoencoder/autoencoder` of Discover-then-Name.
enum DNCBMReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    let tensors =
      contents.tensors("tied_bias", "encoder._weight", "encoder._bias", "decoder._weight")
      ?? contents.tensors("tied_bias", "encoder.weight", "encoder.bias", "decoder.weight")
    guard let tensors else {
      return .no("no tied_bias with weights and bias of encoder and decoder")
    }
    return .fits(tensors, because: "tied_bias with weights of encoder and decoder")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let mark = tensors.has("encoder._weight") ? "_" : ""
    let weight = "encoder.\(mark)weight"
    if let shape = tensors.shape(weight), shape.count == 3, shape[0] != 1 {
      throw AutoencoderError(
        path: tensors.file.path, reason: .parts(tensors.prefix + weight, count: shape[0]))
    }
    let sizes = try FamilySizes(
      tensors, nil, n: ("encoder.\(mark)bias", ""), d: ("tied_bias", ""))
    let bias = try sizes.outer("tied_bias")
    let layout = try sizes.layout("DN-CBM", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix(weight), orientation: .rows),
      decoder: .init(
        tensor: try tensors.matrix("decoder.\(mark)weight"), orientation: .columns))
    let encoding = Encoding(
      inputBias: bias, encoderBias: try sizes.feature("encoder.\(mark)bias"), activation: .relu)
    let notes = tensors.notes(besides: [
      "tied_bias", weight, "encoder.\(mark)bias", "decoder.\(mark)weight",
      "pre_encoder_bias._bias_reference", "post_decoder_bias._bias_reference",
    ])
    return FamilyParts(
      architecture: "SparseAutoencoder", layout: layout, encoding: encoding, decoderBias: bias,
      notes: notes)
  }
}
