/// The factor of a symmetric positive definite matrix: A = L Lᵀ.
public struct Cholesky: Sendable {
  /// The size n.
  public let size: Int

  /// L in the lower triangle, [n, n]; above the diagonal stands whatever stood in A.
  private let factor: [Double]

  /// Factorizes a matrix, by LAPACK's `dpotrf`; nil if it is not positive definite to rounding.
  ///
  /// - Parameter matrix: A symmetric matrix of finite elements, [n, n]; its lower triangle is read.
  public init?(of matrix: DoubleMatrix) {
    precondition(
      matrix.rows == matrix.columns, "[\(matrix.rows), \(matrix.columns)] is not square")
    var elements = matrix.elements
    guard LAPACK.factorize(&elements, n: matrix.rows) else { return nil }
    size = matrix.rows
    factor = elements
  }

  /// The x of A x = b.
  ///
  /// - Parameter b: The right side, [n].
  /// - Returns: x, [n].
  public func solve(_ b: [Double]) -> [Double] {
    precondition(b.count == size, "\(b.count) elements for \(size)")
    var x = b
    LAPACK.solve(factor: factor, n: size, rows: &x)
    return x
  }

  /// The X of A X = B.
  ///
  /// - Parameter b: The right sides B, [n, count], one in each column.
  /// - Returns: X, [n, count].
  public func solve(_ b: DoubleMatrix) -> DoubleMatrix {
    precondition(b.rows == size, "[\(b.rows), \(b.columns)] for \(size)")
    return solve(rows: b.transposed()).transposed()
  }

  /// The X of X A = B, which is the same for right sides in rows.
  ///
  /// - Parameter b: The right sides B, [count, n].
  /// - Returns: X, [count, n].
  public func solve(rows b: DoubleMatrix) -> DoubleMatrix {
    precondition(b.columns == size, "[\(b.rows), \(b.columns)] for \(size)")
    var x = b
    LAPACK.solve(factor: factor, n: size, rows: &x.elements)
    return x
  }
}
