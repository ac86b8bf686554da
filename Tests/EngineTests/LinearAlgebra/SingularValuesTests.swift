import Testing

@testable import Engine

@Suite struct SingularValuesTests {
  static let shapes = [(0, 3), (1, 1), (3, 1), (7, 5), (5, 7), (33, 16), (64, 64)]

  /// The backward error is a small multiple of n·u·‖A‖ ≤ n·u·√(mn) (LAPACK Users' Guide, 4.9).
  @Test(arguments: shapes)
  func theMatrixIsPutTogetherAgain(m: Int, n: Int) {
    let matrix = DoubleMatrix.random(rows: m, columns: n, seed: 1)
    let parts = SingularValues(of: matrix)
    let k = min(m, n)
    let tolerance = 8 * Double(max(m, n)) * Double(m * n).squareRoot() * Double.ulpOfOne
    var scaled = parts.right
    for i in 0..<k {
      for j in 0..<n { scaled[i, j] *= parts.values[i] }
    }
    #expect(DoubleMatrix.plainProduct(parts.left, scaled).distance(to: matrix) <= tolerance)
    #expect(parts.values == parts.values.sorted(by: >) && parts.values.allSatisfy { $0 >= 0 })
    let right = DoubleMatrix.plainProduct(parts.right, parts.right.transposed())
    let left = DoubleMatrix.plainProduct(parts.left.transposed(), parts.left)
    #expect(right.distance(to: .identity(k)) <= 8 * Double(max(m, n)) * Double.ulpOfOne)
    #expect(left.distance(to: .identity(k)) <= 8 * Double(max(m, n)) * Double.ulpOfOne)
  }

  /// Rows that were rotated are rotated back exactly, to the rounding of the decomposition.
  @Test(arguments: [1, 2, 9, 32])
  func aRotationIsFound(size: Int) {
    var generator = SplitMix64(seed: UInt64(size))
    let rotation = haarRotation(size: size, using: &generator)
    let x = DoubleMatrix.random(rows: 3 * size, columns: size, seed: 2)
    let y = DoubleMatrix.plainProduct(x, rotation)
    let cross = DoubleMatrix.plainProduct(x.transposed(), y)
    #expect(nearestOrthogonal(to: cross).distance(to: rotation) < 1e-11)
  }

  /// No small rotation of the nearest matrix is nearer: ‖R − A‖ grows in every plane.
  @Test func nothingIsNearer() {
    let size = 6
    let matrix = DoubleMatrix.random(rows: size, columns: size, seed: 4)
    let nearest = nearestOrthogonal(to: matrix)
    func inner(_ q: DoubleMatrix) -> Double {
      zip(q.elements, matrix.elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let (cosine, sine) = (1 - 0.5e-6, 1e-3)
    for a in 0..<size {
      for b in 0..<size where a != b {
        var turned = nearest
        for j in 0..<size {
          turned[a, j] = cosine * nearest[a, j] - sine * nearest[b, j]
          turned[b, j] = sine * nearest[a, j] + cosine * nearest[b, j]
        }
        #expect(inner(turned) < inner(nearest))
      }
    }
  }
}
