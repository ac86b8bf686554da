import Testing

@testable import Engine

@Suite struct WhiteningTests {
  @Test(arguments: [1, 2, 7, 40])
  func whitenedCovariancesAreTheIdentity(size: Int) throws {
    let covariance = DoubleMatrix.randomPositive(size, seed: 1)
    for shrinkage in [0, 0.1, 1] {
      let shrunk = shrunkCovariance(covariance, shrinkage: shrinkage)
      #expect(abs(shrunk.trace - covariance.trace) < 1e-11 * covariance.trace)
      let w = try #require(whitening(covariance, shrinkage: shrinkage))
      #expect(w == w.transposed())
      let result = DoubleMatrix.plainProduct(DoubleMatrix.plainProduct(w, shrunk), w)
      #expect(result.distance(to: .identity(size)) < 1e-11)
    }
  }

  @Test func aSingularCovarianceNeedsShrinkage() throws {
    let flat = DoubleMatrix(rows: 2, columns: 2, elements: [1, 1, 1, 1])
    #expect(whitening(flat, shrinkage: 0) == nil)
    #expect(whitening(DoubleMatrix(rows: 2, columns: 2), shrinkage: 0.5) == nil)
    // Eigenvalues 2 and 0 become 1.5 and 0.5.
    let w = try #require(whitening(flat, shrinkage: 0.5))
    #expect(abs(w.trace - (1 / 1.5.squareRoot() + 1 / 0.5.squareRoot())) < 1e-14)
  }
}
