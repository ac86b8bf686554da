import Testing

@testable import Engine

@Suite struct LayerNormTests {
  /// Everything but the last step is done in `Double`, so the result is the exact value with one
  /// rounding of `Float`: half an ulp, and 1e-12 for what `Double` adds.
  @Test(arguments: [1, 2, 7, 15, 16, 17, 101, 768])
  func layerNormMatchesItsDefinition(width: Int) {
    var generator = SplitMix64(seed: 5)
    let x = Matrix.random(rows: 3, columns: width, using: &generator)
    let weight = Matrix.random(rows: 1, columns: width, using: &generator).elements
    let bias = Matrix.random(rows: 1, columns: width, using: &generator).elements
    var y = [Float](repeating: 7, count: 4 * width)
    layerNorm(x.elements, rows: 3, weight: weight, bias: bias, epsilon: 1e-5, into: &y)
    for i in 0..<3 {
      let row = x.row(i).map(Double.init)
      let mean = row.reduce(0, +) / Double(width)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      for j in 0..<width {
        let exact =
          (row[j] - mean) / (variance + 1e-5).squareRoot() * Double(weight[j]) + Double(bias[j])
        #expect(abs(Double(y[i * width + j]) - exact) <= Double(Float(exact).ulp) / 2 + 1e-12)
      }
    }
    #expect(y[(3 * width)...].allSatisfy { $0 == 7 })
  }

  /// A large mean must not eat the variance: whole numbers here, so that all sums are exact.
  @Test func theVarianceDoesNotCancel() {
    let row = (0..<32).map { Float(8_388_608 + ($0 % 2 == 0 ? -1 : 1)) }
    var y = row
    let ones = [Float](repeating: 1, count: 32)
    layerNorm(row, rows: 1, weight: ones, bias: ones, epsilon: 0, into: &y)
    #expect(y == (0..<32).map { $0 % 2 == 0 ? 0 : 2 })
  }

  @Test(arguments: [1, 15, 16, 17, 101])
  func rowsAndBiasAreAdded(width: Int) {
    var generator = SplitMix64(seed: 6)
    let source = Matrix.random(rows: 3, columns: width, using: &generator).elements
    let bias = Matrix.random(rows: 1, columns: width, using: &generator).elements
    let before = Matrix.random(rows: 4, columns: width, using: &generator).elements
    var target = before
    addRows(source, rows: 3, bias: bias, to: &target)
    #expect(
      target
        == before.indices.map { i in
          i < 3 * width ? before[i] + (source[i] + bias[i % width]) : before[i]
        })
  }

  @Test func noRowsChangeNothing() {
    var target: [Float] = [3]
    addRows([], rows: 0, bias: [1], to: &target)
    layerNorm([], rows: 0, weight: [1], bias: [1], epsilon: 1, into: &target)
    #expect(target == [3])
  }
}
