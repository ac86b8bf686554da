/// saev: a line of JSON, then a torch archive.
///
/// Layout and rule: `src/saev/nn/modeling.py` of OSU-NLP-Group/saev. Its encoder subtracted `b_dec`
/// until commit e7ca004 of 2025-07-31, which lies within schema 1.
enum SaevReader: FamilyReader {
  /// The newest schema that is known here.
  private static let lastSchema = 5

  /// What commits of schema 1 did, by the first seven digits: whether `b_dec` was subtracted.
  private static let subtractsInSchema1 = ["c6e3552": true, "e7ca004": false]

  static func recognise(_ contents: CheckpointContents) -> Recognition {
    guard contents.file.container == .saev else {
      return .no("no line of JSON opens the file")
    }
    guard let tensors = contents.tensors("W_enc", "W_dec", "b_enc", "b_dec") else {
      return .no("no W_enc, W_dec, b_enc and b_dec")
    }
    let schema = contents.file.attributes["schema"]?.integer
    let named = schema.map { "schema \($0)" } ?? "no schema"
    return .fits(tensors, because: "a line of JSON opens the file, with \(named)")
  }

  static func read(_ source: FamilySource) throws -> FamilyParts {
    let tensors = source.tensors
    let header = ConfigurationFields(
      path: tensors.file.path, objects: [tensors.file.attributes])
    let schema = try header.integer("schema")
    if let schema, !(1...lastSchema).contains(schema) {
      throw AutoencoderError(
        path: tensors.file.path,
        reason: .notKnown("schema", found: "\(schema)", expected: "1 to \(lastSchema)"))
    }
    let sizes = try sizes(tensors, header, below: schema == nil ? "" : "cfg.")
    let bias = try sizes.outer("b_dec")
    var encoding = Encoding(encoderBias: try sizes.feature("b_enc"))
    var notes: [String] = []
    try setBias(bias, of: &encoding, schema: schema, header: header, notes: &notes)
    let architecture = try setActivation(of: &encoding, sizes, schema: schema, header: header)
    let layout = try sizes.layout("saev", source.orientation).layout(
      encoder: .init(tensor: try tensors.matrix("W_enc"), orientation: .columns),
      decoder: .init(tensor: try tensors.matrix("W_dec"), orientation: .rows))
    notes += tensors.notes(besides: [
      "W_enc", "W_dec", "b_enc", "b_dec", "activation.threshold",
    ])
    return FamilyParts(
      architecture: architecture, layout: layout, encoding: encoding, decoderBias: bias,
      notes: notes)
  }

  /// The sizes by the header: older ones state the width and a factor.
  private static func sizes(
    _ tensors: FamilyTensors, _ header: ConfigurationFields, below prefix: String
  ) throws -> FamilySizes {
    let isOld = header.value(prefix + "d_vit") != nil
    let width = try header.size(prefix + (isOld ? "d_vit" : "d_model"))
    let widthSource = "\(isOld ? "d_vit" : "d_model") \(width)"
    if let count = try header.sizeIfStated(prefix + "d_sae") {
      return FamilySizes(tensors, n: count, by: "d_sae \(count)", d: width, by: widthSource)
    }
    let factor = try header.size(prefix + "exp_factor")
    let (count, overflows) = width.multipliedReportingOverflow(by: factor)
    guard !overflows else {
      throw CheckpointError(
        path: header.path,
        reason: .wrongField("exp_factor", found: "\(factor)", expected: "a smaller factor"))
    }
    return FamilySizes(
      tensors, n: count, by: "exp_factor \(factor) times \(widthSource)", d: width,
      by: widthSource)
  }

  /// Decides whether `b_dec` is subtracted.
  private static func setBias(
    _ bias: [Float], of encoding: inout Encoding, schema: Int?, header: ConfigurationFields,
    notes: inout [String]
  ) throws {
    guard let schema else {
      encoding.inputBias = bias
      notes.append(
        "the code that wrote headers without schema subtracts b_dec; later code reads the same "
          + "file without subtracting it")
      return
    }
    guard schema == 1 else { return }
    let commit = try header.string("commit") ?? "not stated"
    switch subtractsInSchema1[String(commit.prefix(7))] {
    case true?: encoding.inputBias = bias
    case false?: break
    case nil:
      encoding.missing.append("whether b_dec is subtracted")
      notes.append(
        "commit \(commit.printable(limit: 40)) of schema 1: whether it subtracts b_dec (until "
          + "e7ca004) is not known; directions do not depend on it")
    }
  }

  /// Sets the activation, and returns its name in the header.
  private static func setActivation(
    of encoding: inout Encoding, _ sizes: FamilySizes, schema: Int?, header: ConfigurationFields
  ) throws -> String {
    guard let schema else {
      encoding.activation = .relu
      return "SparseAutoencoder"
    }
    let field = schema == 1 ? "cls" : "cfg.activation.cls"
    guard let name = try header.string(field) else {
      throw CheckpointError(path: header.path, reason: .missingField(field))
    }
    switch name {
    case "Relu": encoding.activation = .relu
    case "TopK":
      let k =
        try header.sizeIfStated("cfg.activation.params.top_k")
        ?? header.sizeIfStated("cfg.top_k")
      guard let k else { throw CheckpointError(path: header.path, reason: .missingField("top_k")) }
      encoding.activation = .topK(Encoding.TopK(k: k, isRectified: false))
    case "BatchTopK":
      guard let threshold = sizes.tensors.number("activation.threshold") else {
        encoding.missing.append("the threshold of BatchTopK")
        return name
      }
      encoding.activation = .jumpReLU(
        threshold: [Float](repeating: Float(threshold), count: sizes.n), atThreshold: false)
    default:
      throw AutoencoderError(
        path: header.path,
        reason: .notKnown("activation", found: name, expected: "Relu, TopK or BatchTopK"))
    }
    return name
  }
}
