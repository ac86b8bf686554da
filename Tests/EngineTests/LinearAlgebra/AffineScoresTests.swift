@testable import Engine
import Foundation
import Testing

@Suite struct AffineScoresTests {
  /// A row of `count` products with its scores' vectors.
  private struct Sample {
    let scores: AffineScores
    let products: [Float]
    let row: AffineScores.Row

    init(count: Int, seed: UInt64) {
      var generator = SplitMix64(seed: seed)
      func vector() -> [Double] {
        (0..<count).map { _ in Double(Float.random(in: -1...1, using: &generator)) }
      }
      scores = AffineScores(slopes: vector(), shifts: vector(), constants: vector())
      products = vector().map { Float($0) }
      row = AffineScores.Row(
        factor: Float.random(in: 0...1, using: &generator),
        shift: Float.random(in: -1...1, using: &generator))
    }

    /// The scores by the definition.
    var exact: [Double] {
      products.indices.map { j in
        Double(scores.slopes[j]) * Double(row.factor) * Double(products[j])
          - Double(row.shift) * Double(scores.shifts[j]) + Double(scores.constants[j])
      }
    }

    /// The scores as they are computed.
    var written: [Float] {
      var result = [Float](repeating: .nan, count: products.count + 2)
      var span = result.mutableSpan
      scores.write(products.span, row: row, into: &span, at: 1)
      #expect(result[0].isNaN && result[products.count + 1].isNaN)
      return Array(result[1...products.count])
    }
  }

  /// Three terms of at most 1 are multiplied and added with a handful of roundings, each of at most
  /// ulp(4)/2.
  @Test(arguments: [1, 2, 15, 16, 17, 31, 33, 97, 1000, 1024])
  func scoresAreTheirDefinition(count: Int) {
    let sample = Sample(count: count, seed: UInt64(count))
    for (score, exact) in zip(sample.written, sample.exact) {
      #expect(abs(Double(score) - exact) <= 8 * Double(Float.ulpOfOne))
    }
  }

  @Test(arguments: [1, 2, 15, 16, 17, 31, 33, 97, 1000, 1024])
  func theBestIsTheFirstOfTheGreatest(count: Int) {
    let sample = Sample(count: count, seed: UInt64(2 * count))
    let written = sample.written
    let (label, score) = sample.scores.best(sample.products.span, row: sample.row)
    #expect(score == written.max())
    #expect(Int(label) == written.firstIndex(of: score))
  }

  @Test(arguments: [1, 16, 33, 1000])
  func theNumberAboveABoundIsExact(count: Int) {
    let sample = Sample(count: count, seed: UInt64(3 * count))
    let written = sample.written
    for bound in written {
      #expect(
        sample.scores.count(above: bound, sample.products.span, row: sample.row)
          == written.count { $0 > bound })
    }
  }

  @Test func ofEqualScoresTheLowestLabelIsBest() {
    let scores = AffineScores(
      slopes: [Double](repeating: 1, count: 40), shifts: [Double](repeating: 0, count: 40),
      constants: [Double](repeating: 0, count: 40))
    for first in 0..<40 {
      let products = (0..<40).map { Float($0 < first ? 0 : 1) }
      #expect(scores.best(products.span, row: .init(shift: 5)).label == Int32(first))
    }
    let lowest = [Float](repeating: -.infinity, count: 40)
    #expect(scores.best(lowest.span, row: .init()).score == -.infinity)
  }

  @Test func noLabelsHaveNoBest() {
    let scores = AffineScores(slopes: [], shifts: [], constants: [])
    let none: [Float] = []
    #expect(scores.best(none.span, row: .init()).label == -1)
    #expect(scores.count(above: 0, none.span, row: .init()) == 0)
  }

  /// A relative error of (2 + 1.2 |e|)·1e-7 with exponents e down to -40; the sum is in `Double`.
  @Test(arguments: [1, 15, 16, 33, 1000])
  func exponentialsAreTheirDefinition(count: Int) {
    var generator = SplitMix64(seed: 5)
    let source = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    var target = [Float](repeating: .nan, count: count)
    var span = target.mutableSpan
    let sum = writeExponentials(of: source.span, scale: 20, offset: 1, into: &span, at: 0)
    for (x, e) in zip(source, target) {
      let exact = exp(20 * (Double(x) - 1))
      #expect(abs(Double(e) - exact) <= 50e-7 * exact)
    }
    #expect(abs(sum - target.reduce(0.0) { $0 + Double($1) }) <= 1e-12 * sum)
  }
}
