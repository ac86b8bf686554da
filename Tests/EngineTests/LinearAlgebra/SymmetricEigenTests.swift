import Testing

@testable import Engine

@Suite struct SymmetricEigenTests {
  /// A bound of the backward error, a small multiple of n·u·‖A‖ (LAPACK Users' Guide, section 4.7).
  ///
  /// Elements of A here are at most n + 3, so ‖A‖ ≤ n(n + 3). 8 stands for "small".
  private func tolerance(_ size: Int) -> Double {
    let n = Double(max(1, size))
    return 8 * n * n * (n + 3) * Double.ulpOfOne
  }

  @Test(arguments: [0, 1, 2, 7, 16, 33, 101])
  func theMatrixIsPutTogetherAgain(size: Int) {
    let matrix = DoubleMatrix.randomPositive(size, seed: UInt64(size))
    let eigen = SymmetricEigen(of: matrix)
    #expect(eigen.values == eigen.values.sorted() && eigen.values.count == size)
    #expect(eigen.matrix { $0 }.distance(to: matrix) <= tolerance(size))
    let products = DoubleMatrix.plainProduct(eigen.vectors, eigen.vectors.transposed())
    #expect(products.distance(to: .identity(size)) <= 8 * Double(size) * Double.ulpOfOne)
    #expect(abs(eigen.values.reduce(0, +) - matrix.trace) <= tolerance(size))
  }

  /// The second difference of n points has the eigenvalues 2 − 2 cos(kπ/(n + 1)).
  @Test func eigenvaluesOfTheSecondDifferenceAreKnown() {
    let size = 50
    var matrix = DoubleMatrix(rows: size, columns: size)
    for i in 0..<size {
      matrix[i, i] = 2
      if i > 0 { (matrix[i, i - 1], matrix[i - 1, i]) = (-1, -1) }
    }
    let eigen = SymmetricEigen(of: matrix)
    for (k, value) in eigen.values.enumerated() {
      let exact = 4 * sinSquared(Double(k + 1) * .pi / Double(2 * (size + 1)))
      #expect(abs(value - exact) < 8 * 50 * 4 * Double.ulpOfOne)
    }
  }

  /// sin² x by its series, as far as 0 ≤ x ≤ π/2 needs it.
  private func sinSquared(_ x: Double) -> Double {
    var (term, sum) = (x, x)
    for k in 1...15 {
      term *= -x * x / Double(2 * k * (2 * k + 1))
      sum += term
    }
    return sum * sum
  }

  @Test func onlyTheLowerTriangleIsRead() {
    let matrix = DoubleMatrix.randomPositive(9, seed: 3)
    var other = matrix
    for i in 0..<9 {
      for j in (i + 1)..<9 where i < 8 { other[i, j] = 77 }
    }
    #expect(SymmetricEigen(of: other).values == SymmetricEigen(of: matrix).values)
    #expect(
      Cholesky(of: other)?.solve([1, 2, 3, 4, 5, 6, 7, 8, 9])
        == Cholesky(of: matrix)?.solve([1, 2, 3, 4, 5, 6, 7, 8, 9]))
  }
}
