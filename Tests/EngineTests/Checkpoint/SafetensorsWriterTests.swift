import Foundation
import Testing

@testable import Engine

@Suite struct SafetensorsWriterTests {
  @Test func filesAreReadBackByTheStrictReader() throws {
    let layout = SafetensorsLayout(
      [
        .init(name: "wide", dtype: .i64, shape: [3]),
        .init(name: "matrix", dtype: .f32, shape: [2, 3]),
        .init(name: "none", dtype: .f32, shape: [0, 5]),
        .init(name: "scalar", dtype: .f64, shape: []),
        .init(name: "quote \" and\nline 日本", dtype: .u8, shape: [5]),
      ],
      metadata: [("b", "2"), ("a", "\u{0}\t\"")])
    let numbers: [Float] = [1.5, -0, .infinity, .leastNonzeroMagnitude, .pi, -3]
    let contents =
      layout.header + littleEndianBytes([Int64.min, -1, .max]) + littleEndianBytes(numbers)
      + littleEndianBytes([UInt64(0x4009_21FB_5444_2D18)]) + littleEndianBytes([UInt8](0..<5))
    #expect(contents.count == layout.fileSize)
    #expect(layout.header.count % 8 == 0)
    let directory = try TemporaryDirectory()
    let file = try TensorFile(contentsOf: try directory.write("x.safetensors", contents))
    #expect(file.metadata == ["b": "2", "a": "\u{0}\t\""])
    #expect(file.tensors.count == 5)
    #expect(file.tensors["wide"]?.integers() == [.min, -1, .max])
    #expect(file.tensors["matrix"]?.floats().map(\.bitPattern) == numbers.map(\.bitPattern))
    #expect(file.tensors["matrix"]?.shape == [2, 3])
    #expect(file.tensors["none"]?.shape == [0, 5])
    #expect(file.tensors["scalar"]?.doubles == [.pi])
    #expect(file.tensors["quote \" and\nline 日本"]?.integers() == [0, 1, 2, 3, 4])
  }

  @Test func aFileWithoutTensorsIsWellFormed() throws {
    let layout = SafetensorsLayout([])
    let directory = try TemporaryDirectory()
    #expect(layout.fileSize == layout.header.count)
    let file = try TensorFile(contentsOf: try directory.write("x.safetensors", layout.header))
    #expect(file.tensors.isEmpty && file.metadata.isEmpty)
  }

  @Test func bytesAreStoredLowestFirst() {
    #expect(littleEndianBytes([UInt16(0x0102), 0xFFFE]) == Data([2, 1, 0xFE, 0xFF]))
    #expect(littleEndianBytes([Int32(-2)]) == Data([0xFE, 0xFF, 0xFF, 0xFF]))
    #expect(littleEndianBytes([Float(1)]) == Data([0, 0, 0x80, 0x3F]))
    #expect(littleEndianBytes([UInt8]()) == Data())
    #expect(littleEndianBytes([Int8](repeating: -1, count: 2)) == Data([0xFF, 0xFF]))
  }
}
