/// The bootstrap of a mean, or of a ratio of sums, over items that come in clusters.
///
/// The statistic is Σ xᵢ / Σ wᵢ; w = 1 makes it a mean. A replicate draws as many clusters as there
/// are, with replacement, and takes all items of each; items that are not independent of each other
/// (duplicate features, pictures of one source) belong in one cluster. Sums of clusters are formed
/// once. Source: Davison, Hinkley 1997, sections 2.4 and 3.8.
///
/// Of more than `groupLimit` clusters, random groups of them are drawn in their place, as many as that and of equal
/// numbers of clusters but for one. Clusters are independent of each other, so that intervals are as wide on average, and within
/// √(2/4096) = 2 % each, less than what the number of replicates leaves open.
public struct ClusterBootstrap: Sendable {
  /// The replicates where no number is stated.
  public static let usualReplicates = 2000

  /// The most clusters that are drawn one by one.
  public static let groupLimit = 4096

  /// The sums of x and of w in each cluster, in rising order of the cluster's id.
  private let sums: [SIMD2<Double>]

  /// Prepares a ratio.
  ///
  /// - Parameters:
  ///   - numerators: x of each item.
  ///   - denominators: w of each item, as many, none negative.
  ///   - clusters: The cluster of each item: any numbers, equal for items of one cluster. If nil,
  ///     each item is a cluster.
  public init(numerators: [Double], denominators: [Double], clusters: [Int]? = nil) {
    precondition(
      numerators.count == denominators.count
        && clusters?.count ?? numerators.count
          == numerators.count,
      "\(numerators.count) items, \(denominators.count) denominators")
    let items = zip(numerators, denominators).map { SIMD2($0, $1) }
    guard let clusters else {
      sums = items
      return
    }
    let order = clusters.indices.sorted { (clusters[$0], $0) < (clusters[$1], $1) }
    var sums: [SIMD2<Double>] = []
    for (place, item) in order.enumerated() {
      if place > 0, clusters[item] == clusters[order[place - 1]] {
        sums[sums.count - 1] += items[item]
      } else {
        sums.append(items[item])
      }
    }
    self.sums = sums
  }

  /// Prepares a mean.
  ///
  /// - Parameters:
  ///   - values: x of each item.
  ///   - clusters: The cluster of each item, as above.
  public init(values: [Double], clusters: [Int]? = nil) {
    self.init(
      numerators: values, denominators: [Double](repeating: 1, count: values.count),
      clusters: clusters)
  }

  /// The number of clusters.
  public var clusterCount: Int { sums.count }

  /// Σ x / Σ w of all items; NaN where Σ w is 0.
  public var estimate: Double {
    let total = sums.reduce(SIMD2(0, 0), +)
    return total[1] == 0 ? .nan : total[0] / total[1]
  }

  /// The variance of the replicates of a large sample, without drawing any: Σ (x_c - r w_c)² / (Σ w)² over
  /// clusters, r the estimate.
  ///
  /// Exactly the variance of all possible replicates where every w is 1 and each item is a cluster; else to
  /// first order in one over the number of clusters. Source: Davison, Hinkley 1997, section 2.7.2.
  public var variance: Double {
    let total = sums.reduce(SIMD2(0, 0), +)
    guard total[1] != 0 else { return .nan }
    let ratio = total[0] / total[1]
    let squares = sums.reduce(0.0) { sum, item in
      let rest = item[0] - ratio * item[1]
      return sum + rest * rest
    }
    return squares / (total[1] * total[1])
  }

  /// The statistic of resampled clusters.
  ///
  /// - Parameters:
  ///   - count: How many replicates.
  ///   - seed: Determines them, together with the clusters; the same for any number of workers.
  ///   - workers: The number of threads.
  /// - Returns: The replicates in rising order, less those in which Σ w is 0.
  /// - Complexity: Replicates times clusters, or groups of them.
  public func replicates(
    _ count: Int = usualReplicates, seed: UInt64, workers: Int = 1
  ) -> [Double] {
    Self.ratios(
      Self.totals(groupedSums, count: count, seed: seed, workers: workers).lazy.map {
        ($0[0], $0[1])
      })
  }

  /// The sums over what is drawn in each replicate.
  private static func totals<Sums: SIMD & Sendable>(
    _ sums: [Sums], count: Int, seed: UInt64, workers: Int
  ) -> [Sums] where Sums.Scalar == Double {
    guard !sums.isEmpty else { return [] }
    var generator = SplitMix64(seed: seed)
    let seeds = (0..<count).map { _ in generator.next() }
    return mapInParallel(count: count, workers: workers) { index in
      var generator = SplitMix64(seed: seeds[index])
      var total = Sums.zero
      for _ in sums.indices { total += sums[generator.nextIndex(below: sums.count)] }
      return total
    }
  }

  /// Ratios of sums in rising order, less those of nothing.
  private static func ratios(_ totals: some Sequence<(Double, Double)>) -> [Double] {
    totals.compactMap { $1 == 0 ? nil : $0 / $1 }.filter { !$0.isNaN }.sorted()
  }

  /// The sums of what is drawn: of clusters, or of groups of them.
  private var groupedSums: [SIMD2<Double>] {
    guard sums.count > Self.groupLimit else { return sums }
    // The same groups for all statistics of as many clusters.
    var generator = SplitMix64(seed: UInt64(sums.count))
    var groups = [SIMD2<Double>](repeating: SIMD2(0, 0), count: Self.groupLimit)
    for (place, cluster) in sums.indices.shuffled(using: &generator).enumerated() {
      groups[place % Self.groupLimit] += sums[cluster]
    }
    return groups
  }

  /// The statistic with its percentile interval: the α/2 and 1 − α/2 quantiles of the replicates.
  ///
  /// - Parameters:
  ///   - confidence: 1 − α, above 0 and below 1.
  ///   - replicates: How many replicates.
  ///   - seed: Determines the replicates.
  ///   - workers: The number of threads.
  /// - Returns: NaN throughout where there are no items.
  public func interval(
    confidence: Double = IntervalEstimate.usualConfidence, replicates: Int = usualReplicates,
    seed: UInt64,
    workers: Int = 1
  ) -> IntervalEstimate {
    interval(
      of: self.replicates(replicates, seed: seed, workers: workers), confidence: confidence)
  }

  private func interval(of sorted: [Double], confidence: Double) -> IntervalEstimate {
    precondition(confidence > 0 && confidence < 1, "a confidence of \(confidence)")
    return IntervalEstimate(
      estimate: estimate,
      lower: interpolatedQuantile(ofSorted: sorted, share: (1 - confidence) / 2),
      upper: interpolatedQuantile(ofSorted: sorted, share: (1 + confidence) / 2))
  }

  /// The statistics of items in the same clusters with their intervals: the same as one by one, of clusters that are drawn
  /// once for four of them.
  ///
  /// - Parameters:
  ///   - parts: The statistics, all of the same clusters.
  ///   - confidence: As for one.
  ///   - replicates: As for one.
  ///   - seed: Determines the replicates of all.
  ///   - workers: The number of threads.
  /// - Returns: As many.
  static func intervals(
    _ parts: [ClusterBootstrap], confidence: Double = IntervalEstimate.usualConfidence,
    replicates: Int = usualReplicates, seed: UInt64, workers: Int = 1
  ) -> [IntervalEstimate] {
    let count = parts.first?.clusterCount ?? 0
    precondition(
      parts.allSatisfy { $0.clusterCount == count }, "statistics of different clusters")
    return stride(from: 0, to: parts.count, by: 4).flatMap { first in
      let parts = parts[first..<min(first + 4, parts.count)]
      let sums = parts.map(\.groupedSums)
      let joined = (sums.first ?? []).indices.map { cluster in
        var all = SIMD8<Double>.zero
        for (part, sums) in sums.enumerated() {
          all[2 * part] = sums[cluster][0]
          all[2 * part + 1] = sums[cluster][1]
        }
        return all
      }
      let totals = totals(joined, count: replicates, seed: seed, workers: workers)
      return parts.enumerated().map { place, part in
        part.interval(
          of: ratios(totals.lazy.map { ($0[2 * place], $0[2 * place + 1]) }),
          confidence: confidence)
      }
    }
  }
}
