/// A linear map of labels under which a score that is no cosine becomes an inner product of vectors:
/// features and labels then lie in one space of their own, in which null features can be turned.
///
/// With M the linear part of the image head, Σ the covariance of the residuals, w an encoder row and t
/// a label:
///
///     sigma  wᵀΣMᵀt / √(wᵀΣw · tᵀGt)      G = M Σ Mᵀ = U diag(λ) Uᵀ
///            v = diag(λ)^-½ Uᵀ M Σ w      u = diag(λ)^½ Uᵀ t       v · u = wᵀΣMᵀt
///     read   w · M⁺t                      H = M Mᵀ + κ 1 = U diag(λ) Uᵀ, M⁺ = Mᵀ H⁻¹
///            v = diag(λ)^-½ Uᵀ M w        u = diag(λ)^-½ Uᵀ t      v · u = w · M⁺t
///
/// In sigma |u|² = tᵀGt, and |v|²/(wᵀΣw) is the share of the variance of w · x that the image embedding
/// has a part in (the squared multiple correlation), the same for all labels.
struct LabelTransform: Sendable {
  /// What takes directions to v, [r, d].
  let directions: Matrix

  /// What takes labels to u, [r, D].
  let labels: DoubleMatrix

  /// Whether labels are made unit vectors after it; otherwise all are divided by one number, so that
  /// the mean of their squared lengths is 1.
  let isUnit: Bool

  /// The width of the space, r.
  var width: Int { labels.rows }

  /// The share of the greatest eigenvalue of G under which a direction is rounding noise of a
  /// covariance that was summed from products in `Float`.
  private static let leastShare = 1e-6

  /// κ as a share of the mean eigenvalue of M Mᵀ.
  static let ridge = 0.01

  /// The transform of `sigma`.
  ///
  /// - Parameters:
  ///   - linearPart: M, [D, d]; the identity if nil.
  ///   - covariance: Σ, [d, d].
  /// - Returns: The transform; nil if Σ leaves nothing in the joint space.
  static func sigma(linearPart: Matrix?, covariance: Matrix) -> LabelTransform? {
    let sigma = DoubleMatrix(covariance)
    let map = linearPart.map { DoubleMatrix($0) } ?? .identity(sigma.rows)
    let pattern = DoubleMatrix.product(map, sigma)
    var gram = DoubleMatrix.product(pattern, map, opB: .transpose)
    gram.symmetrize()
    let eigen = SymmetricEigen(of: gram)
    let limit = (eigen.values.last ?? 0) * leastShare
    let kept = eigen.values.indices.reversed().filter { eigen.values[$0] > max(limit, 0) }
    guard !kept.isEmpty else { return nil }
    let inverse = rows(of: eigen, kept, isInverse: true)
    return LabelTransform(
      directions: Matrix(rounding: .product(inverse, pattern)),
      labels: rows(of: eigen, kept, isInverse: false), isUnit: true)
  }

  /// The transform of `read`.
  ///
  /// - Parameter linearPart: M, [D, d].
  /// - Returns: The transform; nil if M is zero.
  static func read(linearPart: Matrix) -> LabelTransform? {
    let map = DoubleMatrix(linearPart)
    var gram = DoubleMatrix.product(map, map, opB: .transpose)
    gram.symmetrize()
    gram.addToDiagonal(ridge * gram.trace / Double(gram.rows))
    let eigen = SymmetricEigen(of: gram)
    guard let least = eigen.values.first, least > 0 else { return nil }
    let axes = rows(of: eigen, Array(eigen.values.indices.reversed()), isInverse: true)
    return LabelTransform(
      directions: Matrix(rounding: .product(axes, map)), labels: axes, isUnit: false)
  }

  /// √λ uᵀ, or uᵀ/√λ, of some eigenvectors u, as rows.
  private static func rows(
    of eigen: SymmetricEigen, _ kept: [Int], isInverse: Bool
  ) -> DoubleMatrix {
    let width = eigen.vectors.columns
    var result = DoubleMatrix(rows: kept.count, columns: width)
    for (row, index) in kept.enumerated() {
      let root = eigen.values[index].squareRoot()
      let factor = isInverse ? 1 / root : root
      for p in 0..<width { result[row, p] = factor * eigen.vectors[index, p] }
    }
    return result
  }
}

extension LabelTransform {
  /// Rows of the joint space as rows of the space of their own.
  ///
  /// - Parameters:
  ///   - rows: The rows, [count, D].
  ///   - count: How many there are.
  ///   - scaling: How many of the first give the number that all are divided by; all if nil.
  /// - Returns: u of each, as unit rows or divided by one number, [count, r].
  func applied(to rows: [Float], count: Int, scaledBy scaling: Int? = nil) -> [Float] {
    let scaling = scaling ?? count
    let vectors = DoubleMatrix(
      rows: count, columns: labels.columns, elements: rows.map(Double.init))
    let images = DoubleMatrix.product(vectors, labels, opB: .transpose)
    let squares = (0..<count).map { row in
      (0..<width).reduce(0.0) { $0 + images[row, $1] * images[row, $1] }
    }
    let common = squares.prefix(scaling).reduce(0, +) / Double(max(1, scaling))
    var result: [Float] = []
    result.reserveCapacity(count * width)
    for row in 0..<count {
      let square = isUnit ? squares[row] : common
      let factor = square > 0 ? 1 / square.squareRoot() : 0
      for p in 0..<width { result.append(Float(images[row, p] * factor)) }
    }
    return result
  }
}
