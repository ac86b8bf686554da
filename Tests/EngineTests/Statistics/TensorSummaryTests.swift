import Foundation
import Testing

@testable import Engine

@Suite struct TensorSummaryTests {
  private func tensor(_ dtype: DType, _ shape: [Int], _ values: [Double]) -> Tensor {
    Tensor(
      name: "t", dtype: dtype, shape: shape,
      bytes: SafetensorsBuilder.bytes(of: values, dtype: dtype))
  }

  @Test(arguments: [DType.f64, .f32, .f16, .bf16])
  func valuesThatAreNotFiniteAreCountedAndLeftOut(dtype: DType) {
    let values = [1, -2, .nan, .infinity, 0, 0, -.infinity, 0.5]
    let summary = TensorSummary(of: tensor(dtype, [4, 2], values), workers: 2)
    #expect(summary.minimum == -2)
    #expect(summary.maximum == 1)
    #expect(summary.nonFiniteCount == 3)
    #expect(summary.zeroRowCount == 1)
  }

  @Test(arguments: [DType.i64, .i32, .i16, .i8])
  func wholeNumbersKeepTheirSign(dtype: DType) {
    let summary = TensorSummary(of: tensor(dtype, [3], [-7, 0, 9]), workers: 1)
    #expect(summary.minimum == -7)
    #expect(summary.maximum == 9)
    #expect(summary.nonFiniteCount == 0)
    #expect(summary.zeroRowCount == nil)
  }

  @Test func doublesBeyondFloatAreFinite() {
    let summary = TensorSummary(of: tensor(.f64, [2], [1e300, -1e-300]), workers: 1)
    #expect(summary.maximum == 1e300)
    #expect(summary.minimum == -1e-300)
    #expect(summary.nonFiniteCount == 0)
  }

  @Test(
    arguments: [
      ([0], nil), ([0, 3], 0), ([3, 0], 3), ([1 << 60, 0], 1 << 60),
    ] as [([Int], Int?)])
  func emptyTensorsHaveNoExtremes(shape: [Int], zeroRows: Int?) {
    let summary = TensorSummary(of: tensor(.f32, shape, []), workers: 2)
    #expect(summary.minimum == nil)
    #expect(summary.maximum == nil)
    #expect(summary.zeroRowCount == zeroRows)
  }

  @Test func aScalarIsItsOwnExtreme() {
    let summary = TensorSummary(of: tensor(.f32, [], [3.5]), workers: 1)
    #expect(summary.minimum == 3.5 && summary.maximum == 3.5)
  }

  @Test(arguments: [[700_001], [1_000, 701], [3, 300_000]])
  func blocksAndThreadsChangeNothing(shape: [Int]) {
    let count = shape.reduce(1, *)
    var generator = SplitMix64(seed: 1)
    var elements = (0..<count).map { _ in Float.random(in: -1..<1, using: &generator) }
    elements[count - 1] = 2
    elements[count / 2] = -3
    elements[count / 3] = .nan
    let whole = Tensor(
      name: "t", dtype: .f32, shape: shape, bytes: littleEndianBytes(elements))
    let one = TensorSummary(of: whole, workers: 1)
    #expect(one == TensorSummary(of: whole, workers: 3))
    #expect(one.minimum == -3)
    #expect(one.maximum == 2)
    #expect(one.nonFiniteCount == 1)
  }
}
