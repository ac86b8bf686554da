/// A random rotation of the joint space that leaves some directions where they are.
///
/// R = Uᵀ diag(1, Q) U with Q a random orthogonal matrix (Haar) and U reflections that take the
/// directions to the first axes. Rotated features keep their lengths, the angles between them, and what
/// they have along those directions: the common direction m of the labels, and the mean of the features if
/// they have one. Which label they are near beyond that is chance.
struct NullRotation: Sendable {
  /// Q, [D - k, D - k] with k directions.
  private let matrix: Matrix

  /// The unit normals of the reflections of U, the first applied first, [k][D].
  private let normals: [[Double]]

  private let width: Int

  /// The squared length under which what is left of a direction, those before it taken away, has none.
  private static let leastSquare = 1e-12

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
    var normals: [[Double]] = []
    for direction in directions {
      precondition(direction.count == width, "\(direction.count) elements of \(width)")
      let whole = direction.reduce(0) { $0 + $1 * $1 }
      var rest = direction
      for normal in normals { Self.reflect(&rest, normal) }
      // What lies along the axes of those before stays there.
      for axis in normals.indices { rest[axis] = 0 }
      let square = rest.reduce(0) { $0 + $1 * $1 }
      guard normals.count < width, square > Self.leastSquare * whole else { continue }
      normals.append(Self.normal(rest, axis: normals.count, length: square.squareRoot()))
    }
    self.normals = normals
    self.width = width
    matrix = Matrix(
      rounding: haarRotation(size: width - normals.count, using: &generator))
  }

  /// The unit normal of the reflection that takes a vector to an axis, up to sign: the sign is
  /// chosen so that nothing cancels, and R is the same for both.
  private static func normal(_ vector: [Double], axis: Int, length: Double) -> [Double] {
    var normal = vector
    normal[axis] += vector[axis] < 0 ? -length : length
    let norm = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return normal.map { $0 / norm }
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
    let (first, inner) = (normals.count, matrix.rows)
    var result = rows
    forEachRow(&result, count: count) { row in
      for normal in normals { Self.reflect(&row, normal) }
    }
    var rest = Matrix(rows: count, columns: inner)
    for row in 0..<count {
      for p in 0..<inner { rest[row, p] = result[row * width + first + p] }
    }
    var product = Matrix(rows: count, columns: inner)
    BLAS.gemm(rest, matrix, opB: operation, into: &product)
    for row in 0..<count {
      for p in 0..<inner { result[row * width + first + p] = product[row, p] }
    }
    forEachRow(&result, count: count) { row in
      for normal in normals.reversed() { Self.reflect(&row, normal) }
    }
    return result
  }

  /// Changes rows, each in `Double` and rounded once.
  private func forEachRow(
    _ rows: inout [Float], count: Int, _ body: (_ row: inout [Double]) -> Void
  ) {
    precondition(rows.count == count * width, "\(rows.count) elements for [\(count), \(width)]")
    var row = [Double](repeating: 0, count: width)
    for start in stride(from: 0, to: rows.count, by: width) {
      for p in 0..<width { row[p] = Double(rows[start + p]) }
      body(&row)
      for p in 0..<width { rows[start + p] = Float(row[p]) }
    }
  }

  /// Replaces a vector by x - 2 (u · x) u.
  private static func reflect(_ vector: inout [Double], _ normal: [Double]) {
    var along = 0.0
    for p in vector.indices { along += normal[p] * vector[p] }
    for p in vector.indices { vector[p] -= 2 * along * normal[p] }
  }
}
