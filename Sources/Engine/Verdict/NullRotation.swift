/// A random rotation of the joint space that leaves some directions where they are.
///
/// R = Uᵀ diag(1, Q) U with Q a random orthogonal matrix (Haar) and U reflections that take the
/// directions to the first axes. Rotated features keep their lengths, the angles between them, and what
/// they have along those directions: the common direction m of the labels, and the mean of the features if
/// they have one. Which label they are near beyond that is chance.
struct NullRotation: Sendable {
  /// Q, [D - k, D - k] with k directions.
  private let matrix: Matrix

  /// U.
  private let frame: FixedFrame

  /// Makes a rotation.
  ///
  /// - Parameters:
  ///   - directions: What stays, vectors of [D] and of any length; those without length, or along others,
  ///     count for nothing.
  ///   - width: D.
  ///   - generator: Where the random numbers come from.
  init(
    fixing directions: [[Double]], width: Int, using generator: inout some RandomNumberGenerator
  ) {
    frame = FixedFrame(directions, width: width)
    matrix = Matrix(
      rounding: haarRotation(size: width - frame.fixedCount, using: &generator))
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
    let (first, inner, width) = (frame.fixedCount, matrix.rows, frame.width)
    var result = rows
    frame.enter(&result, count: count)
    var rest = Matrix(rows: count, columns: inner)
    for row in 0..<count {
      for p in 0..<inner { rest[row, p] = result[row * width + first + p] }
    }
    var product = Matrix(rows: count, columns: inner)
    BLAS.gemm(rest, matrix, opB: operation, into: &product)
    for row in 0..<count {
      for p in 0..<inner { result[row * width + first + p] = product[row, p] }
    }
    frame.leave(&result, count: count)
    return result
  }
}
