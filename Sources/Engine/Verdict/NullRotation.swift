/// A random rotation of the joint space that leaves the common direction of the labels where it is.
///
/// R = H diag(1, Q) H with Q a random orthogonal matrix (Haar) of D - 1 dimensions and H the
/// reflection that exchanges the first axis and m. Rotated features keep their lengths, the angles between
/// them, and what they have along m; which label they are near is chance.
struct NullRotation: Sendable {
  /// Q, [D - 1, D - 1].
  private let matrix: Matrix

  /// The unit normal of the reflection H, [D]; zeros if m is the first axis.
  private let normal: [Double]

  /// Makes a rotation.
  ///
  /// - Parameters:
  ///   - axis: m, [D], a unit vector, or zeros for a rotation that leaves the first axis.
  ///   - generator: Where the random numbers come from.
  init(axis: [Double], using generator: inout some RandomNumberGenerator) {
    let width = axis.count
    matrix = HaarMatrix.random(size: width - 1, using: &generator)
    normal = Self.normal(axis)
  }

  /// The unit normal of the reflection that exchanges the first axis and another, up to sign: the
  /// sign is chosen so that nothing cancels, and R is the same for both.
  private static func normal(_ axis: [Double]) -> [Double] {
    var normal = axis
    guard axis.contains(where: { $0 != 0 }) else { return axis }
    normal[0] += axis[0] < 0 ? -1 : 1
    let length = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return normal.map { $0 / length }
  }

  /// R x for rows x.
  ///
  /// - Parameters:
  ///   - rows: The rows, [count, D].
  ///   - count: How many there are.
  /// - Returns: As many rows.
  func rotated(_ rows: [Float], count: Int) -> [Float] {
    turned(rows, count: count, operation: .transpose)
  }

  /// Rᵀ x for rows x.
  ///
  /// - Parameters:
  ///   - rows: The rows, [count, D].
  ///   - count: How many there are.
  /// - Returns: As many rows.
  func transposed(_ rows: [Float], count: Int) -> [Float] {
    turned(rows, count: count, operation: .none)
  }

  private func turned(_ rows: [Float], count: Int, operation: BLAS.Operation) -> [Float] {
    let (width, inner) = (normal.count, normal.count - 1)
    var reflected = rows
    reflect(&reflected, count: count)
    var rest = Matrix(rows: count, columns: inner)
    for row in 0..<count {
      for p in 0..<inner { rest[row, p] = reflected[row * width + 1 + p] }
    }
    var product = Matrix(rows: count, columns: inner)
    BLAS.gemm(rest, matrix, opB: operation, into: &product)
    for row in 0..<count {
      for p in 0..<inner { reflected[row * width + 1 + p] = product[row, p] }
    }
    reflect(&reflected, count: count)
    return reflected
  }

  /// Replaces rows by H x = x - 2 (u · x) u.
  private func reflect(_ rows: inout [Float], count: Int) {
    let width = normal.count
    for row in 0..<count {
      let start = row * width
      var along = 0.0
      for p in 0..<width { along += normal[p] * Double(rows[start + p]) }
      for p in 0..<width {
        rows[start + p] = Float(Double(rows[start + p]) - 2 * along * normal[p])
      }
    }
  }
}
