import Testing

@testable import Engine

@Suite struct ClusterBootstrapTests {
  @Test func resultsAreTheSameForAnyNumberOfThreads() {
    var generator = SplitMix64(seed: 1)
    let values = generator.normals(101)
    let clusters = (0..<101).map { $0 % 13 }
    let bootstrap = ClusterBootstrap(values: values, clusters: clusters)
    let one = bootstrap.replicates(200, seed: 5, workers: 1)
    #expect(bootstrap.replicates(200, seed: 5, workers: 3) == one)
    #expect(bootstrap.replicates(200, seed: 6, workers: 1) != one)
    #expect(one == one.sorted())
  }

  /// Replicates of a mean of n values have a standard deviation of σ/√n, σ that of the sample.
  ///
  /// From 4,000 replicates it is known to 1/√(2 · 4000), 1.1 %. Ends of the 95 % interval
  /// lie at ± 1.96 of it, to about 4 %.
  @Test func intervalOfAMeanIsThatOfTheNormalDistribution() {
    var generator = SplitMix64(seed: 2)
    let values = generator.normals(400)
    let mean = values.reduce(0, +) / 400
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 400
    let error = (variance / 400).squareRoot()
    let bootstrap = ClusterBootstrap(values: values)
    let replicates = bootstrap.replicates(4000, seed: 3)
    let center = replicates.reduce(0, +) / 4000
    let spread = (replicates.map { ($0 - center) * ($0 - center) }.reduce(0, +) / 4000).squareRoot()
    #expect(abs(spread / error - 1) < 5 / (8000.0).squareRoot())
    let interval = bootstrap.interval(replicates: 4000, seed: 3)
    #expect(abs(interval.estimate - mean) < 1e-15)
    #expect(abs((mean - interval.lower) / error - 1.96) < 0.2)
    #expect(abs((interval.upper - mean) / error - 1.96) < 0.2)
  }

  /// Groups of many clusters: the spread stays that of the clusters, to 2.2 % for the groups and 1.6 % for 2,000 replicates.
  @Test(arguments: [4097, 30_000])
  func groupsOfManyClustersKeepTheSpread(count: Int) {
    var generator = SplitMix64(seed: 12)
    let values = generator.normals(2 * count).map { $0 * $0 }
    let bootstrap = ClusterBootstrap(
      values: values, clusters: (0..<(2 * count)).map { $0 / 2 })
    #expect(bootstrap.clusterCount == count)
    let error = bootstrap.variance.squareRoot()
    let interval = bootstrap.interval(seed: 3)
    #expect(abs(interval.estimate - values.reduce(0, +) / Double(2 * count)) < 1e-12)
    #expect(abs((interval.estimate - interval.lower) / error - 1.96) < 0.25)
    #expect(abs((interval.upper - interval.estimate) / error - 1.96) < 0.25)
    let replicates = bootstrap.replicates(seed: 3)
    let centre = replicates.reduce(0, +) / Double(replicates.count)
    let squares = replicates.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    let spread = (squares / Double(replicates.count)).squareRoot()
    #expect(abs(spread / error - 1) < 0.1)
    #expect(bootstrap.replicates(50, seed: 3, workers: 3) == bootstrap.replicates(50, seed: 3))
  }

  /// 50 clusters of 8 equal values are 50 values: the interval is that of the 50.
  @Test func clustersAreDrawnWhole() {
    var generator = SplitMix64(seed: 4)
    let values = generator.normals(50)
    let plain = ClusterBootstrap(values: values).interval(seed: 9)
    let repeated = (0..<400).map { values[$0 % 50] }
    let clustered = ClusterBootstrap(values: repeated, clusters: (0..<400).map { $0 % 50 })
    #expect(clustered.clusterCount == 50)
    let interval = clustered.interval(seed: 9)
    #expect(abs(interval.estimate - plain.estimate) < 1e-14)
    #expect(abs(interval.lower - plain.lower) < 1e-14)
    #expect(abs(interval.upper - plain.upper) < 1e-14)
    let treatedAsItems = ClusterBootstrap(values: repeated).interval(seed: 9)
    #expect(
      (treatedAsItems.upper - treatedAsItems.lower) < 0.6 * (interval.upper - interval.lower))
  }

  @Test func theOrderOfItemsAndTheNamesOfClustersDoNotMatter() {
    let a = ClusterBootstrap(values: [1, 2, 3, 4], clusters: [7, -1, 7, 9])
    let b = ClusterBootstrap(values: [4, 3, 1, 2], clusters: [2, 1, 1, 0])
    #expect(a.replicates(50, seed: 1) == b.replicates(50, seed: 1))
  }

  @Test func aRatioIsOfSums() {
    let bootstrap = ClusterBootstrap(numerators: [1, 5, 0], denominators: [2, 10, 0])
    #expect(bootstrap.estimate == 0.5)
    let replicates = bootstrap.replicates(300, seed: 1)
    // Where only the third item was drawn, once in 27, there is no ratio.
    #expect(replicates.count < 300 && replicates.count > 250)
    #expect(replicates.allSatisfy { $0 == 0.5 })
  }

  @Test func fewItems() {
    let none = ClusterBootstrap(values: []).interval(seed: 1)
    #expect(none.estimate.isNaN && none.lower.isNaN && none.upper.isNaN)
    let one = ClusterBootstrap(values: [3]).interval(seed: 1)
    #expect(one == IntervalEstimate(estimate: 3, lower: 3, upper: 3))
  }

  /// The variance of 20,000 replicates has a relative deviation of about √(2/20000) = 1 %; of 200 clusters
  /// of uneven sizes the first order is within 2 %.
  @Test(arguments: [false, true])
  func theVarianceIsThatOfManyReplicates(isClustered: Bool) {
    let values = (0..<600).map { Double(($0 * $0) % 7 < 2 ? 1 : 0) }
    let clusters = (0..<600).map { $0 % 3 == 0 ? $0 % 100 : $0 % 100 + 100 }
    let items = ClusterBootstrap(values: values, clusters: isClustered ? clusters : nil)
    let replicates = items.replicates(20_000, seed: 8, workers: 2)
    let mean = replicates.reduce(0, +) / 20_000
    let variance = replicates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
    #expect(abs(items.variance / variance - 1) <= 0.06)
    #expect(ClusterBootstrap(values: []).variance.isNaN)
  }

  /// Statistics of the same clusters that are drawn together are those that are drawn alone, to the last bit.
  @Test(arguments: [(30, 30), (300, 40), (9000, 9000)])
  func statisticsTogetherAreThoseAlone(items: Int, clusters: Int) {
    var generator = SplitMix64(seed: 31)
    let ids = (0..<items).map { $0 % clusters }
    let parts = (0..<6).map { part in
      let values = generator.normals(items)
      let isRatio = part == 4
      return ClusterBootstrap(
        numerators: part == 5 ? values.map { _ in .nan } : values,
        denominators: (0..<items).map { isRatio ? Double($0 % 3) : 1 }, clusters: ids)
    }
    let together = ClusterBootstrap.intervals(parts, replicates: 200, seed: 5, workers: 3)
    #expect(together.count == parts.count)
    for (part, found) in zip(parts, together) {
      let alone = part.interval(replicates: 200, seed: 5, workers: 1)
      let figures = [found, alone].map { [$0.estimate, $0.lower, $0.upper].map(\.bitPattern) }
      #expect(figures[0] == figures[1])
    }
    #expect(ClusterBootstrap.intervals([], seed: 1).isEmpty)
  }
}
