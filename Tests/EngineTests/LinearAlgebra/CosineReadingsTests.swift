import Foundation
import Testing

@testable import Engine

@Suite struct CosineReadingsTests {
  /// The extremes of rows that come in parts, as places.
  private func extremes(
    _ scores: [Float], capacity: Int, partSize: Int
  ) -> (top: [Int32], bottom: [Int32]) {
    var readings = CosineReadings(
      rows: 3, topCapacity: capacity, bottomCapacity: capacity, scale: 100)
    for first in stride(from: 0, to: scores.count, by: partSize) {
      let end = min(first + partSize, scores.count)
      var products = Array(scores[first..<end])
      readings.add(&products, factor: 1, first: first, to: 1)
    }
    let kept = capacity..<(capacity + min(capacity, scores.count))
    #expect(readings.top[kept].map { $0 } == readings.topPlaces[kept].map { scores[Int($0)] })
    #expect(
      readings.bottom[kept].map { -$0 } == readings.bottomPlaces[kept].map { scores[Int($0)] })
    return (Array(readings.topPlaces[kept]), Array(readings.bottomPlaces[kept]))
  }

  private func expected(_ scores: [Float], capacity: Int) -> (top: [Int32], bottom: [Int32]) {
    let top = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    let bottom = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
    return (top.prefix(capacity).map { Int32($0) }, bottom.prefix(capacity).map { Int32($0) })
  }

  @Test(arguments: [1, 2, 5, 63, 64, 97, 256, 1000, 2500], [1, 2, 10, 64, 65, 300])
  func extremesAreThoseOfAStableSort(count: Int, capacity: Int) {
    var generator = SplitMix64(seed: 5)
    // Few distinct scores, so that there are many ties; then as good as none alike.
    let ties = (0..<count).map { _ in Float(Int.random(in: 0..<7, using: &generator)) - 3 }
    let distinct = (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
    for scores in [ties, distinct, ties.sorted(), distinct.sorted(), distinct.sorted().reversed()] {
      let expected = expected(scores, capacity: capacity)
      for partSize in [1024, 256, 17] {
        let found = extremes(scores, capacity: capacity, partSize: partSize)
        #expect(found.top == expected.top, "parts of \(partSize)")
        #expect(found.bottom == expected.bottom, "parts of \(partSize)")
      }
    }
  }

  /// A row in parts has the moments and the partition of the row: sums in `Double` of the same
  /// numbers, so the rounding of some hundred additions, and exponentials within 2e-7 of theirs.
  @Test(arguments: [1, 16, 100, 1024])
  func partsJoinToTheWhole(partSize: Int) {
    var generator = SplitMix64(seed: 6)
    let row = (0..<2000).map { _ in Float.random(in: -0.1...0.4, using: &generator) }
    var readings = CosineReadings(rows: 1, topCapacity: 3, bottomCapacity: 3, scale: 50)
    for first in stride(from: 0, to: row.count, by: partSize) {
      let end = min(first + partSize, row.count)
      var products = Array(row[first..<end])
      readings.add(&products, factor: 1, first: first, to: 0)
    }
    let exact = LensOracle.reading(row.map(Double.init), logitScale: 50)
    let moments = readings.moments(of: 0)
    #expect(abs(moments.mean - exact.mean) < 1e-14)
    #expect(abs(moments.variance - exact.sd * exact.sd) < 1e-14)
    #expect(abs(moments.skewness - exact.skewness) < 1e-11)
    #expect(abs(moments.kurtosis - exact.kurtosis) < 1e-11)
    let partition = readings.partition(of: 0)
    let logarithm = log(partition.sum) + 50 * Double(readings.top[0])
    #expect(abs(logarithm - exact.logPartition) < 4e-6)
    #expect(abs(log(partition.sum) - partition.meanExponent - exact.entropy) < 1e-5)
    for end in [CosineReadings.End.top, .bottom] {
      var probabilities = [Float](repeating: 0, count: 3)
      var span = probabilities.mutableSpan
      readings.writeProbabilities(of: end, rows: [0], from: 0, scale: 50, count: 3, into: &span)
      let order = end == .top ? exact.order : exact.order.reversed()
      for (found, label) in zip(probabilities, order) {
        #expect(abs(Double(found) / exact.probabilities[label] - 1) < 4e-6)
      }
    }
  }

  /// The polynomial, the reduction and the last multiplication of an exponential round by about one
  /// unit in the last place together, 2^-23 = 1.2e-7; its argument is exact here.
  @Test(arguments: [1, 17])
  func everyExponentialIsWithinTwoUnitsOfTheLastPlace(count: Int) {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<500 {
      let cosine = Float.random(in: -87...0, using: &generator)
      var readings = CosineReadings(rows: 1, topCapacity: 1, bottomCapacity: 1, scale: 1)
      var row = [Float](repeating: cosine, count: count) + [0]
      readings.add(&row, factor: 1, first: 0, to: 0)
      let exact = exp(Double(cosine)) * Double(count)
      let found = readings.partition(of: 0)
      #expect(abs(found.sum - 1 - exact) <= 2e-7 * exact + 0x1p-50, "exp \(cosine)")
      let product = Double(cosine) * exact
      let foundProduct = found.meanExponent * found.sum
      #expect(abs(foundProduct - product) <= 3e-7 * abs(product) + 0x1p-50, "exp \(cosine)")
    }
  }

  /// The exponent x, a difference and a product, is rounded twice, which moves its exponential by
  /// 2·|x|·2^-24; the sum with the 1 of the best is rounded to 2^-53.
  @Test func exponentsAreRoundedTwice() {
    var generator = SplitMix64(seed: 9)
    for _ in 0..<500 {
      let cosine = Float.random(in: -0.5...0.3, using: &generator)
      var readings = CosineReadings(rows: 1, topCapacity: 1, bottomCapacity: 1, scale: 50)
      var row = [cosine, 0.3]
      readings.add(&row, factor: 1, first: 0, to: 0)
      let exponent = 50 * (Double(cosine) - Double(Float(0.3)))
      let error = readings.partition(of: 0).sum - 1 - exp(exponent)
      #expect(
        abs(error) <= (2 + 1.2 * abs(exponent)) * 1e-7 * exp(exponent) + 0x1p-52, "exp \(exponent)")
    }
  }

  @Test func exponentialsBelowTheNormalNumbersAreNothing() {
    var readings = CosineReadings(rows: 1, topCapacity: 1, bottomCapacity: 1, scale: 1)
    var row: [Float] = [0, -88, -1e30, -3e38]
    readings.add(&row, factor: 1, first: 0, to: 0)
    #expect(readings.partition(of: 0).sum == 1 && readings.partition(of: 0).meanExponent == 0)
  }

  @Test func theFactorMakesCosinesOfProducts() {
    var readings = CosineReadings(rows: 1, topCapacity: 2, bottomCapacity: 1, scale: 1)
    var products: [Float] = [2, -6, 4]
    readings.add(&products, factor: 0.125, first: 40, to: 0)
    #expect(readings.top == [0.5, 0.25] && readings.topPlaces == [42, 40])
    #expect(readings.bottom == [0.75] && readings.bottomPlaces == [41])
    #expect(readings.moments(of: 0).mean == 0)
    #expect(products == [0, 0, 0])
    readings.removeAll()
    products = [2, -6, 4]
    readings.add(&products, factor: 1, first: 0, to: 0)
    #expect(readings.top == [4, 2] && readings.topPlaces == [2, 0])
  }

  /// Products before and behind a range are left alone, at any place and of any length.
  @Test(arguments: [1, 15, 16, 17, 64, 100, 1024])
  func onlyARangeIsReadAndCleared(count: Int) {
    let row = (0..<(count + 40)).map { Float($0 % 23) - 11 }
    var products = row
    var readings = CosineReadings(rows: 1, topCapacity: 1, bottomCapacity: 1, scale: 1)
    var span = products.mutableSpan
    readings.add(&span, in: 20..<(20 + count), factor: 1, first: 0, to: 0)
    #expect(readings.top[0] == row[20..<(20 + count)].max())
    #expect(products == row[..<20] + [Float](repeating: 0, count: count) + row[(20 + count)...])
  }
}

extension CosineReadings {
  /// Adds all products of an array.
  fileprivate mutating func add(
    _ products: inout [Float], factor: Float, first: Int, to row: Int
  ) {
    let range = products.indices
    var span = products.mutableSpan
    add(&span, in: range, factor: factor, first: first, to: row)
  }
}
