public import Foundation

/// Why some bytes are not the JSON that is accepted here.
///
/// Stricter than RFC 8259 where a second reader could see something else: a name that stands twice
/// in an object (or twice up to canonical equivalence, which is how Swift compares strings) and
/// anything nested more than 64 deep are refused.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// Where, in bytes from the start.
  public let offset: Int

  /// What is wrong there.
  public let what: String

  public var description: String { "byte \(offset): \(what)" }
}

extension JSONValue {
  /// The most levels of nested arrays and objects.
  static let depthLimit = 64

  /// Parses a JSON text.
  ///
  /// - Parameters:
  ///   - bytes: The whole text, in UTF-8, without a byte order mark.
  ///   - allowsLeadingSpace: Whether white space may stand before the value.
  /// - Throws: `JSONError` if the bytes are not one JSON value, if an object has a name twice, or
  ///   if values are nested more than 64 deep.
  public init(parsing bytes: Data, allowsLeadingSpace: Bool = true) throws(JSONError) {
    var parser = JSONParser(bytes: [UInt8](bytes))
    if !allowsLeadingSpace { try parser.refuseSpace() }
    self = try parser.parseDocument()
  }
}

/// A recursive-descent parser over the bytes of one JSON text.
private struct JSONParser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  func fail(_ what: String, at offset: Int? = nil) -> JSONError {
    JSONError(offset: offset ?? position, what: what)
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func refuseSpace() throws(JSONError) {
    if let byte = next, isSpace(byte) { throw fail("white space before the value") }
  }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fail("bytes after the value") }
    return value
  }

  func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  mutating func skipSpace() {
    while let byte = next, isSpace(byte) { position += 1 }
  }

  mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    skipSpace()
    guard next == UInt8(ascii: character) else { throw fail("no '\(character)'") }
    position += 1
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
    guard depth <= JSONValue.depthLimit else {
      throw fail("nested more than \(JSONValue.depthLimit) deep")
    }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case nil: throw fail("the text ends where a value should stand")
    default: return try parseNumber()
    }
  }

  mutating func parseWord(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw fail("not a value") }
    position += word.utf8.count
    return value
  }

  mutating func parseObject(depth: Int) throws(JSONError) -> JSONValue {
    var object: JSONObject = [:]
    try expect("{")
    if take("}") { return .object(object) }
    repeat {
      skipSpace()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw fail("no name of a member") }
      let name = try parseString()
      guard object[name] == nil else {
        throw fail("name \"\(name.printable())\" twice in one object", at: start)
      }
      try expect(":")
      object[name] = try parseValue(depth: depth + 1)
    } while take(",")
    try expect("}")
    return .object(object)
  }

  mutating func parseArray(depth: Int) throws(JSONError) -> JSONValue {
    var array: [JSONValue] = []
    try expect("[")
    if take("]") { return .array(array) }
    repeat {
      array.append(try parseValue(depth: depth + 1))
    } while take(",")
    try expect("]")
    return .array(array)
  }
}

// MARK: - Strings

extension JSONParser {
  mutating func parseString() throws(JSONError) -> String {
    let start = position
    position += 1
    var content: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let string = String(validating: content, as: UTF8.self) else {
          throw fail("a string that is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        try parseEscape(into: &content)
      case 0..<0x20:
        throw fail("a control character in a string")
      default:
        content.append(byte)
        position += 1
      }
    }
    throw fail("a string without end", at: start)
  }

  mutating func parseEscape(into content: inout [UInt8]) throws(JSONError) {
    position += 1
    guard let byte = next else { throw fail("a string without end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"): content += Array(String(try parseEscapedScalar()).utf8)
    default: throw fail("unknown escape", at: position - 2)
    }
  }

  /// Reads the digits of one `\u` escape, or of two that make up a surrogate pair.
  mutating func parseEscapedScalar() throws(JSONError) -> Unicode.Scalar {
    let start = position - 2
    let first = try parseHexadecimal()
    var value = UInt32(first)
    if (0xD800..<0xDC00).contains(first) {
      guard bytes[position...].starts(with: "\\u".utf8) else {
        throw fail("half a surrogate pair", at: start)
      }
      position += 2
      let second = try parseHexadecimal()
      guard (0xDC00..<0xE000).contains(second) else {
        throw fail("half a surrogate pair", at: start)
      }
      value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw fail("half a surrogate pair", at: start) }
    return scalar
  }

  mutating func parseHexadecimal() throws(JSONError) -> UInt16 {
    guard position + 4 <= bytes.count else { throw fail("a string without end") }
    let digits = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
    guard digits.allSatisfy(\.isHexDigit), let value = UInt16(digits, radix: 16) else {
      throw fail("not four hexadecimal digits")
    }
    position += 4
    return value
  }
}

// MARK: - Numbers

extension JSONParser {
  mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    _ = takeByte("-")
    let isZero = takeByte("0")
    guard isZero || skipDigits() > 0 else { throw fail("not a value", at: start) }
    var isInteger = true
    if takeByte(".") {
      isInteger = false
      guard skipDigits() > 0 else { throw fail("no digit after the point") }
    }
    if takeByte("e") || takeByte("E") {
      isInteger = false
      if !takeByte("+") { _ = takeByte("-") }
      guard skipDigits() > 0 else { throw fail("no digit in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    // As other readers have it, -0 keeps its sign and so is no whole number from 0.
    if isInteger, text != "-0", let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      throw fail("a number too large", at: start)
    }
    return .number(value)
  }

  mutating func takeByte(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }
}
