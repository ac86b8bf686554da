import Testing

@testable import Engine

@Suite struct RidgeRegressionTests {
  /// The normal equations hold: XᵀX B + λB = XᵀY.
  @Test(arguments: [(5, 1, 1, 0.5), (40, 7, 3, 0), (40, 7, 3, 2.5), (3, 7, 2, 0.1)])
  func theNormalEquationsHold(rows: Int, p: Int, q: Int, lambda: Double) throws {
    let x = DoubleMatrix.random(rows: rows, columns: p, seed: 1)
    let y = DoubleMatrix.random(rows: rows, columns: q, seed: 2)
    let gram = DoubleMatrix.plainProduct(x.transposed(), x)
    let cross = DoubleMatrix.plainProduct(x.transposed(), y)
    let b = try #require(ridgeCoefficients(gram: gram, cross: cross, lambda: lambda))
    var left = DoubleMatrix.plainProduct(gram, b)
    for index in left.elements.indices { left.elements[index] += lambda * b.elements[index] }
    #expect(left.distance(to: cross) < 1e-11)
  }

  @Test func aSingularProblemHasNoSolution() {
    let gram = DoubleMatrix(rows: 2, columns: 2, elements: [1, 1, 1, 1])
    let cross = DoubleMatrix(rows: 2, columns: 1, elements: [1, 1])
    #expect(ridgeCoefficients(gram: gram, cross: cross, lambda: 0) == nil)
    let zero = DoubleMatrix(rows: 2, columns: 3)
    #expect(ridgePseudoinverse(of: zero, lambda: 0) == nil)
  }

  /// Without λ a matrix of full rank has a one-sided inverse; with it both forms agree:
  /// (MᵀM + λI) M⁺ = Mᵀ.
  @Test(arguments: [(3, 8), (8, 3), (5, 5), (1, 1)])
  func pseudoinversesInvert(m: Int, n: Int) throws {
    let matrix = DoubleMatrix.random(rows: m, columns: n, seed: 7)
    let inverse = try #require(ridgePseudoinverse(of: matrix, lambda: 0))
    #expect(inverse.rows == n && inverse.columns == m)
    let product =
      m <= n
      ? DoubleMatrix.plainProduct(matrix, inverse) : DoubleMatrix.plainProduct(inverse, matrix)
    #expect(product.distance(to: .identity(min(m, n))) < 1e-10)
    let ridge = try #require(ridgePseudoinverse(of: matrix, lambda: 0.3))
    var gram = DoubleMatrix.plainProduct(matrix.transposed(), matrix)
    gram.addToDiagonal(0.3)
    #expect(DoubleMatrix.plainProduct(gram, ridge).distance(to: matrix.transposed()) < 1e-12)
  }
}
