import Testing

@testable import Engine

@Suite struct RandomDrawsTests {
  private let count = 100_000

  /// Means of n values lie within 5 standard errors but once in 1.7 million seeds: for indices
  /// below 7 √4/√n, for uniform numbers √(1/12)/√n.
  @Test func drawsAreUniform() {
    var generator = SplitMix64(seed: 1)
    let indices = (0..<count).map { _ in generator.nextIndex(below: 7) }
    #expect(Set(indices) == Set(0..<7))
    let meanIndex = Double(indices.reduce(0, +)) / Double(count)
    #expect(abs(meanIndex - 3) < 5 * (4 / Double(count)).squareRoot())
    let uniform = (0..<count).map { _ in generator.nextUniform() }
    #expect(uniform.allSatisfy { $0 > 0 && $0 < 1 })
    let mean = uniform.reduce(0, +) / Double(count)
    #expect(abs(mean - 0.5) < 5 * (1 / (12 * Double(count))).squareRoot())
    #expect(KolmogorovSmirnov(uniform: uniform).pValue > 1e-6)
    #expect((0..<9).allSatisfy { _ in generator.nextIndex(below: 1) == 0 })
  }

  /// Of normal numbers Φ(x) is uniform.
  @Test func normalsAreNormal() {
    var generator = SplitMix64(seed: 2)
    let values = generator.normals(count)
    #expect(values.count == count)
    #expect(KolmogorovSmirnov(uniform: values.map(Distributions.normalCDF)).pValue > 1e-6)
    // Numbers of one pair are uncorrelated: their mean product has a standard error of √(2/n).
    let products = stride(from: 0, to: count, by: 2).map { values[$0] * values[$0 + 1] }
    let mean = products.reduce(0, +) / Double(products.count)
    #expect(abs(mean) < 5 * (2 / Double(count)).squareRoot())
  }

  /// The same of numbers by layers, which fill what they are asked to and no more.
  @Test func layeredNumbersAreNormal() {
    var generator = SplitMix64(seed: 5)
    var values = [Float](repeating: 9, count: count + 3)
    generator.fillNormals(&values, 1..<(count + 2))
    #expect(values[0] == 9 && values[count + 2] == 9 && values[count + 1] != 9)
    let drawn = values[1..<(count + 1)].map(Double.init)
    #expect(KolmogorovSmirnov(uniform: drawn.map(Distributions.normalCDF)).pValue > 1e-6)
    for distance in [1, 2] {
      let products = stride(from: 0, to: count - 2, by: 2).map { drawn[$0] * drawn[$0 + distance] }
      let mean = products.reduce(0, +) / Double(products.count)
      #expect(abs(mean) < 5 * (2 / Double(count)).squareRoot())
    }
  }

  /// Of four million numbers as many lie beyond each point, on either side, as should, to five standard errors: the points are
  /// inside the first layer, at its edge and in the tail behind the table.
  @Test func tailsAreThoseOfTheNormalDistribution() {
    let count = 4_000_000
    var generator = SplitMix64(seed: 6)
    var values = [Float](repeating: 0, count: count)
    generator.fillNormals(&values, 0..<count)
    for point in [0.1, 1, 2, 3, 3.654, 4, 4.5] {
      let share = 1 - Distributions.normalCDF(point)
      let error = 5 * (share * (1 - share) / Double(count)).squareRoot()
      let above = Double(values.count { Double($0) > point }) / Double(count)
      let below = Double(values.count { Double($0) < -point }) / Double(count)
      #expect(abs(above - share) < error, "above \(point)")
      #expect(abs(below - share) < error, "below -\(point)")
    }
    let square = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
    let fourth = values.reduce(0.0) { $0 + Double($1 * $1) * Double($1 * $1) } / Double(count)
    #expect(abs(square - 1) < 5 * (2 / Double(count)).squareRoot())
    #expect(abs(fourth - 3) < 5 * (96 / Double(count)).squareRoot())
  }

  @Test(arguments: [0, 1, 2, 7])
  func anyNumberOfNormalsIsDrawn(count: Int) {
    var generator = SplitMix64(seed: 3)
    #expect(generator.normals(count).count == count)
  }

  /// Each of the 6 orders of 3 has a share of 1/6; the standard error of it is √(5/36/n).
  @Test func everyOrderIsAsLikely() {
    var generator = SplitMix64(seed: 4)
    let draws = 20_000
    let orders = (0..<draws).map { _ in generator.permutation(of: 3) }
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      let share = Double(orders.count { $0 == order }) / Double(draws)
      #expect(abs(share - 1.0 / 6) < 5 * (5 / 36 / Double(draws)).squareRoot())
    }
    #expect(generator.permutation(of: 0).isEmpty)
    #expect(generator.permutation(of: 101).sorted() == Array(0..<101))
  }
}
