/// EleutherAI's sparsify: `sae.safetensors` with `cfg.json`.
///
/// Unlike `nn.Linear` would have it, the decoder is stored `W_dec` [n, d]. Layout and rule:
/// `sparsify/sparse_coder.py`.
enum SparsifyReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard let tensors = contents.tensors("encoder.weight", "encoder.bias", "W_dec", "b_dec") else {
      return .no("no encoder.weight, encoder.bias, W_dec and b_dec")
    }
    return .fits(tensors, because: "encoder.weight beside W_dec")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let fields = source.contents.configuration("cfg.json")
    let sizes = try sizes(tensors, fields)
    let isTranscoder = try fields?.bool("transcode") ?? tensors.has("W_skip")
    let bias = try sizes.outer("b_dec")
    var encoding = Encoding(encoderBias: try sizes.feature("encoder.bias"))
    if !isTranscoder { encoding.inputBias = bias }
    try setActivation(of: &encoding, sizes, fields)
    let layout = try sizes.layout("sparsify", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("encoder.weight"), orientation: .rows),
      decoder: .init(tensor: try tensors.matrix("W_dec"), orientation: .rows))
    var notes = tensors.notes(besides: [
      "encoder.weight", "encoder.bias", "W_dec", "b_dec", "W_skip",
    ])
    if tensors.has("W_skip") {
      notes.append("W_skip adds a linear map of the input: it is part of no direction")
    }
    return FamilyParts(
      architecture: "SparseCoder", layout: layout, encoding: encoding, decoderBias: bias,
      skipConnection: tensors.skipConnection,
      hook: HookFacts(isTranscoder: isTranscoder),
      configurationPaths: [fields?.path].compactMap { $0 }, notes: notes)
  }

  /// The sizes by the configuration; `num_latents` 0 leaves it to a factor.
  private static func sizes(
    _ tensors: FamilyTensors, _ fields: ConfigurationFields?
  ) throws -> FamilySizes {
    guard let fields, fields.value("d_in") != nil else {
      return try FamilySizes(tensors, nil, n: ("encoder.bias", ""), d: ("b_dec", ""))
    }
    let width = try fields.size("d_in")
    if let count = try fields.integer("num_latents"), count > 0 {
      return FamilySizes(
        tensors, n: count, by: "num_latents \(count)", d: width, by: "d_in \(width) of cfg.json")
    }
    let factor = try fields.size("expansion_factor")
    let (count, overflows) = width.multipliedReportingOverflow(by: factor)
    guard !overflows else {
      throw CheckpointError(
        path: fields.path,
        reason: .wrongField("expansion_factor", found: "\(factor)", expected: "a smaller factor"))
    }
    return FamilySizes(
      tensors, n: count, by: "expansion_factor \(factor)", d: width,
      by: "d_in \(width) of cfg.json")
  }

  private static func setActivation(
    of encoding: inout Encoding, _ sizes: FamilySizes, _ fields: ConfigurationFields?
  ) throws {
    guard let fields else {
      encoding.missing.append("k (no cfg.json beside it)")
      return
    }
    let k = try fields.size("k")
    let name = try fields.string("activation") ?? "topk"
    switch name {
    case "topk":
      if try fields.bool("signed") ?? false { encoding.missing.append("what signed does") }
      encoding.activation = .topK(Encoding.TopK(k: k))
    case "groupmax":
      guard sizes.n.isMultiple(of: k) else {
        throw AutoencoderError(
          path: fields.path,
          reason: .notKnown("k", found: "\(k)", expected: "a divisor of \(sizes.n) features"))
      }
      encoding.activation = .groupMax(groups: k)
    default:
      throw AutoencoderError(
        path: fields.path,
        reason: .notKnown("activation", found: name, expected: "topk or groupmax"))
    }
  }
}
