import Foundation
import Testing

@testable import Engine

@Suite struct TensorTests {
  private func floats(_ dtype: DType, _ bytes: Data) -> [Float] {
    Tensor(name: "t", dtype: dtype, shape: [bytes.count / dtype.byteWidth], bytes: bytes).floats()
  }

  private func littleEndian<Bits: FixedWidthInteger>(_ values: [Bits]) -> Data {
    values.reduce(into: Data(capacity: values.count * Bits.bitWidth / 8)) { data, value in
      for byte in 0..<(Bits.bitWidth / 8) {
        data.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
      }
    }
  }

  /// All 65,536 patterns, NaN by what they keep: sign and fraction.
  @Test func everyHalfWidensExactly() {
    let patterns = (0...UInt16.max).map { $0 }
    let widened = floats(.f16, littleEndian(patterns))
    let differing = zip(patterns, widened).filter { pattern, value in
      let exact = Float(Float16(bitPattern: pattern))
      guard exact.isNaN else { return value.bitPattern != exact.bitPattern }
      let fraction = UInt32(pattern & 0x3FF) << 13
      return !value.isNaN || value.bitPattern & 0x7F_FFFF != fraction
        || value.sign != Float16(bitPattern: pattern).sign
    }
    #expect(differing.isEmpty)
  }

  @Test func everyBrainFloatWidensExactly() {
    let patterns = (0...UInt16.max).map { $0 }
    let widened = floats(.bf16, littleEndian(patterns))
    #expect(widened.map(\.bitPattern) == patterns.map { UInt32($0) << 16 })
  }

  @Test func doublesAreRoundedToNearest() {
    let half = Double(Float.ulpOfOne) / 2
    let values = [
      1 + half, 1 + half.nextUp, 1 + 3 * half, 1e-46, 1e39, -0.0, Double.infinity, .nan,
    ]
    let found = floats(.f64, littleEndian(values.map(\.bitPattern)))
    let ulp = Float.ulpOfOne
    #expect(Array(found[..<3]) == [1, 1, 1 + 2 * ulp])
    #expect(found[3] == 0 && found[4] == .infinity && found[5].sign == .minus)
    #expect(found[6] == .infinity && found[7].isNaN)
  }

  @Test(arguments: 0..<4)
  func floatsAreReadAtAnyAlignment(offset: Int) {
    let values: [Float] = [1, -2.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let bytes = Data(count: offset) + littleEndian(values.map(\.bitPattern))
    let tensor = Tensor(name: "t", dtype: .f32, shape: [4], bytes: bytes.dropFirst(offset))
    #expect(tensor.floats() == values)
    var scratch: [Float] = []
    #expect(tensor.withFloats(in: 1..<3, scratch: &scratch) { [$0[0], $0[1]] } == values[1...2])
  }

  @Test func rangesAreWidenedIntoScratchThatIsUsedAgain() {
    let tensor = Tensor(
      name: "t", dtype: .f16, shape: [2, 2],
      bytes: littleEndian(([1, 2, 3, 4] as [Float16]).map(\.bitPattern)))
    var scratch = [Float](repeating: 9, count: 3)
    let range = tensor.withFloats(in: 2..<4, scratch: &scratch) { ($0.count, $0[0], $0[1]) }
    #expect(range == (2, 3, 4))
    #expect(scratch == [3, 4, 9])
    #expect(tensor.withFloats(in: 1..<1, scratch: &scratch) { $0.count } == 0)
    #expect(tensor.matrix() == Matrix(rows: 2, columns: 2, elements: [1, 2, 3, 4]))
  }

  @Test func integersOfEveryWidthAreRead() {
    func integers(_ dtype: DType, _ bytes: Data) -> [Int]? {
      Tensor(name: "t", dtype: dtype, shape: [bytes.count / dtype.byteWidth], bytes: bytes)
        .integers()
    }
    #expect(integers(.i64, littleEndian([Int64.min, -1, .max])) == [.min, -1, .max])
    #expect(integers(.i32, littleEndian([Int32.min, 7])) == [-2_147_483_648, 7])
    #expect(integers(.i16, littleEndian([Int16.min, 7])) == [-32_768, 7])
    #expect(integers(.i8, littleEndian([Int8.min, 7])) == [-128, 7])
    #expect(integers(.u32, littleEndian([UInt32.max])) == [4_294_967_295])
    #expect(integers(.u16, littleEndian([UInt16.max])) == [65_535])
    #expect(integers(.u8, Data([255, 0])) == [255, 0])
    #expect(integers(.bool, Data([1, 0])) == [1, 0])
    #expect(integers(.u64, littleEndian([UInt64.max])) == nil)
    #expect(integers(.f32, littleEndian([UInt32(0)])) == nil)
  }

  @Test func scalarsHaveOneElement() {
    let tensor = Tensor(
      name: "s", dtype: .f32, shape: [], bytes: littleEndian([Float(2).bitPattern]))
    #expect(tensor.elementCount == 1)
    #expect(tensor.floats() == [2])
    #expect(tensor.shapeDescription == "[]")
  }
}
