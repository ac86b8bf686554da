/// Coordinates of the joint space whose first axes span some directions.
///
/// U is a product of reflections, each of which takes what is left of a direction to the next axis.
struct FixedFrame: Sendable {
  /// The unit normals of the reflections of U, the first applied first, [k][D].
  private let normals: [[Double]]

  /// D.
  let width: Int

  /// The squared length under which what is left of a direction, those before it taken away, has none.
  private static let leastSquare = 1e-12

  /// Makes coordinates.
  ///
  /// - Parameters:
  ///   - directions: What the first axes span, vectors of [D] and of any length; those without length, or
  ///     along others, count for nothing.
  ///   - width: D.
  init(_ directions: [[Double]], width: Int) {
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
  }

  /// The number of axes that span the directions, k.
  var fixedCount: Int { normals.count }

  /// The unit normal of the reflection that takes a vector to an axis, up to sign: the sign is
  /// chosen so that nothing cancels.
  private static func normal(_ vector: [Double], axis: Int, length: Double) -> [Double] {
    var normal = vector
    normal[axis] += vector[axis] < 0 ? -length : length
    let norm = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return normal.map { $0 / norm }
  }

  /// Replaces rows x by U x, each in `Double` and rounded once.
  ///
  /// - Parameters:
  ///   - rows: The rows, [count, D].
  ///   - count: How many there are.
  func enter(_ rows: inout [Float], count: Int) {
    forEachRow(&rows, count: count) { row in
      for normal in normals { Self.reflect(&row, normal) }
    }
  }

  /// Replaces rows x by Uᵀ x, each in `Double` and rounded once.
  ///
  /// - Parameters:
  ///   - rows: The rows, [count, D].
  ///   - count: How many there are.
  func leave(_ rows: inout [Float], count: Int) {
    forEachRow(&rows, count: count) { row in
      for normal in normals.reversed() { Self.reflect(&row, normal) }
    }
  }

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
