/// The coefficients of ridge regression: (XᵀX + λI)⁻¹ XᵀY, which minimise ‖X B − Y‖² + λ‖B‖².
///
/// - Parameters:
///   - gram: XᵀX, [p, p].
///   - cross: XᵀY, [p, q].
///   - lambda: λ, at least 0.
/// - Returns: B, [p, q], or nil if XᵀX + λI is not positive definite to rounding.
/// - Complexity: p³/3 + 2·p²·q floating-point operations.
public func ridgeCoefficients(
  gram: DoubleMatrix, cross: DoubleMatrix, lambda: Double
) -> DoubleMatrix? {
  precondition(lambda >= 0, "λ is \(lambda)")
  var regular = gram
  regular.addToDiagonal(lambda)
  return Cholesky(of: regular)?.solve(cross)
}

/// The ridge pseudo-inverse of a matrix: M⁺ = Mᵀ (M Mᵀ + λI)⁻¹, which for λ → 0 is that of Moore and
/// Penrose.
///
/// - Parameters:
///   - matrix: M, [m, n].
///   - lambda: λ, at least 0.
/// - Returns: M⁺, [n, m], or nil if M Mᵀ + λI is not positive definite to rounding.
public func ridgePseudoinverse(of matrix: DoubleMatrix, lambda: Double) -> DoubleMatrix? {
  precondition(lambda >= 0, "λ is \(lambda)")
  // Of the two equal forms Mᵀ (M Mᵀ + λI)⁻¹ and (MᵀM + λI)⁻¹ Mᵀ that with the smaller inverse.
  let isWide = matrix.rows <= matrix.columns
  var regular =
    isWide
    ? DoubleMatrix.product(matrix, matrix, opB: .transpose)
    : DoubleMatrix.product(matrix, matrix, opA: .transpose)
  regular.addToDiagonal(lambda)
  guard let cholesky = Cholesky(of: regular) else { return nil }
  return isWide
    ? cholesky.solve(matrix).transposed() : cholesky.solve(matrix.transposed())
}
