import Testing

@testable import Engine

@Suite struct CholeskyTests {
  /// The residual of a solution by Cholesky is at most about n²·u·‖A‖‖x‖ (Higham 2002, theorem
  /// 10.4); A has elements of at most n + 3, x of at most √n as A − I is positive and ‖b‖ ≤ √n.
  @Test(arguments: [0, 1, 2, 7, 16, 33, 101])
  func solutionsSolve(size: Int) throws {
    let n = Double(size)
    let tolerance = n * n * n * (n + 3) * n.squareRoot() * Double.ulpOfOne
    let matrix = DoubleMatrix.randomPositive(size, seed: UInt64(size))
    let sides = DoubleMatrix.random(rows: size, columns: 3, seed: 2)
    let cholesky = try #require(Cholesky(of: matrix))
    let x = cholesky.solve(sides)
    #expect(DoubleMatrix.plainProduct(matrix, x).distance(to: sides) <= tolerance)
    let rows = cholesky.solve(rows: sides.transposed())
    #expect(rows == x.transposed())
    for column in 0..<3 {
      let one = cholesky.solve((0..<size).map { sides[$0, column] })
      for i in 0..<size { #expect(abs(one[i] - x[i, column]) <= tolerance) }
    }
  }

  @Test func whatIsNotPositiveDefiniteHasNoFactor() {
    #expect(Cholesky(of: DoubleMatrix(rows: 1, columns: 1, elements: [0])) == nil)
    #expect(Cholesky(of: DoubleMatrix(rows: 2, columns: 2, elements: [1, 2, 2, 1])) == nil)
    #expect(Cholesky(of: DoubleMatrix(rows: 2, columns: 2, elements: [-1, 0, 0, -1])) == nil)
  }
}
