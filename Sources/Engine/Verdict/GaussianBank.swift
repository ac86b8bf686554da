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

  /// diag(√λ) Aᵀμ, [D], as N² needs it.
  private let alongMean: [Double]

  /// Determines z.
  private let seed: UInt64

  /// Takes mean and covariance of a bank.
  ///
  /// - Parameters:
  ///   - moments: What is known of the bank.
  ///   - spectrum: The eigenvectors of its covariance, if they are known.
  ///   - seed: Determines the vectors.
  init(_ moments: BankMoments, spectrum: SymmetricEigen? = nil, seed: UInt64) {
    let (width, mean) = (moments.mean.count, moments.mean)
    let eigen = spectrum ?? moments.spectrum()
    variances = eigen.values.map { max($0, 0) }
    var root = eigen.vectors
    for i in 0..<width {
      let deviation = variances[i].squareRoot()
      for p in 0..<width { root[i, p] *= deviation }
    }
    self.root = root
    self.mean = mean
    alongMean = (0..<width).map { i in
      var along = 0.0
      for p in 0..<width { along += root[i, p] * mean[p] }
      return along
    }
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
    var vectors = [Float](repeating: 0, count: (rows + room) * (width + 1))
    var factors: [Float] = []
    for row in 0..<rows {
      let start = row * (width + 1)
      generator.fillNormals(&vectors, start..<(start + width))
      let norm = square + squareOffMean(vectors.span.extracting(start..<(start + width)))
      vectors[start + width] = 1
      factors.append(norm > 0 ? Float(1 / norm.squareRoot()) : 0)
    }
    return (vectors, factors)
  }

  /// N² - |μ|² of z.
  private func squareOffMean(_ z: Span<Float>) -> Double {
    let (along, variances) = (alongMean.span, variances.span)
    func term(_ p: Int) -> Double {
      let value = Double(z[p])
      return value * (2 * along[p] + variances[p] * value)
    }
    // Four sums beside each other, so that hardly a term waits for the one before it.
    var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
    var p = 0
    while p + 4 <= z.count {
      first += term(p)
      second += term(p + 1)
      third += term(p + 2)
      fourth += term(p + 3)
      p += 4
    }
    var sum = (first + second) + (third + fourth)
    while p < z.count {
      sum += term(p)
      p += 1
    }
    return sum
  }
}
