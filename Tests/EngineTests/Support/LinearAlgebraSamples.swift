import Engine

extension DoubleMatrix {
  /// A matrix of elements uniform in -1..<1.
  static func random(rows: Int, columns: Int, seed: UInt64) -> DoubleMatrix {
    var generator = SplitMix64(seed: seed)
    return DoubleMatrix(
      rows: rows, columns: columns,
      elements: (0..<(rows * columns)).map { _ in Double.random(in: -1..<1, using: &generator) })
  }

  /// A symmetric positive definite matrix: A Aᵀ of a random A, [n, n + 2], and the identity.
  static func randomPositive(_ size: Int, seed: UInt64) -> DoubleMatrix {
    let a = random(rows: size, columns: size + 2, seed: seed)
    var result = plainProduct(a, a.transposed())
    result.addToDiagonal(1)
    return result
  }

  /// The product by a triple loop.
  static func plainProduct(_ a: DoubleMatrix, _ b: DoubleMatrix) -> DoubleMatrix {
    var result = DoubleMatrix(rows: a.rows, columns: b.columns)
    for i in 0..<a.rows {
      for j in 0..<b.columns {
        result[i, j] = (0..<a.columns).reduce(0) { $0 + a[i, $1] * b[$1, j] }
      }
    }
    return result
  }

  /// The greatest difference of two elements in the same place; infinite for other shapes.
  func distance(to other: DoubleMatrix) -> Double {
    guard rows == other.rows, columns == other.columns else { return .infinity }
    return zip(elements, other.elements).reduce(0) {
      let difference = abs($1.0 - $1.1)
      return difference.isNaN ? .infinity : max($0, difference)
    }
  }
}
