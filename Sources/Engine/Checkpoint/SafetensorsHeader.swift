public import Foundation

/// The table of contents of a safetensors file.
///
/// Everything in the header is checked against the file before it is used: the length, the JSON,
/// each dtype, shape and range. Tensors must fill the data without overlaps, holes or a rest, as
/// the format demands; names may not stand twice, and nothing may stand before the first brace.
/// <https://github.com/huggingface/safetensors#format>
public struct SafetensorsHeader: Sendable {
  /// One tensor.
  public struct Entry: Sendable, Equatable {
    /// The name, verbatim.
    public let name: String
    /// The type of the elements.
    public let dtype: DType
    /// The sizes of the dimensions, slowest first.
    public let shape: [Int]
    /// Where the elements lie, in bytes from the start of the file.
    public let byteRange: Range<Int>
  }

  /// The longest header the format allows, in bytes.
  static let sizeLimit = 100_000_000

  /// The most dimensions of a tensor.
  static let dimensionLimit = 8

  /// The tensors, in the order of their data.
  public let entries: [Entry]

  /// The free-form strings of `__metadata__`.
  public let metadata: [String: String]

  /// Reads and checks the header of a file.
  ///
  /// - Parameters:
  ///   - file: The whole file.
  ///   - path: The name for messages.
  /// - Throws: `CheckpointError` if anything in the header is wrong.
  public init(parsing file: Data, path: String) throws(CheckpointError) {
    let headerSize = try Self.headerSize(of: file, path: path)
    let json = try Self.parseJSON(file.dropFirst(8).prefix(headerSize), path: path)
    guard case .object(let object) = json else {
      throw CheckpointError(path: path, reason: .malformedHeader("not a JSON object"))
    }
    metadata = try Self.parseMetadata(object["__metadata__"], path: path)
    var described: [Description] = []
    for name in object.names where name != "__metadata__" {
      described.append(try Self.describe(name, object[name] ?? .null, path: path))
    }
    entries = try Self.place(
      described, dataStart: 8 + headerSize, dataSize: file.count - 8 - headerSize, path: path)
  }
}

extension SafetensorsHeader {
  /// What the header says of one tensor.
  private struct Description {
    var name: String
    var dtype: DType
    var shape: [Int]
    var start: Int
    var end: Int
  }

  private static func headerSize(of file: Data, path: String) throws(CheckpointError) -> Int {
    func fail(_ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(path: path, reason: reason)
    }
    if file.starts(with: Data("version https://git-lfs".utf8)) { throw fail(.pointerFile) }
    guard file.count >= 8 else { throw fail(.notSafetensors(bytes: file.count)) }
    // Eight characters of text, read as a number, are far beyond any header size.
    let isText = file.prefix(8).allSatisfy {
      (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0)
    }
    if isText { throw fail(.webPage) }
    let size = file.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard size <= UInt64(sizeLimit) else {
      throw fail(.headerTooLarge(bytes: size, limit: sizeLimit))
    }
    guard size <= UInt64(file.count - 8) else {
      throw fail(.headerPastEnd(bytes: size, fileSize: file.count))
    }
    return Int(size)
  }

  private static func parseJSON(_ header: Data, path: String) throws(CheckpointError) -> JSONValue {
    do {
      return try JSONValue(parsing: header, allowsLeadingSpace: false)
    } catch {
      // Offsets in messages are those of the file, where eight bytes stand before the header.
      let inFile = JSONError(offset: error.offset + 8, what: error.what)
      throw CheckpointError(path: path, reason: .malformedJSON(inFile))
    }
  }

  private static func parseMetadata(
    _ value: JSONValue?, path: String
  ) throws(CheckpointError) -> [String: String] {
    guard let value else { return [:] }
    guard case .object(let object) = value else {
      throw CheckpointError(path: path, reason: .malformedHeader("__metadata__ is not an object"))
    }
    var metadata: [String: String] = [:]
    for name in object.names {
      guard case .string(let string) = object[name] else {
        throw CheckpointError(
          path: path, reason: .malformedHeader("__metadata__ is not a map of strings"))
      }
      metadata[name] = string
    }
    return metadata
  }

  private static func describe(
    _ name: String, _ value: JSONValue, path: String
  ) throws(CheckpointError) -> Description {
    func fail(_ what: String) -> CheckpointError {
      CheckpointError(path: path, reason: .malformedEntry(tensor: name, what: what))
    }
    guard !name.unicodeScalars.contains("\0") else { throw fail("a name with a null character") }
    guard case .object(let object) = value else { throw fail("not an object") }
    if let extra = object.names.first(where: { !["dtype", "shape", "data_offsets"].contains($0) }) {
      throw fail("unknown field \"\(extra.printable(limit: 80))\"")
    }
    guard let dtypeName = object["dtype"]?.string else { throw fail("no dtype") }
    guard let dtype = DType(rawValue: dtypeName) else {
      throw CheckpointError(
        path: path, reason: .unsupportedDType(tensor: name, dtype: dtypeName))
    }
    guard let shape = naturals(object["shape"]) else {
      throw fail("shape is not a list of whole numbers from 0")
    }
    guard shape.count <= dimensionLimit else {
      throw fail("\(shape.count) dimensions, expected at most \(dimensionLimit)")
    }
    guard let offsets = naturals(object["data_offsets"]), offsets.count == 2 else {
      throw fail("data_offsets are not two whole numbers from 0")
    }
    guard offsets[0] <= offsets[1] else { throw fail("data ends before it starts") }
    return Description(
      name: name, dtype: dtype, shape: shape, start: offsets[0], end: offsets[1])
  }

  private static func naturals(_ value: JSONValue?) -> [Int]? {
    guard let values = value?.array else { return nil }
    var numbers: [Int] = []
    for value in values {
      guard let number = value.integer, number >= 0 else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func place(
    _ described: [Description], dataStart: Int, dataSize: Int, path: String
  ) throws(CheckpointError) -> [Entry] {
    func fail(_ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(path: path, reason: reason)
    }
    var expectedStart = 0
    let ordered = described.sorted { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
    for tensor in ordered {
      guard tensor.start == expectedStart else {
        throw fail(
          .misplacedTensor(tensor: tensor.name, start: tensor.start, expectedStart: expectedStart))
      }
      guard byteCount(shape: tensor.shape, dtype: tensor.dtype) == tensor.end - tensor.start else {
        throw fail(
          .sizeMismatch(
            tensor: tensor.name, bytes: tensor.end - tensor.start, shape: tensor.shape,
            dtype: tensor.dtype))
      }
      expectedStart = tensor.end
    }
    // Only now that no tensor is misplaced is the last end what the whole file needs.
    if let last = ordered.last, last.end > dataSize {
      throw fail(.tensorPastEnd(tensor: last.name, end: last.end, dataSize: dataSize))
    }
    guard expectedStart == dataSize else { throw fail(.trailingBytes(dataSize - expectedStart)) }
    return ordered.map { tensor in
      Entry(
        name: tensor.name, dtype: tensor.dtype, shape: tensor.shape,
        byteRange: (dataStart + tensor.start)..<(dataStart + tensor.end))
    }
  }
}

/// The bytes of a tensor, or nil if there are more than `Int` can count, sizes of 0 left out.
func byteCount(shape: [Int], dtype: DType) -> Int? {
  let strides = [Int](repeating: 0, count: shape.count)
  guard Tensor.extent(shape: shape, strides: strides, width: dtype.byteWidth) != nil else {
    return nil
  }
  return shape.reduce(dtype.byteWidth, *)
}
