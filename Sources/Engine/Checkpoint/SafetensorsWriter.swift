public import Foundation

/// The header of a safetensors file to be written, and where each tensor goes.
///
/// The header is padded with spaces to a multiple of 8 bytes, tensors stand in the order given, so
/// those whose sizes are multiples of 8 are aligned; put the widest types first.
public struct SafetensorsLayout: Sendable {
  /// A tensor to be written.
  public struct Entry: Sendable {
    public let name: String
    public let dtype: DType
    public let shape: [Int]

    /// Makes an entry.
    public init(name: String, dtype: DType, shape: [Int]) {
      self.name = name
      self.dtype = dtype
      self.shape = shape
    }

    /// The size of the elements together, in bytes.
    public var byteCount: Int { shape.reduce(dtype.byteWidth, *) }
  }

  /// The bytes before the data: the length, the JSON and padding.
  public let header: Data

  /// Where each tensor starts, in bytes from the start of the file, in the order given.
  public let offsets: [Int]

  /// The size of the whole file, in bytes.
  public let fileSize: Int

  /// Lays out a file.
  ///
  /// - Parameters:
  ///   - entries: The tensors, in the order of their data.
  ///   - metadata: Free-form strings, in order.
  public init(_ entries: [Entry], metadata: [(String, String)] = []) {
    var json: JSONObject = [:]
    if !metadata.isEmpty {
      var strings: JSONObject = [:]
      for (name, value) in metadata { strings[name] = .string(value) }
      json["__metadata__"] = .object(strings)
    }
    var start = 0
    var starts: [Int] = []
    for entry in entries {
      let end = start + entry.byteCount
      json[entry.name] = [
        "dtype": .string(entry.dtype.rawValue),
        "shape": .array(entry.shape.map { .integer($0) }),
        "data_offsets": [.integer(start), .integer(end)],
      ]
      starts.append(start)
      start = end
    }
    var text = JSONValue.object(json).serialized()
    text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
    header = littleEndianBytes([UInt64(text.utf8.count)]) + Data(text.utf8)
    let dataStart = header.count
    offsets = starts.map { $0 + dataStart }
    fileSize = dataStart + start
  }
}

/// The elements as they are stored, lowest byte first.
public func littleEndianBytes<Value: FixedWidthInteger>(_ values: [Value]) -> Data {
  let stored = isLittleEndian ? values : values.map(\.littleEndian)
  return unsafe stored.withUnsafeBytes { unsafe Data($0) }
}

/// The elements as they are stored, lowest byte first.
public func littleEndianBytes(_ values: [Float]) -> Data {
  guard isLittleEndian else { return littleEndianBytes(values.map(\.bitPattern)) }
  return unsafe values.withUnsafeBytes { unsafe Data($0) }
}

/// Whether numbers lie in memory as they are stored.
private let isLittleEndian = UInt16(1).littleEndian == 1
