/// Random vectors that lie where a bank's vectors lie: of its mean and covariance, and unit vectors.
///
///     v0 = (μ + A diag(√λ) z) / N        z standard normal, A and λ of the covariance A diag(λ) Aᵀ
///     v0 · x = (z · diag(√λ) Aᵀx + μ · x) / N
///     N² = |μ|² + 2 z · diag(√λ) Aᵀμ + Σ λ z²
///
/// Labels are taken to z, so that no vector is ever made. A rotated bank asks whether features are nearer to
/// labels than any vectors of their lengths and angles; this one asks whether they are nearer than what
/// lies in the same directions of the joint space, as all vectors do that pass a model's head.
struct GaussianBank: Sendable {
  /// μ, [D].
  let mean: [Double]

  /// λ, [D], none negative.
  private let variances: [Double]

  /// diag(√λ) Aᵀ, [D, D].
  let root: DoubleMatrix

  /// Determines z.
  private let seed: UInt64

  /// Takes mean and covariance of a bank.
  ///
  /// - Parameters:
  ///   - moments: What is known of the bank.
  ///   - seed: Determines the vectors.
  init(_ moments: BankMoments, seed: UInt64) {
    let width = moments.mean.count
    let eigen = SymmetricEigen(
      of: DoubleMatrix(rows: width, columns: width, elements: moments.covariance))
    variances = eigen.values.map { max($0, 0) }
    var root = eigen.vectors
    for i in 0..<width {
      for p in 0..<width { root[i, p] *= variances[i].squareRoot() }
    }
    self.root = root
    mean = moments.mean
    self.seed = seed
  }

  /// The vectors that (z, 1) is multiplied with so that products are N v0 · x, [count, D + 1].
  ///
  /// - Parameters:
  ///   - rows: x, [count, D].
  ///   - count: How many there are.
  /// - Returns: diag(√λ) Aᵀx and μ · x of each.
  func operand(_ rows: [Float], count: Int) -> [Float] {
    let width = mean.count
    let vectors = DoubleMatrix(rows: count, columns: width, elements: rows.map(Double.init))
    let turned = DoubleMatrix.product(vectors, root, opB: .transpose)
    var result: [Float] = []
    result.reserveCapacity(count * (width + 1))
    for row in 0..<count {
      var along = 0.0
      for p in 0..<width {
        result.append(Float(turned[row, p]))
        along += vectors[row, p] * mean[p]
      }
      result.append(Float(along))
    }
    return result
  }

  /// (z, 1) of some vectors, and 1/N of each.
  ///
  /// - Parameters:
  ///   - tile: Which vectors: the same for the same number.
  ///   - rows: How many there are.
  ///   - room: How many rows of zeros follow, to fill a product.
  /// - Returns: [rows + room, D + 1], and [rows].
  func draw(tile: Int, rows: Int, room: Int) -> (vectors: [Float], factors: [Float]) {
    let width = mean.count
    var generator = SplitMix64(seed: seed ^ (0xD1B5_4A32_D192_ED03 &* UInt64(tile + 1)))
    let square = mean.reduce(0) { $0 + $1 * $1 }
    let along = (0..<width).map { i in
      (0..<width).reduce(0.0) { $0 + root[i, $1] * mean[$1] }
    }
    var vectors = [Float](repeating: 0, count: (rows + room) * (width + 1))
    var factors: [Float] = []
    for row in 0..<rows {
      let start = row * (width + 1)
      generator.fillNormals(&vectors, start..<(start + width))
      var norm = square
      for i in 0..<width {
        let z = Double(vectors[start + i])
        norm += 2 * z * along[i] + variances[i] * z * z
      }
      vectors[start + width] = 1
      factors.append(norm > 0 ? Float(1 / norm.squareRoot()) : 0)
    }
    return (vectors, factors)
  }
}
