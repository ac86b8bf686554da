import Testing

@testable import Engine

/// What results that must not depend on blocks, panels and threads can rely on.
///
/// A product of free shape is not reproducible: kernels differ by size (products of up to a million
/// multiplications on AVX-512), and within one product by position (on Haswell and Zen the first
/// and last 8 columns of a chunk of up to 320, and the rows beyond a multiple of 12, are summed in
/// another order). Measured with OpenBLAS 0.3.21 and seven of its kernels.
@Suite struct ProductDeterminismTests {
  static let widths = [24, 32, 192, 512, 768, 1024]

  /// In a product of m = 240 rows, a multiple of 12, and n = 272 columns, a multiple of 16 below
  /// 320, of which 8 at either end are idle, each element depends on its two vectors alone.
  @Test(arguments: widths, [BLAS.Operation.none, .transpose])
  func guardedTilesGiveTheSameBitsAtEveryPosition(width: Int, opB: BLAS.Operation) {
    let (m, n, idle) = (240, 272, 8)
    var generator = SplitMix64(seed: UInt64(width))
    let a = Matrix.random(rows: 2 * m, columns: width, using: &generator)
    let b = Matrix.random(rows: 2 * n, columns: width, using: &generator)
    let first = product(a, b, row: 0, column: 0, m, n, opB)
    for (rowShift, columnShift) in [(1, 0), (0, 1), (5, 3), (6, 8), (11, 100), (120, 16), (237, 7)]
    {
      let shifted = product(a, b, row: rowShift, column: columnShift, m, n, opB)
      let columns = (idle + columnShift)..<(n - idle)
      let isEqual = (rowShift..<m).allSatisfy { i in
        columns.allSatisfy { first[i, $0] == shifted[i - rowShift, $0 - columnShift] }
      }
      #expect(isEqual, "shifted by (\(rowShift), \(columnShift)) on \(BLAS.coreName)")
    }
  }

  /// Where products are said to be uniform, a small one gives the bits of a large one at any place.
  ///
  /// So it does if the left operand is stored with rows and columns exchanged.
  @Test(
    .enabled("kernels are not uniform") { BLAS.isUniform(m: 480, n: 16, k: 1024) },
    arguments: [131, 192, 512, 768, 1000, 1024])
  func uniformProductsGiveTheSameBitsAtEveryPosition(width: Int) {
    let (m, n) = (480, 16)
    var generator = SplitMix64(seed: UInt64(width))
    let a = Matrix.random(rows: 2 * m + 1, columns: width, using: &generator)
    let b = Matrix.random(rows: 333, columns: width, using: &generator)
    let whole = product(a, b, row: 0, column: 0, a.rows, b.rows, .transpose)
    for (row, column) in [(0, 0), (1, 0), (0, 1), (5, 3), (17, 8), (m, 100), (m + 1, 333 - n)] {
      let part = product(a, b, row: row, column: column, m, n, .transpose)
      let isEqual = (0..<m).allSatisfy { i in
        (0..<n).allSatisfy { part[i, $0] == whole[row + i, column + $0] }
      }
      #expect(isEqual, "at (\(row), \(column)) on \(BLAS.coreName)")
      let exchanged = product(a, b, opA: .transpose, row: row, column: column, m, n, .transpose)
      #expect(exchanged.elements == part.elements, "exchanged, on \(BLAS.coreName)")
    }
  }

  /// Calls of one shape give one result, whatever the other rows and columns hold and however many
  /// threads call.
  @Test(arguments: widths, [1, 2, 7])
  func tilesOfOneShapeGiveTheSameBitsOnAnyThread(width: Int, workers: Int) {
    let (m, n) = (64, 100)
    var generator = SplitMix64(seed: UInt64(width))
    let a = Matrix.random(rows: m, columns: width, using: &generator)
    let b = Matrix.random(rows: n, columns: width, using: &generator)
    let expected = product(a, b, row: 0, column: 0, m, n, .transpose)
    let results = mapInParallel(count: 2 * workers, workers: workers) { call in
      var (a, b) = (a, b)
      for j in 0..<width {
        a[call, j] = 0
        b[n - 1 - call, j] = 0
      }
      return product(a, b, row: 0, column: 0, m, n, .transpose)
    }
    for (call, result) in results.enumerated() {
      let isEqual = (0..<m).filter { $0 != call }.allSatisfy { i in
        (0..<n).filter { $0 != n - 1 - call }.allSatisfy { result[i, $0] == expected[i, $0] }
      }
      #expect(isEqual, "call \(call)")
    }
  }

  /// A row or column that is not finite spoils its own elements and no others.
  @Test func nonFiniteRowsSpoilNoOthers() {
    var generator = SplitMix64(seed: 7)
    var a = Matrix.random(rows: 240, columns: 64, using: &generator)
    var b = Matrix.random(rows: 272, columns: 64, using: &generator)
    let clean = product(a, b, row: 0, column: 0, 240, 272, .transpose)
    a[17, 3] = .nan
    b[100, 5] = .infinity
    let spoilt = product(a, b, row: 0, column: 0, 240, 272, .transpose)
    for i in 0..<240 where i != 17 {
      #expect(!spoilt[i, 100].isFinite)
      let others = (0..<272).filter { $0 != 100 }
      #expect(others.allSatisfy { spoilt[i, $0] == clean[i, $0] })
    }
    #expect((0..<272).allSatisfy { spoilt[17, $0].isNaN })
  }

  /// The product, [m, n], of rows of `a` and rows of `b` from the places given.
  private func product(
    _ a: Matrix, _ b: Matrix, opA: BLAS.Operation = .none, row: Int, column: Int, _ m: Int,
    _ n: Int, _ opB: BLAS.Operation
  ) -> Matrix {
    let left = Matrix(
      rows: m, columns: a.columns,
      elements: Array(a.elements[(row * a.columns)..<((row + m) * a.columns)]))
    let right = Matrix(
      rows: n, columns: b.columns,
      elements: Array(b.elements[(column * b.columns)..<((column + n) * b.columns)]))
    var c = Matrix(rows: m, columns: n)
    BLAS.gemm(
      opA == .none ? left : left.transposed(), opB == .none ? right.transposed() : right, opA: opA,
      opB: opB, into: &c)
    return c
  }
}
