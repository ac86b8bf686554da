import Dispatch
import Foundation
import Testing

@testable import Engine

@Suite struct DirectionBankTests {
  /// Counts and widths: none, one, primes, the tile of 16 and its neighbours, more than one chunk.
  static let sizes = [0, 1, 2, 7, 15, 16, 17, 31, 64, 97]

  /// The element of a direction, exact in every dtype.
  static func element(_ feature: Int, _ j: Int) -> Double {
    Double((feature * 31 + j * 7) % 200) - 99
  }

  static func bank(count: Int, width: Int, dtype: DType, isTransposed: Bool) -> DirectionBank {
    let values =
      isTransposed
      ? (0..<width).flatMap { j in (0..<count).map { element($0, j) } }
      : (0..<count).flatMap { i in (0..<width).map { element(i, $0) } }
    let tensor = Tensor(
      name: "W_dec", dtype: dtype, shape: isTransposed ? [width, count] : [count, width],
      bytes: SafetensorsBuilder.bytes(of: values, dtype: dtype))
    return DirectionBank(tensor, isTransposed: isTransposed)
  }

  @Test(arguments: sizes, [false, true])
  func everyRangeIsReadExactly(count: Int, isTransposed: Bool) {
    for width in Self.sizes {
      let bank = Self.bank(count: count, width: width, dtype: .f32, isTransposed: isTransposed)
      #expect(bank.count == count)
      #expect(bank.width == width)
      for range in [0..<count, 0..<0, (count / 3)..<(count - count / 4), count..<count] {
        let expected = range.flatMap { i in (0..<width).map { Float(Self.element(i, $0)) } }
        #expect(bank.rows(range) == expected, "features \(range) of [\(count), \(width)]")
      }
    }
  }

  @Test(arguments: [DType.f64, .f32, .f16, .bf16], [false, true])
  func everyDTypeIsWidenedExactly(dtype: DType, isTransposed: Bool) {
    let bank = Self.bank(count: 37, width: 19, dtype: dtype, isTransposed: isTransposed)
    let expected = (5..<29).flatMap { i in (0..<19).map { Float(Self.element(i, $0)) } }
    #expect(bank.rows(5..<29) == expected)
  }

  @Test func rowsLongerThanAChunkAreReadWhole() {
    let bank = Self.bank(count: 3, width: 40_000, dtype: .f16, isTransposed: false)
    let expected = (0..<3).flatMap { i in (0..<40_000).map { Float(Self.element(i, $0)) } }
    #expect(bank.rows(0..<3) == expected)
  }

  @Test func manyThreadsReadTheSame() {
    let bank = Self.bank(count: 256, width: 65, dtype: .f32, isTransposed: true)
    let whole = bank.rows(0..<256)
    let blocks = mapInParallel(count: 16, workers: 4) { bank.rows(($0 * 16)..<(($0 + 1) * 16)) }
    #expect(Array(blocks.joined()) == whole)
  }

  /// A view with rows and columns exchanged is read along its storage, in either orientation.
  @Test(arguments: [DType.f32, .bf16], [ByteOrder.little, .big])
  func viewsOfTransposedMatricesAreReadAsTheyAreStored(dtype: DType, order: ByteOrder) {
    let (rows, columns) = (37, 19)
    let values = (0..<(rows * columns)).map { Double($0 % 251) }
    var bytes = SafetensorsBuilder.bytes(of: values, dtype: dtype)
    if order == .big {
      let width = dtype.byteWidth
      bytes = Data(values.indices.flatMap { bytes[($0 * width)..<(($0 + 1) * width)].reversed() })
    }
    let view = Tensor(
      name: "W", dtype: dtype, shape: [columns, rows], strides: [1, columns], byteOrder: order,
      storage: bytes)
    for isTransposed in [false, true] {
      let bank = DirectionBank(view, isTransposed: isTransposed)
      #expect(bank.tensor.strides == nil && bank.isTransposed == !isTransposed)
      #expect(bank.count == (isTransposed ? rows : columns))
      #expect(bank.width == (isTransposed ? columns : rows))
      let expected = isTransposed ? view.matrix().transposed() : view.matrix()
      var read = [Float](repeating: -1, count: rows * columns)
      var span = read.mutableSpan
      bank.read(0..<bank.count, into: &span)
      #expect(read == expected.elements)
    }
  }
}
