import Foundation
import Testing

@testable import Engine

@Suite struct RowKernelsTests {
  /// Row 66 of the table of faults: squares of these elements vanish or overflow in `Float`.
  ///
  /// √4 = 2, and each element is one rounding of `Float` away from its decimal value; sum and root
  /// add a few roundings of `Double`, far below one of `Float`.
  @Test(arguments: [0x1p-133, 1e-30, 1, 1e30, 1e38] as [Float])
  func row66TinyAndHugeRowsHaveTheirNorm(scale: Float) {
    var row: [Float] = [scale, -scale, scale, scale]
    let norm = euclideanNorm(row.span)
    #expect(abs(norm - 2 * Double(scale)) <= 1e-14 * Double(scale))
    var elements = row.mutableSpan
    normalizeRows(&elements, width: 4)
    #expect(row == [0.5, -0.5, 0.5, 0.5])
  }

  /// Every element of a unit row is one rounding of `Float` from its exact value, so its square is
  /// within 2u, relatively, and so is the sum of squares; the norm is within u = ulp(1)/2.
  @Test(arguments: [1, 2, 7, 512, 1021])
  func normalizedRowsHaveLengthOne(width: Int) {
    var generator = SplitMix64(seed: UInt64(width))
    var row = Matrix.random(rows: 1, columns: width, using: &generator).elements
    var elements = row.mutableSpan
    normalizeRows(&elements, width: width)
    #expect(abs(euclideanNorm(row.span) - 1) <= Double(Float.ulpOfOne) / 2 * 1.001)
  }

  @Test func rowsOfLengthZeroStayAsTheyAre() {
    var row: [Float] = [0, -0, 0]
    var elements = row.mutableSpan
    normalizeRows(&elements, width: 3)
    #expect(row == [0, 0, 0])
    let empty: [Float] = []
    #expect(euclideanNorm(empty.span) == 0)
  }

  @Test func normsOfRowsThatAreNotFiniteAreNotFinite() {
    let rows: [[Float]] = [[1, .nan], [1, .infinity]]
    for row in rows { #expect(!euclideanNorm(row.span).isFinite) }
  }

  /// Sums of w terms in `Double` are within w·2^-53 of exact, relatively to the sum of magnitudes;
  /// with elements below 4 that is far below the 1e-12 allowed.
  @Test(arguments: [1, 2, 7, 64, 1021])
  func varianceIsThatOfThePopulation(width: Int) {
    var generator = SplitMix64(seed: 3)
    let row = (0..<width).map { _ in Float.random(in: 2..<4, using: &generator) }
    let mean = row.reduce(0.0) { $0 + Double($1) } / Double(width)
    let variance = row.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / Double(width)
    let found = meanAndVariance(row.span)
    #expect(abs(found.mean - mean) <= 1e-12)
    #expect(abs(found.variance - variance) <= 1e-12)
  }

  /// A large mean must not eat the variance: whole numbers here, so that all sums are exact.
  @Test func varianceDoesNotCancel() {
    let row: [Float] = [8_388_607, 8_388_609, 8_388_607, 8_388_609]
    let found = meanAndVariance(row.span)
    #expect(found.mean == 8_388_608)
    #expect(found.variance == 1)
  }
}
