import Testing

@testable import Engine

@Suite struct HaarReflectionsTests {
  /// Q as a matrix: what it makes of the axes.
  private static func matrix(
    size: Int, blockSize: Int = HaarReflections.usualBlockSize, seed: UInt64
  ) -> DoubleMatrix {
    var generator = SplitMix64(seed: seed)
    return matrix(size: size, blockSize: blockSize, using: &generator)
  }

  private static func matrix(
    size: Int, blockSize: Int = HaarReflections.usualBlockSize, using generator: inout SplitMix64
  ) -> DoubleMatrix {
    var axes = [Float](repeating: 0, count: size * size)
    for p in 0..<size { axes[p * size + p] = 1 }
    HaarReflections(size: size, blockSize: blockSize, using: &generator)
      .apply(to: &axes, count: size)
    return DoubleMatrix(rows: size, columns: size, elements: axes.map(Double.init))
  }

  /// Each of n reflections rounds an element of at most 1 a few times: 2e-6 for 150.
  @Test(arguments: [1, 2, 7, 64, 65, 66, 150])
  func rowsAreOrthonormal(size: Int) {
    let matrix = Self.matrix(size: size, seed: UInt64(size))
    let products = DoubleMatrix.plainProduct(matrix, matrix.transposed())
    #expect(products.distance(to: .identity(size)) < 2e-6)
  }

  /// Blocks of one apply reflections one after another.
  @Test(arguments: [2, 9, 130])
  func blocksAreTheirReflectionsOneAfterAnother(size: Int) {
    let single = Self.matrix(size: size, blockSize: 1, seed: 5)
    for blockSize in [2, 7, 64] {
      let blocks = Self.matrix(size: size, blockSize: blockSize, seed: 5)
      #expect(blocks.distance(to: single) < 2e-6)
    }
    #expect(Self.matrix(size: size, seed: 6).distance(to: single) > 0.1)
  }

  @Test func rowsBeyondItsSizeStay() {
    var generator = SplitMix64(seed: 8)
    var columns = (0..<42).map { Float($0) }
    HaarReflections(size: 4, using: &generator).apply(to: &columns, count: 7)
    #expect(Array(columns[28...]) == (28..<42).map { Float($0) })
    #expect(zip(columns[..<28], 0..<28).allSatisfy { $0 != Float($1) })
    var none: [Float] = []
    HaarReflections(size: 0, using: &generator).apply(to: &none, count: 3)
    #expect(none.isEmpty)
  }

  /// The moments of `HaarRotationTests`, with the same five errors.
  @Test(arguments: [1, 3, 8])
  func momentsAreThoseOfTheHaarDistribution(size: Int) {
    var generator = SplitMix64(seed: 21)
    let draws = 4000
    let n = Double(size)
    var sums: [String: Double] = [:]
    for _ in 0..<draws {
      let rotation = Self.matrix(size: size, using: &generator)
      sums["corner", default: 0] += rotation[0, 0]
      sums["last", default: 0] += rotation[size - 1, size - 1]
      sums["off", default: 0] += rotation[0, size - 1] * rotation[size - 1, 0]
      sums["trace", default: 0] += rotation.trace
      sums["fourth", default: 0] += rotation.elements.reduce(0) { $0 + $1 * $1 * $1 * $1 } / (n * n)
    }
    let means = sums.mapValues { $0 / Double(draws) }
    let error = 5 / Double(draws).squareRoot()
    #expect(abs(means["corner", default: 1]) < error / n.squareRoot())
    #expect(abs(means["last", default: 1]) < error / n.squareRoot())
    #expect(abs(means["trace", default: 9]) < error)
    let fourth = 3 / (n * (n + 2))
    if size > 1 {
      #expect(abs(means["off", default: 1]) < error / n)
      #expect(abs(means["fourth", default: 0] - fourth) < error * fourth)
    }
  }

  /// What it makes of any vector is uniform on the sphere: of three elements each is uniform in -1…1.
  @Test func directionsAreUniform() {
    var generator = SplitMix64(seed: 22)
    for (row, column) in [(0, 0), (1, 2), (2, 2)] {
      let heights = (0..<2000).map { _ in
        min(1, max(0, (Self.matrix(size: 3, using: &generator)[row, column] + 1) / 2))
      }
      #expect(KolmogorovSmirnov(uniform: heights).pValue > 1e-6)
    }
  }
}
