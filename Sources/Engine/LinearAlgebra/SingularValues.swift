/// The singular value decomposition of a matrix: A = U diag(s) Vᵀ, k = min(m, n).
public struct SingularValues: Sendable {
  /// The left vectors U, [m, k], one in each column.
  public let left: DoubleMatrix

  /// The singular values s in falling order, [k].
  public let values: [Double]

  /// The right vectors Vᵀ, [k, n], one in each row.
  public let right: DoubleMatrix

  /// Decomposes a matrix, by LAPACK's `dgesdd`.
  ///
  /// - Parameter matrix: Any matrix of finite elements, [m, n].
  /// - Complexity: About 22·n³ floating-point operations for m = n.
  public init(of matrix: DoubleMatrix) {
    let (m, n) = (matrix.rows, matrix.columns)
    let result = LAPACK.singularValues(matrix.elements, m: m, n: n)
    left = DoubleMatrix(rows: m, columns: min(m, n), elements: result.left)
    values = result.values
    right = DoubleMatrix(rows: min(m, n), columns: n, elements: result.right)
  }
}

/// The orthogonal matrix that is nearest to a matrix in the sum of squares: U Vᵀ of its singular
/// value decomposition.
///
/// With `matrix` = XᵀY it is the R that minimises ‖X R − Y‖, rows being mapped by multiplication
/// from the right: orthogonal Procrustes, Schönemann 1966. A reflection is as good as a rotation.
///
/// - Parameter matrix: A square matrix of finite elements, [n, n]. Where it is singular, the
///   nearest matrix is not unique, and one of them is returned.
/// - Returns: An orthogonal matrix, [n, n].
public func nearestOrthogonal(to matrix: DoubleMatrix) -> DoubleMatrix {
  precondition(
    matrix.rows == matrix.columns, "[\(matrix.rows), \(matrix.columns)] is not square")
  let parts = SingularValues(of: matrix)
  return DoubleMatrix.product(parts.left, parts.right)
}
