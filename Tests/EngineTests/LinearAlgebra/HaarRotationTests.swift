import Testing

@testable import Engine

@Suite struct HaarRotationTests {
  /// Householder's reflections lose at most about n^1.5·u of orthogonality (Higham 2002, section
  /// 19.3): 1e-12 for 100, and far below the 1e-6 that rounding to `Float` leaves.
  @Test(arguments: [1, 2, 7, 33, 100])
  func rowsAreOrthonormal(size: Int) {
    var generator = SplitMix64(seed: UInt64(size))
    let rotation = haarRotation(size: size, using: &generator)
    let products = DoubleMatrix.plainProduct(rotation, rotation.transposed())
    #expect(products.distance(to: .identity(size)) < 1e-13 * Double(size))
    let rounded = DoubleMatrix(Matrix(rounding: rotation))
    let roundedProducts = DoubleMatrix.plainProduct(rounded, rounded.transposed())
    #expect(roundedProducts.distance(to: .identity(size)) < 1e-6)
    let some = haarRows(size / 2, width: size, using: &generator)
    #expect(some.rows == size / 2 && some.columns == size)
    #expect(
      DoubleMatrix.plainProduct(some, some.transposed()).distance(to: .identity(size / 2))
        < 1e-13 * Double(size))
  }

  @Test func theSeedDeterminesTheMatrix() {
    var (a, b, c) = (SplitMix64(seed: 1), SplitMix64(seed: 1), SplitMix64(seed: 2))
    let first = haarRotation(size: 20, using: &a)
    #expect(first == haarRotation(size: 20, using: &b))
    #expect(first != haarRotation(size: 20, using: &c))
    #expect(first != haarRotation(size: 20, using: &a))
    #expect(haarRows(0, width: 0, using: &a).elements.isEmpty)
  }

  /// Elements of a Haar matrix of size n have mean 0, variance 1/n, fourth moment 3/(n(n + 2)).
  ///
  /// The mean of N of them has a standard error of about √(variance/N); elements of a row are only
  /// weakly dependent, as their squares add up to 1, which makes the error of the square smaller. Five
  /// errors are allowed. A lack of the sign fix shows in the diagonal's mean, about 0.6/√n.
  @Test(arguments: [3, 8])
  func momentsAreThoseOfTheHaarDistribution(size: Int) {
    var generator = SplitMix64(seed: 11)
    let draws = 4000
    let n = Double(size)
    var sums: [String: Double] = [:]
    for _ in 0..<draws {
      let rotation = haarRotation(size: size, using: &generator)
      sums["diagonal", default: 0] += rotation.trace / n
      sums["corner", default: 0] += rotation[0, 0]
      sums["last", default: 0] += rotation[size - 1, size - 1]
      sums["fourth", default: 0] += rotation.elements.reduce(0) { $0 + $1 * $1 * $1 * $1 } / (n * n)
      sums["product", default: 0] += rotation[0, 0] * rotation[1, 1]
      sums["trace", default: 0] += rotation.trace * rotation.trace
    }
    let means = sums.mapValues { $0 / Double(draws) }
    let error = 5 / Double(draws).squareRoot()
    #expect(abs(means["corner", default: 1]) < error / n.squareRoot())
    #expect(abs(means["last", default: 1]) < error / n.squareRoot())
    // E tr² = 1 for every n, so the diagonal's mean has a standard deviation of 1/n.
    #expect(abs(means["diagonal", default: 1]) < error / n)
    #expect(abs(means["product", default: 1]) < error / n)
    // tr² has a variance of 2 (its fourth moment is 3 for n ≥ 3, or more).
    #expect(abs(means["trace", default: 0] - 1) < error * 2)
    let fourth = 3 / (n * (n + 2))
    #expect(abs(means["fourth", default: 0] - fourth) < error * fourth)
  }

  /// A first row is uniform on the sphere: of size 3 each element is uniform in −1…1 (Archimedes).
  @Test func directionsAreUniform() {
    var generator = SplitMix64(seed: 12)
    for row in 0..<3 {
      let heights = (0..<2000).map { _ in
        (haarRotation(size: 3, using: &generator)[row, row] + 1) / 2
      }
      #expect(KolmogorovSmirnov(uniform: heights).pValue > 1e-6)
    }
  }

  /// The determinant of each is 1 or −1, each with a probability of ½.
  @Test(arguments: [1, 3])
  func halfAreReflections(size: Int) {
    var generator = SplitMix64(seed: 13)
    let draws = 2000
    let reflections = (0..<draws).count { _ in
      let q = haarRotation(size: size, using: &generator)
      let determinant =
        size == 1
        ? q[0, 0]
        : q[0, 0] * (q[1, 1] * q[2, 2] - q[1, 2] * q[2, 1])
          - q[0, 1] * (q[1, 0] * q[2, 2] - q[1, 2] * q[2, 0])
          + q[0, 2] * (q[1, 0] * q[2, 1] - q[1, 1] * q[2, 0])
      #expect(abs(abs(determinant) - 1) < 1e-14)
      return determinant < 0
    }
    #expect(
      IntervalEstimate.clopperPearson(
        successes: reflections, of: draws, confidence: 1 - 1e-6
      ).covers(0.5))
  }
}
