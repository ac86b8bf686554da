/// The eigenvalues and eigenvectors of a symmetric matrix: A = Σ λᵢ uᵢ uᵢᵀ.
public struct SymmetricEigen: Sendable {
  /// The eigenvalues λ in rising order, [n].
  public let values: [Double]

  /// The eigenvectors u, [n, n], one unit vector in each row, in the order of the values; the sign
  /// of each is arbitrary, as is the basis of a repeated eigenvalue.
  public let vectors: DoubleMatrix

  /// Decomposes a matrix, by LAPACK's `dsyevd`.
  ///
  /// Eigenvalues have an error of a few n·u·‖A‖, u = 2^-53.
  ///
  /// - Parameter matrix: A symmetric matrix of finite elements, [n, n]; its lower triangle is read.
  /// - Complexity: About 9·n³ floating-point operations.
  public init(of matrix: DoubleMatrix) {
    precondition(
      matrix.rows == matrix.columns, "[\(matrix.rows), \(matrix.columns)] is not square")
    var elements = matrix.elements
    values = LAPACK.diagonalize(&elements, n: matrix.rows)
    vectors = DoubleMatrix(rows: matrix.rows, columns: matrix.rows, elements: elements)
  }

  /// The matrix Σ f(λᵢ) uᵢ uᵢᵀ.
  ///
  /// - Parameter function: f, finite for every eigenvalue.
  /// - Returns: An exactly symmetric matrix, [n, n].
  public func matrix(_ function: (Double) -> Double) -> DoubleMatrix {
    var scaled = vectors
    for i in 0..<vectors.rows {
      let factor = function(values[i])
      for j in 0..<vectors.columns { scaled[i, j] *= factor }
    }
    var result = DoubleMatrix.product(vectors, scaled, opA: .transpose)
    result.symmetrize()
    return result
  }
}
