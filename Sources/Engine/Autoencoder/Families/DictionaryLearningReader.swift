internal import Foundation

/// dictionary_learning: `ae.pt`, a state dictionary, with `config.json`.
///
/// Layout and rule: `dictionary_learning/dictionary.py` and `trainers/*.py`.
enum DictionaryLearningReader: FamilyReader {
  /// The classes whose tensors are told apart here.
  private enum Layout: String, CaseIterable {
    case autoEncoder = "AutoEncoder"
    case new = "AutoEncoderNew"
    case topK = "AutoEncoderTopK"
    case batchTopK = "BatchTopKSAE"
    case matryoshka = "MatryoshkaBatchTopKSAE"
    case jumpReLU = "JumpReluAutoEncoder"
    case gated = "GatedAutoEncoder"

    /// The tensors.
    var names: [String] {
      switch self {
      case .autoEncoder: ["encoder.weight", "encoder.bias", "decoder.weight", "bias"]
      case .new: ["encoder.weight", "encoder.bias", "decoder.weight", "decoder.bias"]
      case .topK, .batchTopK:
        ["encoder.weight", "encoder.bias", "decoder.weight", "b_dec", "k", "threshold"]
      case .matryoshka: ["W_enc", "W_dec", "b_enc", "b_dec", "k", "threshold", "group_sizes"]
      case .jumpReLU: ["W_enc", "W_dec", "b_enc", "b_dec", "threshold"]
      case .gated:
        ["encoder.weight", "decoder.weight", "decoder_bias", "r_mag", "gate_bias", "mag_bias"]
      }
    }

    /// Whether matrices are parameters of the class itself, `W_enc` [d, n] and `W_dec` [n, d].
    var hasOwnMatrices: Bool { self == .matryoshka || self == .jumpReLU }

    /// The decoder bias.
    var decoderBias: String {
      switch self {
      case .autoEncoder: "bias"
      case .new: "decoder.bias"
      case .gated: "decoder_bias"
      default: "b_dec"
      }
    }

    /// The encoder bias.
    var encoderBias: String {
      self == .gated ? "gate_bias" : hasOwnMatrices ? "b_enc" : "encoder.bias"
    }
  }

  static func recognise(_ contents: CheckpointContents) -> Recognition {
    let stated = statedClass(contents)
    if let stated {
      guard let layout = kind(named: stated) else {
        return .no("dict_class \(stated.printable(limit: 80)) is not known")
      }
      guard let tensors = tensors(contents, layout) else {
        return .no("no \(layout.names.joined(separator: ", ")), which \(layout.rawValue) has")
      }
      return .fits(tensors, because: "trainer.dict_class \(stated) in config.json")
    }
    guard contents.isBare else { return .no("config.json has no trainer.dict_class") }
    // The tensors of AutoEncoderNew are those of any two linear layers.
    for layout in Layout.allCases where layout != .new {
      if let tensors = tensors(contents, layout), tensors.names == layout.names.sorted() {
        return .fits(tensors, because: "its tensors alone")
      }
    }
    return .no("no trainer.dict_class beside it, and not the tensors of its classes")
  }

  private static func statedClass(_ contents: CheckpointContents) -> String? {
    contents.configuration("config.json")?.value("trainer.dict_class")?.string
  }

  /// The class of a name; a fork spells one of them another way.
  private static func kind(named name: String) -> Layout? {
    Layout(rawValue: name.replacing("Matroyshka", with: "Matryoshka"))
  }

  private static func tensors(_ contents: CheckpointContents, _ layout: Layout) -> FamilyTensors? {
    guard let first = contents.tensors(layout.names[0], layout.names[1]),
      layout.names.allSatisfy({ first.has($0) })
    else { return nil }
    return first
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let stated = statedClass(source.contents)
    let fitting = Layout.allCases.filter { layout in
      layout != .new && tensors.names == layout.names.sorted()
    }
    guard let kind = stated.flatMap({ Self.kind(named: $0) }) ?? fitting.first else {
      throw AutoencoderError(
        path: tensors.file.path, reason: .keysNeeded(tensors: source.contents.listing))
    }
    let fields = source.contents.configuration("config.json")
    let sizes = try FamilySizes(
      tensors, fields, n: (kind.encoderBias, "trainer.dict_size"),
      d: (kind.decoderBias, "trainer.activation_dim"))
    let bias = try sizes.outer(kind.decoderBias)
    var encoding = Encoding()
    if kind != .jumpReLU, kind != .new { encoding.inputBias = bias }
    if kind != .gated { encoding.encoderBias = try sizes.feature(kind.encoderBias) }
    var notes: [String] = []
    try setActivation(of: &encoding, kind, isStated: stated != nil, sizes, notes: &notes)
    var layout = try sizes.layout("dictionary_learning", source.orientation).layout(
      encoder: .init(
        tensor: try tensors.matrix(kind.hasOwnMatrices ? "W_enc" : "encoder.weight"),
        orientation: kind.hasOwnMatrices ? .columns : .rows),
      decoder: .init(
        tensor: try tensors.matrix(kind.hasOwnMatrices ? "W_dec" : "decoder.weight"),
        orientation: kind.hasOwnMatrices ? .rows : .columns))
    if kind == .autoEncoder { normalize(&layout, &encoding, notes: &notes) }
    notes += tensors.notes(besides: Set(kind.names))
    var parts = FamilyParts(
      architecture: stated ?? (kind == .topK ? "unknown" : kind.rawValue), layout: layout,
      encoding: encoding, decoderBias: bias,
      configurationPaths: [fields?.path].compactMap { $0 }, notes: notes)
    if let fields {
      parts.hook.name = try fields.string("trainer.submodule_name")
      parts.hook.layer = try fields.integer("trainer.layer")
      parts.hook.model = try fields.string("trainer.lm_name")
    }
    return parts
  }
}

// MARK: - Rules

extension DictionaryLearningReader {
  private static func setActivation(
    of encoding: inout Encoding, _ kind: Layout, isStated: Bool, _ sizes: FamilySizes,
    notes: inout [String]
  ) throws {
    switch kind {
    case .autoEncoder, .new: encoding.activation = .relu
    case .gated:
      encoding.activation = .gated(
        Encoding.Gate(
          bias: try sizes.feature("gate_bias"), logScale: try sizes.feature("r_mag"),
          magnitudeBias: try sizes.feature("mag_bias")))
    case .jumpReLU:
      encoding.activation = .jumpReLU(
        threshold: try sizes.feature("threshold"), atThreshold: false)
    case .topK, .batchTopK, .matryoshka:
      let threshold = Float(sizes.tensors.number("threshold") ?? -1)
      if threshold < 0 { notes.append("threshold is \(threshold): it was never set") }
      if kind == .topK, !isStated {
        encoding.missing.append("whether k decides (AutoEncoderTopK) or threshold (BatchTopKSAE)")
        encoding.lacksActivationAlone = true
        return
      }
      guard kind == .topK else {
        encoding.activation = .jumpReLU(
          threshold: [Float](repeating: threshold, count: sizes.n), atThreshold: false)
        return
      }
      guard let k = sizes.tensors.number("k").flatMap({ Int(exactly: $0) }), k > 0 else {
        throw CheckpointError(path: sizes.tensors.file.path, reason: .missingField("k"))
      }
      encoding.activation = .topK(Encoding.TopK(k: k))
    }
  }

  /// The form in which the library reads an `AutoEncoder`: decoder rows divided by their lengths,
  /// encoder rows and biases multiplied by them.
  private static func normalize(
    _ layout: inout MatrixLayout, _ encoding: inout Encoding, notes: inout [String]
  ) {
    guard let encoder = layout.encoder, let decoder = layout.decoder else { return }
    let lengths = decoder.lengths()
    guard lengths.contains(where: { abs($0 - 1) > 1e-6 }) else { return }
    layout.replaceDecoder(decoder.scaled(by: lengths.map { $0 > 0 ? 1 / $0 : 1 }))
    layout.replaceEncoder(encoder.scaled(by: lengths))
    encoding.encoderBias = encoding.encoderBias.map { bias in
      zip(bias, lengths).map { Float(Double($0) * $1) }
    }
    notes.append(
      "decoder directions are divided by their lengths, and encoder directions and b_enc multiplied "
        + "by them, as the library does when it reads them")
  }
}
