/// Counts over splits and clusters of features, from which shares and their intervals are made.
struct CeilingTable: Sendable {
  /// Counts over some splits and clusters.
  struct Sums: Sendable {
    /// Counts, in the order of `CeilingTable.counts(of:)`.
    var counts: [Double]

    /// The share of features with the same best class by both halves.
    var reliability: Double { counts[1] / counts[0] }
    /// The share of features whose true class is known.
    var knowledge: Double { counts[start(isKnown: true)] / counts[start(isKnown: false)] }

    /// The share of features that the lens gives their true class.
    func agreement(isKnown: Bool) -> Double {
      counts[start(isKnown: isKnown) + 1] / counts[start(isKnown: isKnown)]
    }

    /// The share of features that prototypes give their true class.
    func prototypeAgreement(_ size: Int, isKnown: Bool) -> Double {
      counts[start(isKnown: isKnown) + 2 + size] / counts[start(isKnown: isKnown)]
    }

    /// The share that prototypes of ever more pictures give.
    func ceiling(_ weights: [Double], isKnown: Bool) -> Double {
      guard weights.count > 1 else { return .nan }
      return weights.indices.reduce(0) {
        $0 + weights[$1] * prototypeAgreement($1, isKnown: isKnown)
      }
    }

    /// Where the counts of all features, or of those whose class is known, begin.
    private func start(isKnown: Bool) -> Int { isKnown ? (counts.count + 2) / 2 : 2 }
  }

  /// Counts of each cluster and split, [clusters, splits · width].
  private let counts: Matrix
  private let splitCount: Int
  /// The counts of one split.
  private let width: Int

  /// The mean of 1/m over classes and splits for each size of prototypes.
  let meanInverses: [Double]

  /// Counts outcomes.
  ///
  /// - Parameters:
  ///   - outcomes: What each split says of each feature; at least one.
  ///   - clusters: The cluster of each feature.
  init(_ outcomes: [SplitOutcome], clusters: [Int]) {
    let sizeCount = outcomes[0].sizes.count
    splitCount = outcomes.count
    width = 2 + 2 * (2 + sizeCount)
    meanInverses = (0..<sizeCount).map { size in
      outcomes.reduce(0) { $0 + $1.meanInverses[size] } / Double(outcomes.count)
    }
    var places: [Int: Int] = [:]
    for cluster in clusters where places[cluster] == nil { places[cluster] = places.count }
    var counts = Matrix(rows: places.count, columns: splitCount * width)
    for (split, outcome) in outcomes.enumerated() {
      for (feature, found) in outcome.features.enumerated() {
        guard let row = places[clusters[feature]] else { continue }
        for (column, isCounted) in Self.counts(of: found, sizeCount: sizeCount).enumerated()
        where isCounted { counts[row, split * width + column] += 1 }
      }
    }
    self.counts = counts
  }

  /// What a feature counts for: reliability (asked, kept), then for all features and for known ones:
  /// asked, named by the lens, and by prototypes of each size.
  private static func counts(of feature: SplitOutcome.Feature, sizeCount: Int) -> [Bool] {
    let matches =
      feature.hasClass ? feature.isMatched : [Bool](repeating: false, count: sizeCount)
    let all = [feature.hasClass, feature.isNamed] + matches
    return [feature.isReliable != nil, feature.isReliable == true] + all
      + all.map { $0 && feature.isKnown }
  }

  /// The counts over all splits and clusters.
  var total: Sums {
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<counts.rows {
      for column in 0..<counts.columns { sums[column % width] += Double(counts[row, column]) }
    }
    return Sums(counts: sums)
  }

  /// The counts over splits and clusters drawn with replacement.
  ///
  /// Counts stay below 2^24, so that `Float` holds them and their sums exactly.
  ///
  /// - Parameters:
  ///   - count: How many draws.
  ///   - seed: Determines them.
  ///   - workers: The number of threads; the draws are the same for any.
  /// - Returns: The counts of each draw.
  func replicates(_ count: Int, seed: UInt64, workers: Int) -> [Sums] {
    guard counts.rows > 0 else { return [] }
    var generator = SplitMix64(seed: seed)
    let block = 128
    let seeds = stride(from: 0, to: count, by: block).map { ($0, generator.next()) }
    return mapInParallel(count: seeds.count, workers: workers) { index in
      replicates(min(block, count - seeds[index].0), block: seeds[index].1)
    }.flatMap { $0 }
  }

  /// Some draws, of one product.
  private func replicates(_ count: Int, block seed: UInt64) -> [Sums] {
    var generator = SplitMix64(seed: seed)
    var drawn = [Float](repeating: 0, count: count * counts.rows)
    for row in 0..<count {
      let start = row * counts.rows
      for _ in 0..<counts.rows { drawn[start + generator.nextIndex(below: counts.rows)] += 1 }
    }
    var sums = Matrix(rows: count, columns: counts.columns)
    BLAS.gemm(
      Matrix(rows: count, columns: counts.rows, elements: drawn), counts, into: &sums)
    return (0..<count).map { row in
      var total = [Double](repeating: 0, count: width)
      for _ in 0..<splitCount {
        let split = generator.nextIndex(below: splitCount)
        for j in 0..<width { total[j] += Double(sums[row, split * width + j]) }
      }
      return Sums(counts: total)
    }
  }

  /// A figure with its 95 % percentile interval; NaN where there is nothing to be counted.
  static func interval(
    of figure: (Sums) -> Double, _ total: Sums, _ draws: [Sums]
  ) -> IntervalEstimate {
    let sorted = draws.map(figure).filter { $0.isFinite }.sorted()
    let half = (1 - IntervalEstimate.usualConfidence) / 2
    return IntervalEstimate(
      estimate: figure(total), lower: interpolatedQuantile(ofSorted: sorted, share: half),
      upper: interpolatedQuantile(ofSorted: sorted, share: 1 - half))
  }
}
