/// Takes the vectors of a bank to where their covariance is nearly the identity, and makes them unit vectors.
///
///     y_i = W (x_i - μ) / |W (x_i - μ)|        W = (Σ + λ tr Σ / D)^(-1/2)
///
/// with the bank's own mean and covariance. A rotated bank R v has W' = R W Rᵀ, hence R y_i: whitened
/// rotated features are whitened features rotated, and products with labels take Rᵀ t̂_j as all do.
///
/// With no more features than dimensions the covariance has directions that no feature has: centred
/// features are then nearly at right angles to each other whatever they were, and only the shrinkage
/// keeps what they were.
struct BankWhitening: Sendable {
  /// What centred vectors are multiplied with, [D, width].
  private let operand: ProductOperand

  /// μ, [width].
  private let mean: [Float]

  /// The share of the mean variance that is added to all, λ.
  static let shrinkage = 0.01

  /// Whitens vectors of the joint space.
  ///
  /// - Parameters:
  ///   - mean: μ, [D].
  ///   - spectrum: The eigenvectors of Σ, [D, D].
  init(mean: [Double], spectrum: SymmetricEigen) {
    self.init(mean: mean, root: spectrum.whitening(adding: Self.shrinkage))
  }

  /// Whitens vectors that are given by what they are made of.
  ///
  /// - Parameters:
  ///   - mean: The mean of what they are made of, [width].
  ///   - root: W G, if vectors are G times what they are made of, [D, width].
  init(mean: [Double], root: DoubleMatrix) {
    precondition(mean.count == root.columns, "\(mean.count) of \(root.columns) elements")
    operand = ProductOperand(
      root.elements.map { Float($0) }, count: root.rows, width: root.columns)
    self.mean = mean.map { Float($0) }
  }

  /// Whitens vectors.
  ///
  /// - Parameters:
  ///   - vectors: The vectors but for their factors, [at least rows, width].
  ///   - factors: What each is multiplied by, [rows].
  /// - Returns: y, [JointBank.tileRows, D], zeros beyond `rows` and for a vector that is the mean.
  func unitRows(_ vectors: Span<Float>, factors: [Float]) -> [Float] {
    let (rows, size, width) = (factors.count, JointBank.tileRows, operand.width)
    precondition(rows <= size, "\(rows) rows to be whitened")
    var centred = [Float](repeating: 0, count: size * width)
    var target = centred.mutableSpan
    for row in 0..<rows {
      let factor = factors[row]
      for p in 0..<width {
        target[row * width + p] = factor * vectors[row * width + p] - mean[p]
      }
    }
    var result = [Float](repeating: 0, count: size * operand.count)
    var scratch: [Float] = []
    operand.multiply(
      centred.span, rows: operand.layout.paddedRows(rows), columns: 0..<operand.count,
      into: &result, scratch: &scratch)
    var span = result.mutableSpan
    normalizeRows(&span, width: operand.count)
    return result
  }
}
