import Foundation
import Testing

@testable import Engine

/// Files that are wrong in exactly one way: rows 1 to 19 of the table of faults.
@Suite struct SafetensorsFaultTests {
  /// The message for a file, without the path that opens it, or nil if it is accepted.
  private func message(_ file: Data) -> String? {
    do {
      _ = try SafetensorsHeader(parsing: file, path: "f")
      return nil
    } catch {
      #expect(error.kind == .badData)
      let text = error.description
      #expect(text.hasPrefix("f: ") && !text.contains("\n"))
      return String(text.dropFirst(3))
    }
  }

  private func message(header: String, bytes: Int = 0) -> String? {
    message(SafetensorsBuilder.file(header: header, body: Data(count: bytes)))
  }

  /// The message for one tensor `t` with the fields given, in JSON.
  private func message(
    dtype: String = "\"F32\"", shape: String = "[2]", offsets: String = "[0,8]", bytes: Int = 8
  ) -> String? {
    message(
      header: "{\"t\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}",
      bytes: bytes)
  }

  @Test func theFileThatAllOthersDifferFromIsAccepted() {
    #expect(message() == nil)
  }

  @Test(arguments: [0, 1, 7])
  func row01FileTooShortForItsLength(count: Int) {
    #expect(
      message(Data(count: count)) == "not a safetensors file: \(count) bytes, expected at least 8")
  }

  @Test func row02PointerFile() {
    let text = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    #expect(
      message(Data(text.utf8)) == "found a Git LFS pointer, expected weights; run git lfs pull")
  }

  @Test(arguments: ["<!DOCTYPE html><html>", "{\"error\":\"not found\"}", "Entry not found"])
  func row03WebPage(text: String) {
    #expect(
      message(Data(text.utf8))
        == "found a web page or text, expected weights; download the file again")
  }

  @Test func row04HeaderLengthPastEndOfFile() {
    let file = SafetensorsBuilder.file(header: "{}", claimedLength: 3)
    #expect(message(file) == "header of 3 bytes, but the file has 10")
  }

  @Test(arguments: [1 << 63, UInt64.max])
  func row05HeaderLengthBeyondInt(length: UInt64) {
    let file = SafetensorsBuilder.file(header: "{}", claimedLength: length)
    #expect(message(file) == "header of \(length) bytes, expected at most 100000000")
  }

  @Test func row06HeaderLengthAboveTheLimit() {
    let file = SafetensorsBuilder.file(header: "{}", claimedLength: 100_000_001)
    #expect(message(file) == "header of 100000001 bytes, expected at most 100000000")
  }

  @Test func row07HeaderNotJSON() {
    #expect(message(header: " {}") == "not JSON: byte 8: white space before the value")
    #expect(message(header: "\u{FEFF}{}") == "not JSON: byte 8: not a value")
    #expect(message(header: "{]") == "not JSON: byte 9: no name of a member")
    #expect(
      message(header: "") == "not JSON: byte 8: the text ends where a value should stand")
    #expect(message(header: "{}x") == "not JSON: byte 10: bytes after the value")
    #expect(message(header: "[]") == "header: not a JSON object")
    let invalid =
      Data([5, 0, 0, 0, 0, 0, 0, 0]) + Data("{\"".utf8) + Data([0xFF]) + Data("\":".utf8)
    #expect(message(invalid) == "not JSON: byte 9: a string that is not UTF-8")
  }

  @Test func row08NestedTooDeep() {
    #expect(
      message(header: "{\"a\":" + String(repeating: "[", count: 100_000))
        == "not JSON: byte 77: nested more than 64 deep")
  }

  @Test func row09NameTwice() {
    let entry = "\"t\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}"
    #expect(
      message(header: "{\(entry),\(entry)}")
        == "not JSON: byte \(8 + 1 + entry.utf8.count + 1): name \"t\" twice in one object")
  }

  @Test func row10Overlap() {
    let header = """
      {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
      "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
      """
    #expect(
      message(header: header, bytes: 8) == "b: starts at byte 4, expected 8: tensors overlap")
  }

  @Test func row11Hole() {
    #expect(
      message(offsets: "[4,12]", bytes: 12)
        == "t: starts at byte 4, expected 0: a hole between tensors")
  }

  @Test func row12TrailingBytes() {
    #expect(message(bytes: 11) == "3 bytes after the last tensor")
    #expect(message(header: "{}", bytes: 1) == "1 bytes after the last tensor")
  }

  @Test func row13TruncatedBody() {
    var builder = SafetensorsBuilder()
    builder.add("a", .f32, [2], [1, 2])
    builder.add("b", .f32, [3], [1, 2, 3])
    let expected = "b: ends at byte 20, but the data has 5: the file is 15 bytes short"
    #expect(message(builder.file.dropLast(15)) == expected)
  }

  @Test(arguments: ["[-4,4]", "[0.0,8]", "[0,8.0]", "[\"0\",8]", "[0]", "[0,8,8]", "8", "null"])
  func row14OffsetsNotTwoWholeNumbers(offsets: String) {
    #expect(message(offsets: offsets) == "t: data_offsets are not two whole numbers from 0")
  }

  @Test func row14DataEndBeforeTheyStart() {
    #expect(message(offsets: "[8,0]") == "t: data ends before it starts")
  }

  @Test func row15ShapeDoesNotFitTheBytes() {
    #expect(message(shape: "[3]") == "t: 8 bytes, expected F32 elements of shape [3]")
    #expect(message(dtype: "\"F16\"") == "t: 8 bytes, expected F16 elements of shape [2]")
  }

  @Test func row16ShapeOverflows() {
    let shape = "[4194305, 4194305, 211106198978564]"
    #expect(message(shape: shape) == "t: 8 bytes, expected F32 elements of shape \(shape)")
    let last = Int.max
    #expect(
      message(dtype: "\"U8\"", shape: "[\(last)]", offsets: "[0,\(last)]")
        == "t: ends at byte \(last), but the data has 8: the file is \(last - 8) bytes short")
  }

  @Test(arguments: ["[-2]", "[-0]", "[2.0]", "[\"2\"]", "2", "null", "[9223372036854775808]"])
  func row17DimensionsNotWholeNumbers(shape: String) {
    #expect(message(shape: shape) == "t: shape is not a list of whole numbers from 0")
  }

  @Test func row17TooManyDimensions() {
    #expect(message(shape: "[1,1,1,1,1,1,1,1,2]") == "t: 9 dimensions, expected at most 8")
    #expect(message(shape: "[1,1,1,1,1,1,1,2]") == nil)
  }

  @Test(arguments: ["F8_E4M3", "F4", "f32", ""])
  func row18UnknownDType(name: String) {
    #expect(
      message(dtype: "\"\(name)\"")
        == "t: dtype \(name), expected one of F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL")
  }

  @Test func row18EntriesWithOtherFields() {
    #expect(message(dtype: "7") == "t: no dtype")
    #expect(message(header: "{\"t\":7}") == "t: not an object")
    #expect(message(header: "{\"t\":{\"x\\u001b\":1}}") == "t: unknown field \"x\\u{1b}\"")
  }

  @Test func row19MetadataNotStrings() {
    #expect(
      message(header: "{\"__metadata__\":{\"a\":1}}")
        == "header: __metadata__ is not a map of strings")
    #expect(message(header: "{\"__metadata__\":[]}") == "header: __metadata__ is not an object")
  }

  @Test func row21NamesAreNeverPrintedRaw() {
    #expect(
      message(header: "{\"a\\u0000\":{}}") == "a\\u{0}: a name with a null character")
    #expect(
      message(header: "{\"\\u001b[2J\\n\\u202e\":7}") == "\\u{1b}[2J\\u{a}\\u{202e}: not an object")
    let long = String(repeating: "x", count: 1 << 20)
    #expect(
      message(header: "{\"\(long)\":7}") == String(repeating: "x", count: 200) + "…: not an object")
  }
}
