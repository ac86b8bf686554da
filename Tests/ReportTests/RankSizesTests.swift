import Foundation
import Testing

@testable import Report

@Suite struct RankSizesTests {
  @Test func namesAreCountedByLabel() {
    #expect(RankSizes.counts([0, 2, 2, -1, 9, 0, 2], labelCount: 4) == [2, 0, 3, 0])
    #expect(RankSizes.sorted([0, 2, 5, 0, 2]) == [5, 2, 2])
  }

  @Test func equalCountsAreOneLine() {
    let points = RankSizes.points([5, 2, 2, 2, 2, 1])
    #expect(points.map(\.x) == [1, 2, 5, 6] && points.map(\.y) == [5, 2, 2, 1])
    #expect(RankSizes.points([]).isEmpty)
  }

  /// Compares with sums of Poisson's probabilities, each by its definition.
  @Test(arguments: [(20, 10), (2560, 1870), (5, 1000), (65_536, 1000)])
  func chanceIsPoissons(features: Int, labels: Int) {
    let mean = Double(features) / Double(labels)
    let points = RankSizes.chance(features: features, labels: labels)
    #expect(points.last?.y == 1)
    for point in points {
      let below = (0..<Int(point.y)).reduce(0.0) { sum, count in
        sum + exp(-mean + Double(count) * log(mean) - lgamma(Double(count) + 1))
      }
      let rank = max(1, Double(labels) * (1 - below))
      #expect(abs(point.x - rank) <= 1e-6 * Double(labels))
    }
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x && $0.y > $1.y })
    #expect(RankSizes.chance(features: 0, labels: 5).isEmpty)
  }

  /// However many features a label may have, the curve has few points, and the ends are among them.
  @Test(arguments: [(1_000_000, 2), (1_000_000, 10), (10_000_000, 1000)])
  func curvesOfManyFeaturesAreShort(features: Int, labels: Int) {
    let points = RankSizes.chance(features: features, labels: labels)
    #expect(points.count < 2000 && points.last?.y == 1)
    #expect(points[0].y > Double(features) / Double(labels))
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.x <= $1.x && $0.y > $1.y })
  }
}
