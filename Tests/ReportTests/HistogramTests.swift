import Engine
import Foundation
import Testing

@testable import Report

@Suite struct HistogramTests {
  private static func values(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1.2...1.3, using: &generator) }
  }

  /// Compares with a loop over bins that asks every value.
  @Test(arguments: [0, 1, 97, 1000], [1, 7, 48])
  func binsCountWhatALoopCounts(count: Int, bins: Int) {
    let values = Self.values(count, seed: UInt64(count + bins)) + [.nan, 1, -1]
    let histogram = Histogram(values, in: -1...1, bins: bins)
    #expect(histogram.total == count + 2)
    #expect(
      histogram.below == values.count { $0 < -1 } && histogram.above == values.count { $0 > 1 })
    for bin in 0..<bins {
      let bounds = histogram.bounds(bin)
      let isLast = bin == bins - 1
      let counted = values.count { value in
        let number = Double(value)
        guard !value.isNaN else { return false }
        let place = Int((number + 1) * (Double(bins) / 2))
        return number >= -1 && number <= 1
          && (place == bin || (isLast && place == bins))
      }
      #expect(histogram.counts[bin] == counted, "bin \(bin)")
      #expect(abs(bounds.lowerBound - (-1 + 2 * Double(bin) / Double(bins))) <= 1e-12)
    }
    #expect(histogram.counts.reduce(histogram.below + histogram.above, +) == histogram.total)
  }

  /// Values at the very ends of bins, where a product rounds to either side.
  @Test(arguments: [3, 7, 11, 20, 49])
  func countsAreThoseBetweenTheEndsThatAreTold(bins: Int) {
    let (least, greatest): (Float, Float) = (0.017, 0.923)
    let domain = Double(least)...Double(greatest)
    let ends = Histogram([], in: domain, bins: bins)
    let values = (0..<bins).flatMap { bin -> [Float] in
      let end = Float(ends.bounds(bin).upperBound)
      return [end.nextDown, end, min(end.nextUp, greatest)]
    }
    let histogram = Histogram(values + [least], in: domain, bins: bins)
    for bin in 0..<bins {
      let bounds = histogram.bounds(bin)
      let counted = (values + [least]).count { value in
        let number = Double(value)
        return number >= bounds.lowerBound
          && (number < bounds.upperBound || (bin == bins - 1 && number == bounds.upperBound))
      }
      #expect(histogram.counts[bin] == counted, "bin \(bin)")
      #expect(bin == 0 || histogram.bounds(bin - 1).upperBound == bounds.lowerBound)
    }
    #expect(histogram.bounds(bins - 1).upperBound == domain.upperBound)
    #expect(histogram.below + histogram.above == 0)
  }

  @Test(arguments: [1, 2, 50, 333])
  func sharesAtOrBelowAreThoseOfALoop(count: Int) {
    let values = Self.values(count, seed: 9) + [.nan]
    let spread = Spread(values: values)
    #expect(spread.count == count)
    for place in stride(from: -1.5, through: 1.5, by: 0.05) {
      let loop = values.count { Double($0) <= place }
      #expect(spread.share(atOrBelow: place) == Double(loop) / Double(count))
    }
    for value in values.prefix(20) where !value.isNaN {
      let loop = values.count { $0 <= value }
      #expect(spread.share(atOrBelow: Double(value)) == Double(loop) / Double(count))
    }
  }

  @Test func quantilesLieBetweenTwoValues() {
    let spread = Spread(values: [4, 1, .nan, 2])
    #expect([0, 0.25, 0.5, 0.75, 1].map(spread.quantile) == [1, 1.5, 2, 3, 4])
    #expect(Spread(values: [.nan]).quantile(0.5) == nil)
  }

  @Test func betweenQuantilesSharesRiseEvenly() throws {
    let spread = try #require(Spread(quantiles: [1, 2, 4], shares: [0, 0.5, 1]))
    let places = [0.5, 1, 1.5, 2, 3, 4, 5]
    #expect(places.map(spread.share) == [0, 0, 0.25, 0.5, 0.75, 1, 1])
    #expect([0, 0.25, 0.5, 0.75, 1].map(spread.quantile) == [1, 1.5, 2, 3, 4])
    #expect(Spread(quantiles: [2, 1], shares: [0, 1]) == nil)
    #expect(Spread(quantiles: [1], shares: [0, 1]) == nil)
  }

  @Test func anAxisLeavesFewFarValuesOut() throws {
    let plain = Spread(values: (0...1000).map { Float($0) })
    #expect(Spread.domain(of: [plain]) == 0...1000)
    let far = Spread(values: (0...1000).map { Float($0) } + [1_000_000])
    let domain = try #require(Spread.domain(of: [far]))
    #expect(domain.lowerBound == 0 && domain.upperBound < 1100 && domain.upperBound > 1000)
    #expect(Spread.domain(of: [Spread(values: [])]) == nil)
    #expect(Spread.domain(of: [Spread(values: [2, 2])]) == 1.5...2.5)
    // A half does not change it.
    let great = try #require(Spread.domain(of: [Spread(values: [0x1p60, 0x1p60])]))
    #expect(great.lowerBound < 0x1p60 && great.upperBound > 0x1p60)
  }

  /// Every point is counted in the hexagon whose middle is nearest, by a loop over all middles.
  @Test(arguments: [1.0, 6, 11.5])
  func pointsBelongToTheNearestHexagon(radius: Double) {
    var generator = SplitMix64(seed: 4)
    let points = (0..<400).map { _ in
      (
        x: Double.random(in: 0...60, using: &generator),
        y: Double.random(in: 0...40, using: &generator)
      )
    }
    let bins = HexBins(points, radius: radius)
    #expect(bins.cells.reduce(0) { $0 + $1.count } == 400)
    var counts = [Int](repeating: 0, count: bins.cells.count)
    for point in points {
      let distances = bins.cells.map { hypot($0.x - point.x, $0.y - point.y) }
      let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? 0
      counts[nearest] += 1
      // No point is further from the middle than a corner.
      #expect(distances[nearest] <= radius + 1e-9)
    }
    #expect(counts == bins.cells.map(\.count))
    for cell in bins.cells {
      for corner in bins.corners(cell.x, cell.y) {
        #expect(abs(hypot(corner.x - cell.x, corner.y - cell.y) - radius) <= 1e-9)
      }
    }
  }

  @Test(arguments: [1, 2, 3, 6, 64, 100_000])
  func shadesRiseAndReachTheGreatestCount(greatest: Int) {
    let steps = DensityFigure.steps(greatest)
    #expect(steps.first == 1 && steps.count <= 6)
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
    #expect((steps.last ?? 0) <= greatest)
  }
}
