/// Writes structures in the compact protocol of Thrift.
///
/// Field ids are below 16 apart and rise, lists hold one type; that is all that Parquet's footer needs. Source: the Thrift
/// compact protocol specification.
struct ThriftWriter {
  private(set) var bytes: [UInt8] = []

  /// The last field of each structure that is open.
  private var lastFields: [Int] = []

  /// The types of fields and elements.
  private enum Kind: UInt8 {
    case int16 = 4
    case int32 = 5
    case int64 = 6
    case binary = 8
    case list = 9
    case structure = 12
  }

  /// Writes a structure that stands in no field.
  mutating func structure(_ body: (inout ThriftWriter) -> Void) {
    lastFields.append(0)
    body(&self)
    bytes.append(0)
    lastFields.removeLast()
  }

  /// Writes a field that holds a structure.
  mutating func field(_ id: Int, _ body: (inout ThriftWriter) -> Void) {
    header(id, .structure)
    structure(body)
  }

  /// Writes a field of 32 bits.
  mutating func field(_ id: Int, int32 value: Int) {
    header(id, .int32)
    zigzag(value)
  }

  /// Writes a field of 64 bits.
  mutating func field(_ id: Int, int64 value: Int) {
    header(id, .int64)
    zigzag(value)
  }

  /// Writes a field of text.
  mutating func field(_ id: Int, text: String) {
    header(id, .binary)
    binary(text)
  }

  /// Writes a field that holds a list of structures.
  mutating func field<Element>(
    _ id: Int, list elements: [Element], _ body: (inout ThriftWriter, Element) -> Void
  ) {
    header(id, .list)
    listHeader(elements.count, .structure)
    for element in elements { structure { body(&$0, element) } }
  }

  /// Writes a field that holds a list of numbers of 32 bits.
  mutating func field(_ id: Int, int32s values: [Int]) {
    header(id, .list)
    listHeader(values.count, .int32)
    for value in values { zigzag(value) }
  }

  /// Writes a field that holds a list of texts.
  mutating func field(_ id: Int, texts: [String]) {
    header(id, .list)
    listHeader(texts.count, .binary)
    for text in texts { binary(text) }
  }

  private mutating func header(_ id: Int, _ kind: Kind) {
    let last = lastFields.last ?? 0
    precondition((1...15).contains(id - last), "field \(id) after \(last)")
    bytes.append(UInt8(id - last) << 4 | kind.rawValue)
    if !lastFields.isEmpty { lastFields[lastFields.count - 1] = id }
  }

  private mutating func listHeader(_ count: Int, _ kind: Kind) {
    bytes.append(UInt8(min(count, 15)) << 4 | kind.rawValue)
    if count >= 15 { varint(UInt64(count)) }
  }

  private mutating func binary(_ text: String) {
    varint(UInt64(text.utf8.count))
    bytes += text.utf8
  }

  private mutating func zigzag(_ value: Int) {
    varint(UInt64(bitPattern: Int64(value << 1 ^ value >> 63)))
  }

  private mutating func varint(_ value: UInt64) {
    bytes += unsignedVarint(value)
  }
}

/// A number in base 128, lowest digit first.
func unsignedVarint(_ value: UInt64) -> [UInt8] {
  var (value, bytes) = (value, [UInt8]())
  while value >= 0x80 {
    bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
    value >>= 7
  }
  return bytes + [UInt8(value)]
}
