import Testing

@testable import Engine

@Suite struct DoubleMatrixTests {
  static let shapes = [(0, 3, 2), (1, 1, 1), (3, 0, 2), (7, 5, 3), (16, 17, 33), (101, 64, 50)]

  /// In any order of summation a product of length k is within k·u·Σ|aᵢbᵢ| ≤ k²·u of the exact one,
  /// u = 2^-53 (Higham 2002, section 3.1), and so is the triple loop: 2k²·u between them.
  @Test(arguments: shapes)
  func productsAreThoseOfATripleLoop(m: Int, k: Int, n: Int) {
    let a = DoubleMatrix.random(rows: m, columns: k, seed: 1)
    let b = DoubleMatrix.random(rows: k, columns: n, seed: 2)
    let exact = DoubleMatrix.plainProduct(a, b)
    let tolerance = Double(k * k) * Double.ulpOfOne
    #expect(DoubleMatrix.product(a, b).distance(to: exact) <= tolerance)
    let (aT, bT) = (a.transposed(), b.transposed())
    #expect(DoubleMatrix.product(aT, b, opA: .transpose).distance(to: exact) <= tolerance)
    #expect(DoubleMatrix.product(a, bT, opB: .transpose).distance(to: exact) <= tolerance)
    #expect(
      DoubleMatrix.product(aT, bT, opA: .transpose, opB: .transpose).distance(to: exact)
        <= tolerance)
  }

  @Test func partsAndForms() {
    let matrix = DoubleMatrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
    #expect(matrix.transposed().elements == [1, 4, 2, 5, 3, 6])
    #expect(matrix.trace == 6)
    #expect(DoubleMatrix.identity(2).elements == [1, 0, 0, 1])
    var square = DoubleMatrix(rows: 2, columns: 2, elements: [1, 2, 4, 8])
    square.symmetrize()
    #expect(square.elements == [1, 3, 3, 8])
    square.scale(by: 2)
    square.addToDiagonal(0.5)
    #expect(square.elements == [2.5, 6, 6, 16.5])
    #expect(DoubleMatrix(Matrix(rounding: matrix)) == matrix)
  }
}
