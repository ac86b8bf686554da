@testable import Engine

/// What two scores are made of, by loops in `Double` and without a decomposition.
extension ScoreOracle {
  /// The covariance (population) of rows, [D][D].
  static func covariance(_ rows: [[Double]]) -> [[Double]] {
    let mean = mean(rows)
    let centred = rows.map { difference($0, mean) }
    return mean.indices.map { p in
      mean.indices.map { q in
        centred.reduce(0) { $0 + $1[p] * $1[q] } / Double(rows.count)
      }
    }
  }

  private static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in
      b[0].indices.map { j in row.indices.reduce(0) { $0 + row[$1] * b[$1][j] } }
    }
  }

  /// The unit axes of the greatest variance, by powers of the covariance, each with those before it taken
  /// away.
  static func principalAxes(_ rows: [[Double]], count: Int) -> [[Double]] {
    var covariance = covariance(rows)
    return (0..<count).map { _ in
      var axis = unit(covariance.indices.map { Double($0 % 7) + 1 })
      for _ in 0..<2000 { axis = unit(covariance.map { dot($0, axis) }) }
      let variance = dot(covariance.map { dot($0, axis) }, axis)
      for p in axis.indices {
        for q in axis.indices { covariance[p][q] -= variance * axis[p] * axis[q] }
      }
      return axis
    }
  }

  /// Rows centred, multiplied by the inverse square root of their covariance with a hundredth of its mean
  /// eigenvalue added, and made unit vectors.
  ///
  /// The root is found by Newton's iteration of Schulz: Y = A/|A|, Z = 1, T = (3 - Z Y)/2, Y T and T Z
  /// tend to the square roots of A/|A| and of its inverse.
  static func whitened(_ rows: [[Double]]) -> [[Double]] {
    let (mean, width) = (mean(rows), rows[0].count)
    var matrix = covariance(rows)
    let trace = matrix.indices.reduce(0) { $0 + matrix[$1][$1] }
    for p in 0..<width { matrix[p][p] += 0.01 * trace / Double(width) }
    let size = matrix.reduce(0) { $0 + dot($1, $1) }.squareRoot()
    var y = matrix.map { $0.map { $0 / size } }
    var z = (0..<width).map { p in (0..<width).map { $0 == p ? 1.0 : 0 } }
    for _ in 0..<30 {
      var t = product(z, y)
      for p in 0..<width {
        for q in 0..<width { t[p][q] = ((p == q ? 3 : 0) - t[p][q]) / 2 }
      }
      (y, z) = (product(y, t), product(t, z))
    }
    return product(rows.map { difference($0, mean) }, z).map(unit)
  }
}
