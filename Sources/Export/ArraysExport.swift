internal import Engine
internal import Foundation

/// The columns of a run as arrays of NumPy in one archive, with the types and values that they have on disk.
///
/// Of `features.safetensors` every column by its name; of the labels `label_status`, `label_first_counts`,
/// `label_top_counts`, `label_embeddings`, `labels_utf8` (the texts with a line feed between them), and `labels`
/// (an array of texts, left out where it would take more than 256 MiB); of a verdict every column by its name behind
/// `verdict.`. `provenance`, `run_json` and `verdict_json` are single texts. Nothing needs `allow_pickle`.
struct ArraysExport {
  let source: ExportSource
  let provenance: JSONObject

  /// The most bytes of `labels`, all of which are as long as the longest.
  static let labelByteLimit = 256 << 20

  /// The elements that are copied at once.
  private static let pieceCount = 1 << 20

  /// Writes the archive.
  ///
  /// - Parameters:
  ///   - handle: The file, empty.
  ///   - zip64Start: As of `ZipWriter`.
  ///   - labelByteLimit: The most bytes of `labels`.
  /// - Throws: What writing throws.
  func write(
    to handle: FileHandle, zip64Start: (size: Int, count: Int) = (0xFFFF_FFFF, 0xFFFF),
    labelByteLimit: Int = labelByteLimit
  ) throws {
    var zip = ZipWriter(handle, zip64Start: zip64Start)
    for name in RunFiles.columnNames { try add(name, source.run.column(name), to: &zip) }
    try addLabels(to: &zip, byteLimit: labelByteLimit)
    for column in source.verdictColumns {
      try add("verdict." + column.name, column.tensor, to: &zip)
    }
    try add("provenance", text: .object(provenance), to: &zip)
    try add("run_json", text: .object(source.run.description), to: &zip)
    if let verdict = source.verdict {
      try add("verdict_json", text: .object(verdict.description), to: &zip)
    }
    try zip.finish()
  }

  private func addLabels(to zip: inout ZipWriter, byteLimit: Int) throws {
    let run = source.run
    try add("label_status", "|u1", [run.labels.count], to: &zip) {
      try $0(Data(run.labelStatuses.map { UInt8(truncatingIfNeeded: $0) }))
    }
    for (name, counts) in [
      ("label_first_counts", run.firstCounts), ("label_top_counts", run.topCounts),
    ] {
      try add(name, "<i8", [counts.count], to: &zip) { try $0(littleEndianBytes(counts)) }
    }
    try add("label_embeddings", run.labelEmbeddings, to: &zip)
    let text = Data(run.labels.joined(separator: "\n").utf8)
    try add("labels_utf8", "|u1", [text.count], to: &zip) { try $0(text) }
    let longest = run.labels.lazy.map { $0.unicodeScalars.count }.max() ?? 1
    if run.labels.count * max(1, longest) * 4 <= byteLimit {
      try add("labels", texts: run.labels, width: max(1, longest), to: &zip)
    }
  }

  /// Adds a tensor as it is stored.
  private func add(_ name: String, _ tensor: Tensor, to zip: inout ZipWriter) throws {
    let type =
      switch tensor.dtype {
      case .f64: "<f8"
      case .f32: "<f4"
      case .f16: "<f2"
      case .bf16: "<u2"
      case .i64: "<i8"
      case .i32: "<i4"
      case .i16: "<i2"
      case .i8: "|i1"
      case .u64: "<u8"
      case .u32: "<u4"
      case .u16: "<u2"
      case .u8: "|u1"
      case .bool: "|b1"
      }
    try add(name, type, tensor.shape, to: &zip) { write in
      // Tensors of safetensors files are stored as they are given.
      for start in stride(from: 0, to: tensor.bytes.count, by: 8 * Self.pieceCount) {
        let first = tensor.bytes.startIndex + start
        try write(tensor.bytes[first..<min(first + 8 * Self.pieceCount, tensor.bytes.endIndex)])
      }
    }
  }

  /// Adds texts, each as many UTF-32 units, padded with zeros.
  private func add(_ name: String, texts: [String], width: Int, to zip: inout ZipWriter) throws {
    try add(name, "<U\(width)", [texts.count], to: &zip) { write in
      for text in texts { try write(Self.units(text, width: width)) }
    }
  }

  /// Adds one text, a scalar.
  private func add(_ name: String, text: JSONValue, to zip: inout ZipWriter) throws {
    let text = text.serialized()
    let width = text.unicodeScalars.count
    try add(name, "<U\(width)", [], to: &zip) { try $0(Self.units(text, width: width)) }
  }

  private static func units(_ text: String, width: Int) -> Data {
    let units = text.unicodeScalars.map(\.value)
    return littleEndianBytes(units + [UInt32](repeating: 0, count: width - units.count))
  }

  /// Adds an array.
  private func add(
    _ name: String, _ type: String, _ shape: [Int], to zip: inout ZipWriter,
    _ body: (_ write: (Data) throws -> Void) throws -> Void
  ) throws {
    let header = Self.header(type, shape)
    let width = Int(type.drop { !$0.isNumber }) ?? 1
    let size = shape.reduce(type.hasPrefix("<U") ? 4 * width : width, *)
    try zip.add(name + ".npy", size: header.count + size, start: header, body)
  }

  /// The header of an array in version 1, padded to 64 bytes (`numpy.lib.format`).
  static func header(_ type: String, _ shape: [Int]) -> Data {
    let sizes = shape.map { "\($0)," }.joined(separator: " ")
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
    text += String(repeating: " ", count: 63 - (text.utf8.count + 10) % 64) + "\n"
    return Data(
      [0x93] + Array("NUMPY".utf8) + [1, 0] + little(text.utf8.count, 2) + Array(text.utf8))
  }
}
