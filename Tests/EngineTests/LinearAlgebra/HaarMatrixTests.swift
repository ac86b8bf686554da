@testable import Engine
import Testing

@Suite struct HaarMatrixTests {
  /// Rounding to `Float` leaves n ulp/2 in an inner product of unit rows at most.
  @Test(arguments: [1, 2, 3, 16, 31, 97])
  func rowsAreOrthonormal(size: Int) {
    var generator = SplitMix64(seed: UInt64(size))
    let matrix = HaarMatrix.random(size: size, using: &generator)
    for i in 0..<size {
      for k in 0...i {
        let product = (0..<size).reduce(0.0) {
          $0 + Double(matrix[i, $1]) * Double(matrix[k, $1])
        }
        #expect(
          abs(product - (i == k ? 1 : 0)) <= Double(size) * Double(Float.ulpOfOne),
          "rows \(i) and \(k)")
      }
    }
  }

  @Test func noRowsAreAMatrixToo() {
    var generator = SplitMix64(seed: 0)
    #expect(HaarMatrix.random(size: 0, using: &generator).elements.isEmpty)
  }

  /// Compares moments with those of uniform orthogonal matrices.
  ///
  /// Of n dimensions, every element has mean 0, second moment 1/n and fourth moment 3/(n (n + 2)), and
  /// the trace mean 0 and variance 1; elements in one row or column have products of mean 0. With N matrices each mean of N numbers of deviation s is within 4.5 s/√N
  /// of its own in all of some 200 comparisons but once in 700 runs; the seed is fixed.
  @Test func momentsAreThoseOfTheUniformDistribution() {
    let (size, count) = (5, 4000)
    var generator = SplitMix64(seed: 9)
    var (sums, squares, fourths) = (
      [Double](repeating: 0, count: 25), [Double](repeating: 0, count: 25),
      [Double](repeating: 0, count: 25)
    )
    var (trace, traceSquare, neighbours, determinants) = (0.0, 0.0, 0.0, 0)
    for _ in 0..<count {
      let elements = HaarMatrix.random(size: size, using: &generator).elements.map(Double.init)
      for index in 0..<25 {
        sums[index] += elements[index]
        squares[index] += elements[index] * elements[index]
        fourths[index] += elements[index] * elements[index] * elements[index] * elements[index]
      }
      let diagonal = (0..<size).reduce(0.0) { $0 + elements[$1 * size + $1] }
      trace += diagonal
      traceSquare += diagonal * diagonal
      neighbours += elements[0] * elements[1] + elements[0] * elements[size]
      determinants += determinant(elements, size: size) > 0 ? 1 : 0
    }
    let n = Double(count)
    let fourth = 3 / (5.0 * 7)
    let bound = 4.5 / n.squareRoot()
    for index in 0..<25 {
      #expect(abs(sums[index] / n) <= bound * 0.2.squareRoot(), "element \(index)")
      #expect(abs(squares[index] / n - 0.2) <= bound * (fourth - 0.04).squareRoot())
      // E x⁸ = 105 / (5 · 7 · 9 · 11).
      #expect(
        abs(fourths[index] / n - fourth)
          <= bound * (105 / (5.0 * 7 * 9 * 11) - fourth * fourth).squareRoot())
    }
    #expect(abs(trace / n) <= bound)
    // E trace⁴ = 3 for orthogonal matrices of more than three dimensions.
    #expect(abs(traceSquare / n - 1) <= bound * 2.0.squareRoot())
    #expect(abs(neighbours / n) <= bound * (2 * fourth).squareRoot())
    #expect(abs(Double(determinants) / n - 0.5) <= bound * 0.5)
  }

  /// By elimination with pivots.
  private func determinant(_ elements: [Double], size: Int) -> Double {
    var (a, result) = (elements, 1.0)
    for k in 0..<size {
      let pivot = (k..<size).max { abs(a[$0 * size + k]) < abs(a[$1 * size + k]) } ?? k
      if pivot != k {
        for j in 0..<size { a.swapAt(k * size + j, pivot * size + j) }
        result = -result
      }
      result *= a[k * size + k]
      for i in (k + 1)..<size {
        let factor = a[i * size + k] / a[k * size + k]
        for j in k..<size { a[i * size + j] -= factor * a[k * size + j] }
      }
    }
    return result
  }
}
