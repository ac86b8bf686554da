import Engine
import Foundation

/// Writes small safetensors files for tests, well-formed or wrong in a chosen way.
struct SafetensorsBuilder {
  private var entries: [(name: String, dtype: DType, shape: [Int], bytes: Data)] = []

  /// The strings of `__metadata__`; left out where empty.
  var metadata: [String: String] = [:]

  /// Appends a tensor of stored bytes, which need not fit the shape.
  mutating func add(_ name: String, _ dtype: DType, _ shape: [Int], bytes: Data) {
    entries.append((name, dtype, shape, bytes))
  }

  /// Appends a tensor; its values are rounded to the dtype, to nearest with ties to even.
  mutating func add(_ name: String, _ dtype: DType = .f32, _ shape: [Int], _ values: [Double]) {
    add(name, dtype, shape, bytes: Self.bytes(of: values, dtype: dtype))
  }

  /// The header as JSON, with the tensors one after another in the order they were added.
  var header: JSONValue {
    var object: JSONObject = [:]
    if !metadata.isEmpty {
      var strings: JSONObject = [:]
      for name in metadata.keys.sorted() { strings[name] = .string(metadata[name] ?? "") }
      object["__metadata__"] = .object(strings)
    }
    var start = 0
    for entry in entries {
      let end = start + entry.bytes.count
      object[entry.name] = [
        "dtype": .string(entry.dtype.rawValue), "shape": .array(entry.shape.map { .integer($0) }),
        "data_offsets": [.integer(start), .integer(end)],
      ]
      start = end
    }
    return .object(object)
  }

  /// The file: the header, padded with spaces to a multiple of 8 bytes, then the data.
  var file: Data {
    var text = header.serialized()
    while text.utf8.count % 8 != 0 { text += " " }
    return Self.file(header: text, body: entries.reduce(Data()) { $0 + $1.bytes })
  }

  /// A file of any header text and data.
  ///
  /// - Parameters:
  ///   - header: The header, verbatim.
  ///   - claimedLength: The length written before it; nil for the true one.
  ///   - body: The data.
  /// - Returns: The bytes of the file.
  static func file(header: String, claimedLength: UInt64? = nil, body: Data = Data()) -> Data {
    let length = claimedLength ?? UInt64(header.utf8.count)
    return littleEndian(length) + Data(header.utf8) + body
  }

  /// The stored form of values.
  static func bytes(of values: [Double], dtype: DType) -> Data {
    values.reduce(into: Data()) { data, value in
      switch dtype {
      case .f64: data += littleEndian(value.bitPattern)
      case .f32: data += littleEndian(Float(value).bitPattern)
      case .f16: data += littleEndian(Float16(value).bitPattern)
      case .bf16: data += littleEndian(bfloat16(Float(value)))
      case .i64: data += littleEndian(UInt64(bitPattern: Int64(value)))
      case .i32: data += littleEndian(UInt32(bitPattern: Int32(value)))
      case .i16: data += littleEndian(UInt16(bitPattern: Int16(value)))
      case .i8: data += littleEndian(UInt8(bitPattern: Int8(value)))
      case .u64: data += littleEndian(UInt64(value))
      case .u32: data += littleEndian(UInt32(value))
      case .u16: data += littleEndian(UInt16(value))
      case .u8, .bool: data += littleEndian(UInt8(value))
      }
    }
  }

  /// The upper half of a `Float`, rounded to nearest with ties to even; NaN stays NaN.
  private static func bfloat16(_ value: Float) -> UInt16 {
    guard !value.isNaN else { return 0x7FC0 }
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits + 0x7FFF + (bits >> 16 & 1)) >> 16)
  }

  private static func littleEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> Data {
    Data((0..<(Bits.bitWidth / 8)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }
}
