import Testing

@testable import Engine

@Suite struct NonNegativeLeastSquaresTests {
  /// The best of the solutions without bounds of every subset of the unknowns that happen to be positive:
  /// one of them is the solution.
  private func best(_ a: DoubleMatrix, _ v: [Double]) -> Double {
    let count = a.columns
    return (0..<(1 << count)).map { subset in
      let unknowns = (0..<count).filter { subset >> $0 & 1 == 1 }
      let part = DoubleMatrix(
        rows: a.rows, columns: unknowns.count,
        elements: (0..<a.rows).flatMap { row in unknowns.map { a[row, $0] } })
      let gram = DoubleMatrix.plainProduct(part.transposed(), part)
      let target = unknowns.map { j in (0..<a.rows).reduce(0.0) { $0 + a[$1, j] * v[$1] } }
      guard let x = Cholesky(of: gram)?.solve(target), x.allSatisfy({ $0 >= 0 }) else {
        return .infinity
      }
      var full = [Double](repeating: 0, count: count)
      for (j, value) in zip(unknowns, x) { full[j] = value }
      return residual(a, v, full)
    }.min() ?? .infinity
  }

  private func residual(_ a: DoubleMatrix, _ v: [Double], _ x: [Double]) -> Double {
    (0..<a.rows).reduce(0) { sum, i in
      let left = (0..<a.columns).reduce(v[i]) { $0 - a[i, $1] * x[$1] }
      return sum + left * left
    }
  }

  @Test(arguments: [(3, 1), (4, 2), (9, 5), (6, 6), (12, 8)])
  func noSubsetIsBetter(rows: Int, count: Int) {
    for seed in 0..<40 {
      let a = DoubleMatrix.random(rows: rows, columns: count, seed: UInt64(seed))
      let v = DoubleMatrix.random(rows: rows, columns: 1, seed: UInt64(seed + 1000)).elements
      let target = (0..<count).map { j in (0..<rows).reduce(0.0) { $0 + a[$1, j] * v[$1] } }
      let gram = DoubleMatrix.plainProduct(a.transposed(), a)
      let x = nonNegativeLeastSquares(gram: gram, target: target)
      #expect(x.allSatisfy { $0 >= 0 })
      #expect(residual(a, v, x) <= best(a, v) + 1e-10)
    }
  }

  @Test func dependentAndUselessUnknownsStayZero() {
    let same = DoubleMatrix(rows: 2, columns: 2, elements: [1, 1, 1, 1])
    #expect(nonNegativeLeastSquares(gram: same, target: [2, 2]).reduce(0, +) == 2)
    let apart = DoubleMatrix.identity(3)
    #expect(nonNegativeLeastSquares(gram: apart, target: [-1, 0, 3]) == [0, 0, 3])
    #expect(nonNegativeLeastSquares(gram: DoubleMatrix.identity(0), target: []).isEmpty)
  }
}
