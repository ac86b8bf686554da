import Foundation
import Testing

@testable import Engine

@Suite struct JSONParserTests {
  private func parse(_ text: String) throws(JSONError) -> JSONValue {
    try JSONValue(parsing: Data(text.utf8))
  }

  private func fault(_ text: String) -> String? {
    do {
      _ = try parse(text)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func valuesOfEveryKindAreRead() throws {
    let value = try parse(" {\"a\": [1, -2.5e1, true, false, null, \"x\"], \"b\": {}}\n")
    let expected: JSONValue = [
      "a": [1, .number(-25), true, false, nil, "x"], "b": .object([:]),
    ]
    #expect(value == expected)
    #expect(value["a"]?.array?.count == 6)
    #expect(value.object?.names == ["a", "b"])
    #expect(value["c"] == nil)
  }

  @Test func membersKeepTheirOrder() throws {
    #expect(try parse(#"{"z":1,"a":2,"m":3}"#).object?.names == ["z", "a", "m"])
    var object: JSONObject = ["z": 1, "a": 2]
    object["z"] = nil
    object["z"] = 3
    #expect(object.names == ["a", "z"])
  }

  @Test(arguments: [
    ("0", JSONValue.integer(0)), ("-7", .integer(-7)), ("9223372036854775807", .integer(.max)),
    ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
    ("1.0", .number(1)), ("1e2", .number(100)), ("1E+2", .number(100)), ("25e-1", .number(2.5)),
    ("0.1", .number(0.1)), ("4.9e-324", .number(.leastNonzeroMagnitude)), ("1e-400", .number(0)),
    ("-0", .number(-0.0)),
  ])
  func numbersAreRead(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
  }

  @Test(arguments: [
    ("-", "byte 0: not a value"), ("+1", "byte 0: not a value"), (".5", "byte 0: not a value"),
    ("01", "byte 1: bytes after the value"), ("1.", "byte 2: no digit after the point"),
    ("1e", "byte 2: no digit in the exponent"), ("1e+", "byte 3: no digit in the exponent"),
    ("[1e999]", "byte 1: a number too large"), ("NaN", "byte 0: not a value"),
    ("Infinity", "byte 0: not a value"), ("0x10", "byte 1: bytes after the value"),
  ])
  func numbersOfOtherFormsAreRefused(text: String, message: String) {
    #expect(fault(text) == message)
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u00e9\u4E2D""#, "é中"),
    (#""\ud83d\ude00""#, "😀"), ("\"é😀\"", "é😀"), (#""\u0000""#, "\0"), ("\"\"", ""),
    (#""\uFFFF""#, "\u{FFFF}"),
  ])
  func stringsAreRead(text: String, string: String) throws {
    #expect(try parse(text).string?.unicodeScalars.elementsEqual(string.unicodeScalars) == true)
  }

  @Test(arguments: [
    (#"["\ud83d"]"#, "byte 2: half a surrogate pair"),
    (#"["\ude00"]"#, "byte 2: half a surrogate pair"),
    (#"["\ud83d\ud83d"]"#, "byte 2: half a surrogate pair"),
    (#"["\ud83dx"]"#, "byte 2: half a surrogate pair"),
    (#"["\x"]"#, "byte 2: unknown escape"),
    (#"["\u12g4"]"#, "byte 4: not four hexadecimal digits"),
    (#"["\u+123"]"#, "byte 4: not four hexadecimal digits"),
    (#"["\u12"#, "byte 4: a string without end"), (#"["\"#, "byte 3: a string without end"),
    ("[\"ab", "byte 1: a string without end"),
    ("[\"a\nb\"]", "byte 3: a control character in a string"),
  ])
  func stringsOfOtherFormsAreRefused(text: String, message: String) {
    #expect(fault(text) == message)
  }

  @Test(arguments: [
    ("", "byte 0: the text ends where a value should stand"),
    ("[1,]", "byte 3: not a value"), ("[1 2]", "byte 3: no ']'"), ("[1", "byte 2: no ']'"),
    ("{\"a\" 1}", "byte 5: no ':'"), ("{\"a\":1,}", "byte 7: no name of a member"),
    ("{a:1}", "byte 1: no name of a member"), ("{\"a\":1", "byte 6: no '}'"),
    ("tru", "byte 0: not a value"), ("nul", "byte 0: not a value"),
    ("1 2", "byte 2: bytes after the value"), ("// x", "byte 0: not a value"),
    ("{\"a\":1,\"a\":1}", "byte 7: name \"a\" twice in one object"),
    ("{\"\\u0061\":1,\"a\":1}", "byte 12: name \"a\" twice in one object"),
    ("{\"\\u00e9\":1,\"e\\u0301\":1}", "byte 12: name \"e\u{301}\" twice in one object"),
  ])
  func otherTextsAreRefusedWhereTheyGoWrong(text: String, message: String) {
    #expect(fault(text) == message)
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] as [[UInt8]] {
      let text = Data("[\"".utf8) + Data(bytes) + Data("\"]".utf8)
      #expect(throws: JSONError(offset: 1, what: "a string that is not UTF-8")) {
        try JSONValue(parsing: text)
      }
    }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func deepNestingIsRefusedWithoutOverflow(opening: String) throws {
    let deep = String(repeating: opening, count: 100_000)
    #expect(fault(deep) == "byte \(65 * opening.utf8.count): nested more than 64 deep")
    let allowed = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect(fault(allowed) == nil)
  }

  @Test(arguments: [nil, 0, 2] as [Int?])
  func serializedValuesParseToThemselves(indent: Int?) throws {
    var generator = SplitMix64(seed: 11)
    for _ in 0..<300 {
      let value = randomValue(depth: 0, using: &generator)
      let text = value.serialized(indent: indent)
      #expect(try parse(text) == value)
      #expect(try parse(text).serialized(indent: indent) == text)
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    }
  }

  private func randomValue(depth: Int, using generator: inout SplitMix64) -> JSONValue {
    switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &generator) {
    case 0: return nil
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int(truncatingIfNeeded: generator.next()))
    case 3:
      let number = Double(bitPattern: generator.next())
      return number.isFinite ? .number(number) : 0
    case 4, 5: return .string(randomString(using: &generator))
    case 6:
      return .array(
        (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
          randomValue(depth: depth + 1, using: &generator)
        })
    default:
      var object: JSONObject = [:]
      for _ in 0..<Int.random(in: 0..<5, using: &generator) {
        object[randomString(using: &generator)] = randomValue(depth: depth + 1, using: &generator)
      }
      return .object(object)
    }
  }

  private func randomString(using generator: inout SplitMix64) -> String {
    var string = ""
    for _ in 0..<Int.random(in: 0..<6, using: &generator) {
      let limit: UInt32 = [0x80, 0x3000, 0x11_0000].randomElement(using: &generator) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
        string.unicodeScalars.append(scalar)
      }
    }
    return string
  }

  @Test func whatActsOnATerminalIsEscapedInTheText() {
    let value: JSONValue = .string("\u{1B}\u{202E}\u{2028}\"\\é\u{E0001}")
    #expect(value.serialized() == #""\u001b\u202e\u2028\"\\é\udb40\udc01""#)
    #expect(JSONValue.number(.nan).serialized() == "null")
    #expect(JSONValue(Float(0.1)).serialized() == "0.1")
    #expect(JSONValue(Float.infinity) == nil)
  }
}
