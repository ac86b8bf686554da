/// A covariance that is drawn towards a multiple of the identity: (1 − s) Σ + s (tr Σ / n) I.
///
/// - Parameters:
///   - covariance: Σ, [n, n].
///   - shrinkage: s, from 0 to 1.
/// - Returns: A covariance with the same trace.
public func shrunkCovariance(_ covariance: DoubleMatrix, shrinkage: Double) -> DoubleMatrix {
  precondition((0...1).contains(shrinkage), "a shrinkage of \(shrinkage)")
  var result = covariance
  result.scale(by: 1 - shrinkage)
  result.addToDiagonal(shrinkage * covariance.trace / Double(max(1, covariance.rows)))
  return result
}

/// The symmetric W with W Σ W = I: the inverse square root, Σ^(−1/2).
///
/// Of all W with W Σ Wᵀ = I it leaves vectors nearest to what they were (Kessy, Lewin, Strimmer
/// 2018, "Optimal whitening and decorrelation").
///
/// - Parameter matrix: Σ, symmetric, [n, n].
/// - Returns: W, [n, n], or nil if an eigenvalue is at most n·2^-52 of the greatest.
public func inverseSquareRoot(of matrix: DoubleMatrix) -> DoubleMatrix? {
  let eigen = SymmetricEigen(of: matrix)
  let limit = (eigen.values.last ?? 0) * Double(matrix.rows) * Double.ulpOfOne
  guard eigen.values.allSatisfy({ $0 > limit && $0 > 0 }) else { return nil }
  return eigen.matrix { 1 / $0.squareRoot() }
}

/// The whitening of a covariance with shrinkage: `inverseSquareRoot` of `shrunkCovariance`.
///
/// - Parameters:
///   - covariance: Σ, symmetric, [n, n].
///   - shrinkage: s, from 0 to 1.
/// - Returns: W, [n, n], or nil if the shrunk covariance is not positive definite to rounding.
public func whitening(_ covariance: DoubleMatrix, shrinkage: Double) -> DoubleMatrix? {
  inverseSquareRoot(of: shrunkCovariance(covariance, shrinkage: shrinkage))
}

extension SymmetricEigen {
  /// The symmetric whitening of a matrix that a share of its mean eigenvalue is added to,
  /// (Σ + λ (tr Σ / n) I)^(−1/2).
  ///
  /// But for a factor it is `whitening` with the shrinkage λ/(1 + λ); a matrix of rank below n has one too.
  ///
  /// - Parameter share: λ, above 0.
  /// - Returns: W, [n, n], exactly symmetric; zeros of a matrix of zeros. Eigenvalues below 0 count as 0.
  func whitening(adding share: Double) -> DoubleMatrix {
    precondition(share > 0, "a share of \(share)")
    let floor = share * values.reduce(0) { $0 + max(0, $1) } / Double(max(1, values.count))
    return matrix { floor > 0 ? 1 / (max(0, $0) + floor).squareRoot() : 0 }
  }
}
