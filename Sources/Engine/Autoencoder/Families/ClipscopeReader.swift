/// clipscope: sizes and `k` beside `model_state_dict`.
///
/// There is no encoder bias, and what is kept may be negative. `dec` [n, d] is a transposed clone,
/// so it lies in the file by columns. Layout and rule: `clipscope/sae.py`; published as
/// `LAYER_resid/TOKENS.pt` in `lewington/CLIP-ViT-L-scope`.
enum ClipscopeReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard let tensors = contents.tensors("enc", "dec", "pre_b") else {
      return .no("no enc, dec and pre_b")
    }
    return .fits(tensors, because: "enc, dec and pre_b")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let fields = ConfigurationFields(
      path: tensors.file.path, objects: [tensors.file.attributes])
    let encoderShape = try tensors.matrix("enc").shape
    let count = try fields.sizeIfStated("n_features")
    let width = try fields.sizeIfStated("d_in")
    let bias = try tensors.length("pre_b")
    let other = encoderShape.first { $0 != bias } ?? bias
    let sizes = FamilySizes(
      tensors, n: count ?? other, by: count.map { "n_features \($0)" } ?? "enc \(encoderShape)",
      d: width ?? bias, by: width.map { "d_in \($0)" } ?? "pre_b of length \(bias)")
    var encoding = Encoding(inputBias: try sizes.outer("pre_b"))
    if let k = try fields.sizeIfStated("k") {
      encoding.activation = .topK(Encoding.TopK(k: k, isRectified: false))
    } else {
      encoding.missing.append("k")
    }
    let layout = try sizes.layout("clipscope", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("enc"), orientation: .columns),
      decoder: .init(tensor: try tensors.matrix("dec"), orientation: .rows))
    var parts = FamilyParts(
      architecture: "TopKSAE", layout: layout, encoding: encoding,
      decoderBias: encoding.inputBias, notes: tensors.notes(besides: ["enc", "dec", "pre_b"]))
    setHook(of: &parts, directory: MappedFile.absolute(source.contents.directory))
    return parts
  }

  /// Takes the hook from a directory that is named as the published ones are, such as `22_resid`.
  private static func setHook(of parts: inout FamilyParts, directory: String) {
    let name = directory.split(separator: "/").last ?? ""
    let words = name.split(separator: "_", maxSplits: 1)
    guard words.count == 2, words[1] == "resid", let layer = Int(words[0]) else { return }
    parts.hook.name = "resid"
    parts.hook.layer = layer
    parts.notes.append("hook and layer by the name \(name.printable(limit: 80)) of the directory")
  }
}

extension Substring {
  /// The same as for a string.
  fileprivate func printable(limit: Int) -> String { String(self).printable(limit: limit) }
}
