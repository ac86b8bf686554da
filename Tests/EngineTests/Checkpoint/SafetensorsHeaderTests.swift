import Foundation
import Testing

@testable import Engine

@Suite struct SafetensorsHeaderTests {
  @Test func everyDTypeIsReadInPlace() throws {
    var builder = SafetensorsBuilder()
    for dtype in DType.allCases { builder.add(dtype.rawValue, dtype, [3], [0, 1, 1]) }
    let file = builder.file
    let header = try SafetensorsHeader(parsing: file, path: "f")
    #expect(header.entries.map(\.name) == DType.allCases.map(\.rawValue))
    for (entry, dtype) in zip(header.entries, DType.allCases) {
      #expect(entry.dtype == dtype)
      #expect(entry.shape == [3])
      #expect(
        Data(file[entry.byteRange]) == SafetensorsBuilder.bytes(of: [0, 1, 1], dtype: dtype))
    }
  }

  @Test func entriesStandInTheOrderOfTheirData() throws {
    let text = """
      {"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]},\
      "a":{"data_offsets":[0,1],"shape":[1],"dtype":"U8"}}
      """
    let file = SafetensorsBuilder.file(header: text, body: Data([7, 8, 9]))
    let entries = try SafetensorsHeader(parsing: file, path: "f").entries
    #expect(entries.map(\.name) == ["a", "b"])
    #expect(entries.map { Data(file[$0.byteRange]) } == [Data([7]), Data([8, 9])])
  }

  @Test func row20EmptyTensorsAndScalarsAreLegal() throws {
    var builder = SafetensorsBuilder()
    builder.add("empty", .f32, [0, 4], [])
    builder.add("scalar", .f32, [], [2.5])
    builder.add("alsoEmpty", .f16, [3, 0], [])
    let entries = try SafetensorsHeader(parsing: builder.file, path: "f").entries
    #expect(entries.map(\.name) == ["empty", "scalar", "alsoEmpty"])
    #expect(entries.map(\.byteRange.count) == [0, 4, 0])
    #expect(
      try SafetensorsHeader(
        parsing: SafetensorsBuilder.file(header: "{}"), path: "f"
      ).entries.isEmpty)
  }

  @Test(arguments: 0..<8)
  func paddingAndUnalignedDataAreRead(padding: Int) throws {
    let text = """
      {"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}
      """
    let header = text + String(repeating: " ", count: padding)
    let body = SafetensorsBuilder.bytes(of: [1.5, -3], dtype: .f32)
    let directory = try TemporaryDirectory()
    let path = try directory.write(
      "f.safetensors", SafetensorsBuilder.file(header: header, body: body))
    #expect(try TensorFile(contentsOf: path).tensor("t").floats() == [1.5, -3])
  }

  @Test func metadataIsKept() throws {
    var builder = SafetensorsBuilder()
    builder.metadata = ["format": "pt", "empty": ""]
    let header = try SafetensorsHeader(parsing: builder.file, path: "f")
    #expect(header.metadata == ["format": "pt", "empty": ""])
    #expect(header.entries.isEmpty)
  }

  @Test func slicesOfLargerDataAreRead() throws {
    var builder = SafetensorsBuilder()
    builder.add("t", .u8, [2], [1, 2])
    let padded = Data([9, 9, 9]) + builder.file
    let header = try SafetensorsHeader(parsing: padded.dropFirst(3), path: "f")
    #expect(header.entries.map(\.shape) == [[2]])
  }

  /// Reads the header of 20,000 tensors in a debug build; a release build reads 10^6 in 15 seconds.
  @Test(.timeLimit(.minutes(1)))
  func row23ManyTensorsAreRead() throws {
    let count = 20_000
    var text = "{"
    for index in 0..<count {
      text += index == 0 ? "" : ","
      text += """
        "t\(index)":{"dtype":"U8","shape":[1],"data_offsets":[\(index),\(index + 1)]}
        """
    }
    let file = SafetensorsBuilder.file(header: text + "}", body: Data(count: count))
    #expect(try SafetensorsHeader(parsing: file, path: "f").entries.count == count)
  }
}
