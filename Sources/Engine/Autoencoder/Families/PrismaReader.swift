/// Prisma's autoencoders and transcoders of vision models: `weights.pt` with `config.json`, or one
/// file with its configuration inside.
///
/// Layout and rule: `src/vit_prisma/sae/{sae,config,transcoder}.py` of ViT-Prisma.
enum PrismaReader: FamilyReader {
  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard let tensors = contents.tensors("W_enc", "W_dec", "b_dec") else {
      return .no("no W_enc, W_dec and b_dec")
    }
    if let fields = contents.configuration("config.json") {
      let member = ["layer_subtype", "hook_point_layer"].first { fields.value($0) != nil }
      guard let member else { return .no("config.json has no layer_subtype or hook_point_layer") }
      return .fits(tensors, because: "\(member) in config.json")
    }
    if contents.file.container == .saev { return .no("a line of JSON opens the file") }
    if let fields = embedded(contents) {
      if let name = fields.value("__class__")?.string {
        return name.hasPrefix("vit_prisma.")
          ? .fits(tensors, because: "\(fields.prefix.dropLast()) is a \(name.printable(limit: 80))")
          : .no("\(fields.prefix.dropLast()) is a \(name.printable(limit: 80)), not of vit_prisma")
      }
      guard fields.value("layer_subtype") != nil else {
        return .no("\(fields.prefix.dropLast()) has no layer_subtype")
      }
      return .fits(tensors, because: "\(fields.prefix)layer_subtype")
    }
    guard contents.isBare else { return .no("no config.json beside it") }
    let known: Set = [
      "W_enc", "W_dec", "b_enc", "b_dec", "threshold", "b_gate", "r_mag", "b_mag", "W_skip",
      "b_dec_out",
    ]
    if let other = tensors.names.first(where: { !known.contains($0) }) {
      return .no("it has no tensor \(other.printable(limit: 80))")
    }
    guard tensors.has("b_enc"), tensors.has("b_gate") == tensors.has("r_mag") else {
      return .no("no b_enc, or r_mag without b_gate")
    }
    return .fits(tensors, because: "its tensors alone")
  }

  /// The configuration in the file itself, or nil.
  private static func embedded(_ contents: CheckpointContents) -> ConfigurationFields? {
    contents.attributes(below: "cfg.") ?? contents.attributes(below: "config.")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let beside = source.contents.configuration("config.json")
    let fields = beside ?? embedded(source.contents)
    var sizes = try FamilySizes(
      tensors, fields, n: (tensors.has("b_enc") ? "b_enc" : "b_gate", "d_sae"),
      d: ("b_dec", "d_in"))
    var hook = try fields.map { try Self.hook($0) } ?? HookFacts()
    hook.isTranscoder = hook.isTranscoder || tensors.has("b_dec_out")
    let inputBias = try sizes.outer("b_dec")
    var decoderBias = inputBias
    if hook.isTranscoder {
      sizes.outputWidth = try fields?.sizeIfStated("d_out") ?? tensors.length("b_dec_out")
      decoderBias = try tensors.vector(
        "b_dec_out", count: sizes.outputWidth, by: "d_out \(sizes.outputWidth)")
    }
    var encoding = Encoding(inputBias: inputBias)
    let name = try setActivation(of: &encoding, sizes, fields)
    try setNormalization(of: &encoding, fields)
    let layout = try sizes.layout("Prisma", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("W_enc"), orientation: .columns),
      decoder: .init(tensor: try tensors.matrix("W_dec"), orientation: .rows))
    return FamilyParts(
      architecture: hook.isTranscoder ? "transcoder" : name, layout: layout, encoding: encoding,
      decoderBias: decoderBias, skipConnection: tensors.skipConnection, hook: hook,
      configurationPaths: [beside?.path].compactMap { $0 }, notes: notes(tensors, encoding))
  }

  private static func notes(_ tensors: FamilyTensors, _ encoding: Encoding) -> [String] {
    var notes: [String] = []
    if encoding.inputSteps.contains(.layerNorm(epsilon: 1e-5)) {
      notes.append(
        "normalize_activations layer_norm centres and scales each input: decoder directions are "
          + "unchanged, encoder directions up to their mean, which the maps full and linear remove")
    }
    if tensors.has("W_skip") {
      notes.append("W_skip adds a linear map of the input: it is part of no direction")
    }
    return notes
      + tensors.notes(besides: [
        "W_enc", "W_dec", "b_enc", "b_dec", "threshold", "b_gate", "r_mag", "b_mag", "W_skip",
        "b_dec_out",
      ])
  }
}

// MARK: - The configuration

extension PrismaReader {
  private static func hook(_ fields: ConfigurationFields) throws -> HookFacts {
    let layer = try fields.integer("hook_point_layer")
    var hook = HookFacts(layer: layer, model: try fields.string("model_name"))
    hook.name = try fields.string("hook_point")
    if hook.name == nil, let layer, let kind = try fields.string("layer_subtype") {
      hook.name = "blocks.\(layer).\(kind)"
    }
    if let head = try fields.integer("hook_point_head_index") {
      throw AutoencoderError(
        path: fields.path,
        reason: .otherSpace(
          hook: "\(hook.name ?? "") head \(head)", what: "the inside of an attention layer"))
    }
    hook.isTranscoder = try fields.bool("is_transcoder") ?? false
    if hook.isTranscoder, let layer = try fields.integer("out_hook_point_layer"),
      let kind = try fields.string("layer_out_subtype")
    {
      hook.outputName = "blocks.\(layer).\(kind)"
    }
    return hook
  }

  /// Sets the activation, and returns the architecture.
  private static func setActivation(
    of encoding: inout Encoding, _ sizes: FamilySizes, _ fields: ConfigurationFields?
  ) throws -> String {
    let other = sizes.tensors.has("threshold") ? "jumprelu" : "standard"
    let inferred = sizes.tensors.has("b_gate") ? "gated" : other
    let architecture = try fields?.string("architecture") ?? inferred
    switch architecture {
    case "gated":
      encoding.activation = .gated(
        Encoding.Gate(
          bias: try sizes.feature("b_gate"), logScale: try sizes.feature("r_mag"),
          magnitudeBias: try sizes.feature("b_mag")))
      return architecture
    case "jumprelu":
      encoding.encoderBias = try sizes.feature("b_enc")
      encoding.activation = .jumpReLU(
        threshold: try sizes.feature("threshold"), atThreshold: false)
      return architecture
    case "standard", "vanilla": break
    default:
      throw AutoencoderError(
        path: fields?.path ?? sizes.tensors.file.path,
        reason: .notKnown(
          "architecture", found: architecture, expected: "standard, gated or jumprelu"))
    }
    encoding.encoderBias = try sizes.feature("b_enc")
    guard let fields else {
      encoding.missing.append("the activation (relu, tanh-relu or topk)")
      return architecture
    }
    encoding.activation = try activation(fields)
    return architecture
  }

  private static func activation(_ fields: ConfigurationFields) throws -> Encoding.Activation {
    let name = try fields.string("activation_fn_str") ?? "relu"
    switch name {
    case "relu": return .relu
    case "tanh-relu": return .tanhReLU
    case "topk": return .topK(Encoding.TopK(k: try fields.size("activation_fn_kwargs.k")))
    default:
      throw AutoencoderError(
        path: fields.path,
        reason: .notKnown("activation_fn_str", found: name, expected: "relu, tanh-relu or topk"))
    }
  }

  private static func setNormalization(
    of encoding: inout Encoding, _ fields: ConfigurationFields?
  ) throws {
    guard let fields else {
      encoding.missing.append("the normalisation of inputs")
      return
    }
    let name = try fields.string("normalize_activations") ?? "none"
    switch name {
    case "none": break
    case "layer_norm": encoding.inputSteps = [.layerNorm(epsilon: 1e-5)]
    case "constant_norm_rescale": encoding.inputSteps = [.constantNorm]
    case "expected_average_only_in":
      encoding.missing.append("the factor of expected_average_only_in")
    default:
      throw AutoencoderError(
        path: fields.path,
        reason: .notKnown(
          "normalize_activations", found: name,
          expected: "none, layer_norm, constant_norm_rescale or expected_average_only_in"))
    }
  }
}
