internal import Foundation
internal import RealModule

/// Random orthogonal matrices, uniform in the sense of Haar.
enum HaarMatrix {
  /// A random orthogonal matrix.
  ///
  /// A product of reflections that take random Gaussian vectors of 2, 3, ..., n dimensions to the first
  /// axis, with random signs (Stewart 1980, section 3): the same distribution as Q of the QR
  /// decomposition of a Gaussian matrix with a positive diagonal of R, for a third of the work. Everything is
  /// in `Double` and rounded once.
  ///
  /// - Parameters:
  ///   - size: n.
  ///   - generator: Where the random numbers come from; n (n + 3) are taken.
  /// - Returns: The matrix, [n, n].
  /// - Complexity: 4/3 · n³ floating-point operations.
  static func random(size: Int, using generator: inout some RandomNumberGenerator) -> Matrix {
    var elements = [Double](repeating: 0, count: size * size)
    guard size > 0 else { return Matrix(rows: 0, columns: 0) }
    // The lower right corner of `m` rows and columns is orthogonal after each step.
    elements[size * size - 1] = sign(using: &generator)
    var sums = [Double](repeating: 0, count: size)
    for m in stride(from: 2, through: size, by: 1) {
      let first = size - m
      elements[first * size + first] = 1
      let vector = reflector(size: m, using: &generator)
      apply(vector, to: &elements, from: first, size: size, sums: &sums)
      // The first axis keeps its sign at random.
      let factor = sign(using: &generator)
      for j in first..<size { elements[first * size + j] *= factor }
    }
    return Matrix(rows: size, columns: size, elements: elements.map { Float($0) })
  }

  /// The unit vector u of the reflection 1 - 2 u uᵀ that takes a random direction to the first axis.
  private static func reflector(
    size: Int, using generator: inout some RandomNumberGenerator
  ) -> [Double] {
    var vector = (0..<size).map { _ in normal(using: &generator) }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    vector[0] += vector[0] < 0 ? -length : length
    let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm > 0 ? vector.map { $0 / norm } : vector
  }

  /// Applies a reflection to rows and columns from one on.
  private static func apply(
    _ vector: [Double], to elements: inout [Double], from first: Int, size: Int,
    sums: inout [Double]
  ) {
    let m = vector.count
    for j in 0..<m { sums[j] = 0 }
    var matrix = elements.mutableSpan
    var sum = sums.mutableSpan
    for i in 0..<m {
      let (start, factor) = ((first + i) * size + first, vector[i])
      for j in 0..<m { sum[j] = Relaxed.multiplyAdd(factor, matrix[start + j], sum[j]) }
    }
    for i in 0..<m {
      let (start, factor) = ((first + i) * size + first, -2 * vector[i])
      for j in 0..<m { matrix[start + j] = Relaxed.multiplyAdd(factor, sum[j], matrix[start + j]) }
    }
  }

  private static func sign(using generator: inout some RandomNumberGenerator) -> Double {
    generator.next() >> 63 == 0 ? 1 : -1
  }

  /// A normal number (Box and Muller 1958, the cosine alone).
  private static func normal(using generator: inout some RandomNumberGenerator) -> Double {
    let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &generator))
  }
}
