internal import Foundation

extension LabelBank {
  /// The value of `format` in the metadata of a bank's file.
  static let fileFormat = "lensctl.label-bank"

  /// Reads embeddings from a file: a bank that was written by `write(to:)`, or the rows of any
  /// other safetensors or NPY file.
  ///
  /// The names of the labels come from `namesPath`, else from the file's metadata, else they are
  /// `label 0`, `label 1` and so on.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - key: The tensor, [C, D]; may be nil if the file has a tensor `embeddings`, or one tensor
  ///     of two dimensions.
  ///   - namesPath: A label file with one line for each row.
  ///   - source: What the bank is called in messages; its path if nil.
  ///   - isStreamed: Whether embeddings stay in the file and are read each time they are used.
  ///   - masksDuplicates: Whether of labels that say the same only the first usable one is used.
  /// - Throws: `CheckpointError`, `TextError` or `ModelError` if the file or the names do not fit.
  public init(
    contentsOf path: String, key: String? = nil, namesPath: String? = nil, source: String? = nil,
    isStreamed: Bool = false, masksDuplicates: Bool = false
  ) throws {
    let file = try TensorFile(contentsOf: path)
    let tensor = try Self.embeddings(in: file, key: key)
    let isBank = file.metadata["format"] == Self.fileFormat && key == nil && namesPath == nil
    let stated = isBank ? try Self.statedLabels(in: file, rows: tensor.shape[0]) : nil
    let names =
      stated == nil || masksDuplicates
      ? try Self.names(of: file, rows: tensor.shape[0], namesPath: namesPath) : nil
    let labels = stated?.labels ?? names?.labels ?? []
    guard labels.count == tensor.shape[0] else {
      throw ModelError(
        path: source ?? path, reason: .labelCount(found: labels.count, rows: tensor.shape[0]))
    }
    let masked = stated?.masked ?? names?.statuses ?? []
    let alike = masksDuplicates ? names?.alike ?? [] : []
    let notices = names?.notices.map(\.description) ?? []
    var warnings = stated?.warnings ?? notices
    if masksDuplicates {
      // What was said before of the same labels, now that some are masked.
      let masking = names?.maskingDuplicates().notices.map(\.description) ?? []
      let said = Dictionary(zip(notices, masking)) { first, _ in first }
      warnings = warnings.map { said[$0] ?? $0 }
    }
    try self.init(
      source: source ?? path, labels: labels,
      rows: isStreamed
        ? LabelRows(stored: tensor, masked: masked, alike: alike)
        : LabelRows(tensor.matrix(), masked: masked, alike: alike),
      logitScale: try Self.logitScale(in: file), logitBias: try Self.logitBias(in: file),
      provenance: try Self.json("provenance", in: file)?.object ?? [:],
      warnings: warnings,
      truncatedPromptCount: file.metadata["truncated_prompts"].flatMap { Int($0) } ?? 0)
  }

  /// The labels of a bank's file, which of them were masked for what they say, and its warnings; nil
  /// if the file does not state them.
  private static func statedLabels(
    in file: TensorFile, rows: Int
  ) throws -> (labels: [String], masked: [LabelStatus], warnings: [String])? {
    guard let labels = try strings("labels", in: file), !labels.isEmpty else { return nil }
    let masked = try file.integers("status", shape: [rows]).map { code -> LabelStatus in
      let status = UInt8(exactly: code).flatMap { LabelStatus(rawValue: $0) }
      return status == .blank || status == .duplicate ? status ?? .usable : .usable
    }
    return (labels, masked, try strings("warnings", in: file) ?? [])
  }

  /// The names of the rows, from where they are stated.
  private static func names(
    of file: TensorFile, rows: Int, namesPath: String?
  ) throws -> LabelSet {
    if let namesPath { return try LabelSet(contentsOf: namesPath) }
    if let stated = try strings("labels", in: file), !stated.isEmpty {
      return LabelSet(labels: stated)
    }
    return LabelSet(labels: (0..<max(1, rows)).map { placeholder(of: $0) })
  }

  /// What a label is called whose name nothing states.
  static func placeholder(of id: Int) -> String { "label \(id)" }

  /// The tensor that holds the embeddings, [C, D].
  static func embeddings(in file: TensorFile, key: String?) throws -> Tensor {
    let candidates = file.tensors.values.filter {
      $0.shape.count == 2 && $0.dtype.isFloatingPoint
    }
    let name: String
    if let key {
      name = key
    } else if file.tensors["embeddings"] != nil {
      name = "embeddings"
    } else if candidates.count == 1, let only = candidates.first {
      name = only.name
    } else {
      throw ModelError(
        path: file.path, reason: .ambiguousEmbeddings(tensors: candidates.map(\.name).sorted()))
    }
    return try file.weights(name, shape: [nil, nil])
  }

  private static func logitScale(in file: TensorFile) throws -> Double? {
    guard let text = file.metadata["logit_scale"] else { return nil }
    guard let scale = Double(text), logitScales.contains(scale) else {
      throw ModelError(path: file.path, reason: .badLogitScale(text))
    }
    return scale
  }

  private static func logitBias(in file: TensorFile) throws -> Double? {
    guard let text = file.metadata["logit_bias"] else { return nil }
    guard let bias = Double(text), bias.isFinite else {
      throw ModelError(path: file.path, reason: .badLogitBias(text))
    }
    return bias
  }

  private static func json(_ name: String, in file: TensorFile) throws -> JSONValue? {
    guard let text = file.metadata[name] else { return nil }
    do {
      return try JSONValue(parsing: Data(text.utf8))
    } catch {
      throw CheckpointError(path: file.path, reason: .malformedHeader("\(name): \(error)"))
    }
  }

  private static func strings(_ name: String, in file: TensorFile) throws -> [String]? {
    guard let json = try json(name, in: file) else { return nil }
    let strings = json.array?.compactMap(\.string) ?? []
    guard strings.count == json.array?.count,
      !strings.contains(where: { $0.unicodeScalars.contains("\n") })
    else {
      throw CheckpointError(
        path: file.path, reason: .malformedHeader("\(name) is not a list of single lines"))
    }
    return strings
  }

  /// Writes the bank: `embeddings` [C, D] f32 and `status` [C] u8, with labels and provenance in
  /// the metadata.
  ///
  /// - Parameter path: The file; replaced if it exists.
  /// - Throws: `OutputError` if it cannot be written, or if its labels make a header that no reader
  ///   accepts; nothing is left under the name then.
  public func write(to path: String) throws(OutputError) {
    try write(to: path, headerLimit: SafetensorsHeader.sizeLimit)
  }

  func write(to path: String, headerLimit: Int) throws(OutputError) {
    let layout = layout
    // Without the 8 bytes that say its size.
    try Self.check(headerBytes: layout.header.count - 8, limit: headerLimit, path: path)
    try OutputFile.writePieces(to: path) { write in
      try write(layout.header)
      try rows.forEachPiece(write)
      try write(littleEndianBytes(statuses.map(\.rawValue)))
    }
  }

  private var layout: SafetensorsLayout {
    var metadata = [
      ("format", Self.fileFormat), ("version", "1"), ("labels", Self.json(labels)),
      ("provenance", JSONValue.object(provenance).serialized()),
      ("warnings", Self.json(warnings)), ("truncated_prompts", "\(truncatedPromptCount)"),
    ]
    if let logitScale { metadata.append(("logit_scale", "\(logitScale)")) }
    if let logitBias { metadata.append(("logit_bias", "\(logitBias)")) }
    return SafetensorsLayout(
      [
        .init(name: "embeddings", dtype: .f32, shape: [labels.count, embeddingWidth]),
        .init(name: "status", dtype: .u8, shape: [statuses.count]),
      ],
      metadata: metadata)
  }

  /// Checks that labels fit the header of a bank's file, before they are encoded.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - path: The file to be made.
  ///   - limit: The most bytes of a header.
  /// - Throws: `OutputError` if they do not.
  static func check(
    _ labels: [String], fitHeaderOf path: String, limit: Int = SafetensorsHeader.sizeLimit
  ) throws(OutputError) {
    // A byte becomes `\\u0000` at most, where it stands in a string within a string; with quotes.
    let most = labels.reduce(0) { $0 + 7 * $1.utf8.count + 5 }
    guard most > limit - headerRest else { return }
    let bytes = JSONValue.string(json(labels)).serialized().utf8.count
    try check(headerBytes: bytes + headerRest, limit: limit, path: path)
  }

  /// Room for what a header has besides labels: provenance, warnings, the tensors; in bytes.
  private static let headerRest = 1 << 16

  private static func json(_ strings: [String]) -> String {
    JSONValue.array(strings.map { .string($0) }).serialized()
  }

  private static func check(headerBytes: Int, limit: Int, path: String) throws(OutputError) {
    guard headerBytes <= limit else {
      throw OutputError(
        path: path, reason: .headerTooLarge(with: "labels", bytes: headerBytes, limit: limit))
    }
  }
}
