/// What one pass over the unit images of all features finds: which can be read, their mean, their second
/// moments, and a sample of them.
struct BankMoments: Sendable {
  /// What became of each feature, [n].
  let statuses: [FeatureStatus]

  /// The lengths of the images before they were made unit vectors, [n]; 0 where not read.
  let lengths: [Float]

  /// The number of features that are read, n'.
  let count: Int

  /// The mean of the unit images, μ_V, [D].
  let mean: [Double]

  /// The covariance of the unit images over features, [D, D].
  let covariance: [Double]

  /// Unit images of the sampled features, [m, D].
  let sample: [Float]

  /// Where the sampled features stand in the selection, rising, [m].
  let samplePositions: [Int32]

  /// The unit images of all features; nil where they are not kept.
  let images: JointBank.Images?

  /// The most features of the sample.
  static let sampleLimit = 8192

  /// Passes over a bank.
  ///
  /// Mean and covariance are those of `RowMoments` about the mean of the first tile. The sample
  /// are the features that are read among all, or among one each of `sampleLimit` equal parts of them.
  ///
  /// - Parameters:
  ///   - bank: The features.
  ///   - keepsImages: Whether `images` are kept.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Complexity: 2 · n · D² floating-point operations besides those of the map.
  init(_ bank: JointBank, keepsImages: Bool = false, workers: Int) {
    let (width, total) = (bank.width, bank.count)
    var statuses: [FeatureStatus] = []
    var lengths: [Float] = []
    var moments = RowMoments(origin: Self.origin(of: bank))
    var sample: [Float] = []
    var positions: [Int32] = []
    var images: [Float] = []
    images.reserveCapacity(keepsImages ? total * width : 0)
    let empty = moments
    bank.forEachTile(workers: workers, makeState: { empty }) { moments, tile in
      (tile: tile, moments: moments.tile(tile.images, isCounted: tile.statuses.map { $0 == .read }))
    } _: { part in
      statuses += part.tile.statuses
      lengths += part.tile.lengths
      moments.add(part.moments)
      if keepsImages { images += part.tile.images.prefix(part.tile.rows * width) }
      for row in 0..<part.tile.rows where part.tile.statuses[row] == .read {
        let position = part.tile.positions.lowerBound + row
        guard Self.isSampled(position, of: total) else { continue }
        sample += part.tile.images[(row * width)..<((row + 1) * width)]
        positions.append(Int32(position))
      }
    }
    self.statuses = statuses
    self.lengths = lengths
    count = moments.count
    mean = count > 0 ? moments.mean : [Double](repeating: 0, count: width)
    covariance = moments.covariance.elements
    self.sample = sample
    samplePositions = positions
    self.images =
      keepsImages
      ? JointBank.Images(statuses: statuses, lengths: lengths, elements: images) : nil
  }

  /// Whether a position is among those that are sampled.
  ///
  /// The k-th of the sample stands anywhere from ⌊k total / limit⌋ to before where the next may stand: evenly spaced
  /// positions would all be of one kind where features repeat with a period.
  static func isSampled(_ position: Int, of total: Int) -> Bool {
    guard total > sampleLimit else { return true }
    // The part of the features that the position lies in.
    let k = ((position + 1) * sampleLimit - 1) / total
    let (start, end) = (k * total / sampleLimit, (k + 1) * total / sampleLimit)
    var generator = SplitMix64(seed: UInt64(k))
    return position == start + generator.nextIndex(below: end - start)
  }

  /// The mean of the features of the first tile that are read, [D]; zeros if there are none.
  private static func origin(of bank: JointBank) -> [Float] {
    let (width, tile) = (bank.width, bank.tile(0..<min(JointBank.tileRows, bank.count)))
    let read = tile.statuses.indices.filter { tile.statuses[$0] == .read }
    return (0..<width).map { p in
      let sum = read.reduce(0.0) { $0 + Double(tile.images[$1 * width + p]) }
      return Float(sum / Double(max(1, read.count)))
    }
  }
}

extension BankMoments {
  /// The eigenvalues and eigenvectors of the covariance.
  ///
  /// - Complexity: About 9 · D³ floating-point operations.
  func spectrum() -> SymmetricEigen {
    SymmetricEigen(
      of: DoubleMatrix(rows: mean.count, columns: mean.count, elements: covariance))
  }

  /// The mean of the unit images of the sample, [D]; zeros if it is empty.
  var sampleMean: [Double] {
    let width = mean.count
    guard !samplePositions.isEmpty else { return mean }
    var sums = [Double](repeating: 0, count: width)
    for row in samplePositions.indices {
      for p in 0..<width { sums[p] += Double(sample[row * width + p]) }
    }
    return sums.map { $0 / Double(samplePositions.count) }
  }

  /// The share of the features' energy that is common to all, without bias:
  /// `|μ|² - (1 - |μ|²)/(n' - 1)`, about 0 for vectors that have nothing in common.
  var commonEnergy: Double {
    let square = mean.reduce(0) { $0 + $1 * $1 }
    return count > 1 ? square - (1 - square) / Double(count - 1) : square
  }

  /// The common energy from which on null banks keep the mean of the features.
  static let leastCommonEnergy = 0.01

  /// What null banks of these features keep: the common direction of the labels, and the mean of the
  /// features if they have something in common.
  ///
  /// - Parameter labels: The labels.
  /// - Returns: Vectors of [D].
  func fixedDirections(_ labels: LabelSide) -> [[Double]] {
    [labels.meanDirection] + (commonEnergy > Self.leastCommonEnergy ? [mean] : [])
  }

  /// The mean of v vᵀ, [D, D].
  var secondMoment: [Double] {
    let width = mean.count
    return (0..<(width * width)).map { index in
      let (p, q) = index.quotientAndRemainder(dividingBy: width)
      return covariance[index] + mean[p] * mean[q]
    }
  }
}
