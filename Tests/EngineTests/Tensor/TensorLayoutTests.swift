import Foundation
import Testing

@testable import Engine

/// Tensors whose elements lie apart, or have their highest byte first.
@Suite struct TensorLayoutTests {
  /// Twenty-four numbers: 0, 1, ..., 23.
  private func storage(_ dtype: DType, _ order: ByteOrder = .little) -> Data {
    let bytes = SafetensorsBuilder.bytes(of: (0..<24).map(Double.init), dtype: dtype)
    guard order == .big else { return bytes }
    let width = dtype.byteWidth
    return Data((0..<24).flatMap { bytes[($0 * width)..<(($0 + 1) * width)].reversed() })
  }

  private func expected(_ shape: [Int], _ strides: [Int], offset: Int) -> [Float] {
    shape.indices.reduce([offset]) { starts, d in
      starts.flatMap { start in (0..<shape[d]).map { start + $0 * strides[d] } }
    }.map(Float.init)
  }

  @Test(
    arguments: [
      ([4, 6], [6, 1], 0), ([6, 4], [1, 6], 0), ([2, 3], [6, 2], 7), ([3], [5], 4), ([], [], 23),
      ([2, 3, 4], [1, 2, 6], 0), ([4, 3, 2], [1, 8, 4], 0), ([1, 7], [0, 1], 2),
      ([3, 2], [0, 1], 5), ([2, 2], [0, 0], 5), ([0, 3], [3, 1], 0), ([3, 1, 2], [2, 9, 1], 1),
    ] as [([Int], [Int], Int)], [DType.f64, .f32, .f16, .bf16])
  func elementsAreGatheredInRowMajorOrder(
    layout: (shape: [Int], strides: [Int], offset: Int), dtype: DType
  ) {
    let expected = expected(layout.shape, layout.strides, offset: layout.offset)
    for order in [ByteOrder.little, .big] {
      let tensor = Tensor(
        name: "t", dtype: dtype, shape: layout.shape, strides: layout.strides, byteOrder: order,
        storage: storage(dtype, order), offset: layout.offset)
      #expect(tensor.floats() == expected)
      // Every range on its own.
      for start in expected.indices {
        var copied = [Float](repeating: -1, count: expected.count - start)
        var span = copied.mutableSpan
        tensor.copyFloats(in: start..<expected.count, into: &span, at: 0)
        #expect(copied == Array(expected[start...]))
      }
    }
  }

  @Test(arguments: [DType.i64, .i32, .i16, .i8, .u64, .u32, .u16, .u8])
  func wholeNumbersAreGatheredToo(dtype: DType) {
    for order in [ByteOrder.little, .big] {
      let tensor = Tensor(
        name: "t", dtype: dtype, shape: [3, 2], strides: [1, 4], byteOrder: order,
        storage: storage(dtype, order), offset: 10)
      #expect(tensor.integers() == [10, 14, 11, 15, 12, 16])
      let summary = TensorSummary(of: tensor, workers: 1)
      #expect(summary.minimum == 10 && summary.maximum == 16)
    }
  }

  @Test func contiguousViewsAreSlicesInPlace() {
    let view = Tensor(
      name: "t", dtype: .f32, shape: [2, 6], strides: [6, 1], storage: storage(.f32), offset: 6)
    #expect(view.strides == nil && view.isInPlace)
    #expect(view.bytes == storage(.f32)[24..<72])
    let single = Tensor(
      name: "t", dtype: .f32, shape: [1, 6, 1], strides: [99, 1, 7], storage: storage(.f32))
    #expect(single.isInPlace)
    let apart = Tensor(
      name: "t", dtype: .f32, shape: [6], strides: [2], storage: storage(.f32))
    #expect(!apart.isInPlace && apart.bytes.count == 44)
    let big = Tensor(
      name: "t", dtype: .f32, shape: [24], strides: [1], byteOrder: .big, storage: storage(.f32))
    #expect(!big.isInPlace)
  }

  @Test func extentsAreCheckedForOverflow() {
    #expect(Tensor.extent(shape: [2, 3], strides: [3, 1], width: 4) == 6)
    #expect(Tensor.extent(shape: [], strides: [], width: 4) == 1)
    #expect(Tensor.extent(shape: [0, 5], strides: [5, 1], width: 4) == 0)
    #expect(Tensor.extent(shape: [2], strides: [], width: 4) == nil)
    #expect(Tensor.extent(shape: [2], strides: [-1], width: 4) == nil)
    #expect(Tensor.extent(shape: [3], strides: [.max], width: 4) == nil)
    #expect(Tensor.extent(shape: [2, 2], strides: [.max, .max], width: 4) == nil)
    #expect(Tensor.extent(shape: [1 << 31, 1 << 31], strides: [0, 0], width: 4) == nil)
    #expect(Tensor.extent(shape: [1 << 31, 1 << 31], strides: [0, 0], width: 1) == 1)
    #expect(Tensor.extent(shape: [0, 1 << 31, 1 << 31], strides: [0, 0, 0], width: 4) == nil)
  }

  @Test func transposedMatricesAreRecognised() {
    let stored = storage(.f32)
    let view = Tensor(name: "t", dtype: .f32, shape: [4, 6], strides: [1, 4], storage: stored)
    #expect(view.contiguousTranspose?.shape == [6, 4])
    #expect(view.contiguousTranspose?.isInPlace == true)
    #expect(view.matrix() == view.contiguousTranspose?.matrix().transposed())
    for strides in [[6, 1], [1, 5], [2, 4]] {
      let other = Tensor(
        name: "t", dtype: .f32, shape: [3, 2], strides: strides, storage: stored)
      #expect(other.contiguousTranspose == nil)
    }
  }
}
