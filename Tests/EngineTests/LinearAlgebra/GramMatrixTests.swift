import Testing

@testable import Engine

@Suite struct GramMatrixTests {
  static let shapes = [(0, 3), (1, 1), (7, 5), (1024, 3), (2500, 17)]

  /// Blocks of at most 1,024 products of at most 1 are summed in `Float`: within k·u·Σ|x y| ≤ k·u·n
  /// of the exact sums, k = 1024, u = 2^-24; sums in `Double` add nothing to speak of.
  private func tolerance(_ rows: Int) -> Double {
    Double(min(rows, 1024)) * Double(rows) * Double(Float.ulpOfOne) / 2
  }

  @Test(arguments: shapes)
  func productsAreThoseOfATripleLoop(rows: Int, columns: Int) {
    var generator = SplitMix64(seed: 1)
    let x = Matrix.random(rows: rows, columns: columns, using: &generator)
    let y = Matrix.random(rows: rows, columns: 4, using: &generator)
    let exact = DoubleMatrix.plainProduct(DoubleMatrix(x).transposed(), DoubleMatrix(y))
    #expect(crossProducts(x, y).distance(to: exact) <= tolerance(rows))
    let gram = gramMatrix(x)
    let exactGram = DoubleMatrix.plainProduct(DoubleMatrix(x).transposed(), DoubleMatrix(x))
    #expect(gram.distance(to: exactGram) <= tolerance(rows))
    #expect(gram == gram.transposed())
  }

  @Test func resultsAreTheSameForAnyNumberOfThreads() {
    var generator = SplitMix64(seed: 2)
    let x = Matrix.random(rows: 5003, columns: 31, using: &generator)
    let one = meanAndCovariance(x, workers: 1)
    for workers in [2, 3, 8] {
      let other = meanAndCovariance(x, workers: workers)
      #expect(other.mean == one.mean && other.covariance == one.covariance)
    }
  }

  /// A common component 1000 times the spread would leave no digits if it were taken off afterwards.
  @Test func aCommonComponentDoesNotCancel() {
    var generator = SplitMix64(seed: 3)
    let spread = Matrix.random(rows: 2000, columns: 5, using: &generator)
    var moved = spread
    for index in moved.elements.indices { moved.elements[index] += 1000 }
    let (mean, covariance) = meanAndCovariance(spread)
    let (movedMean, movedCovariance) = meanAndCovariance(moved)
    // Elements were rounded at 1000 by up to 2^-15 = 3e-5; the covariance of two such columns, of
    // variance 1/3, is off by about 3e-5/√2000, and by 1e-7 of the sums.
    #expect(zip(mean, movedMean).allSatisfy { abs($0 + 1000 - $1) < 1e-5 })
    #expect(covariance.distance(to: movedCovariance) < 1e-5)
    #expect(abs(covariance.trace / 5 - 1.0 / 3) < 0.02)
  }
}
