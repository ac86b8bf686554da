internal import RealModule

/// Reduces rows of cosines, which come in parts, to what is kept of them.
///
/// With δ = logitScale · (cos - max cos), so that no exponential overflows and no logit is rounded
/// in the large:
///
///     logPartition = logitScale · max cos + ln Σ exp δ
///     p            = exp δ / Σ exp δ
///     entropy      = ln Σ exp δ - Σ p · δ
///
/// Sums are kept in `Double`: in `Float`, the rounding of a sum of C terms grows with C, and
/// the higher moments are small differences of large terms. The exponentials of the sums are taken
/// in `Float`: each has a relative error of about (1 + |δ|)·1e-7, which for the terms that count
/// is a few 1e-7, and so has the partition. Probabilities that are kept are taken in `Double`.
struct RowReduction {
  /// The factor on cosines.
  let logitScale: Double

  /// The ids of the labels that the columns stand for, rising, [C].
  let labelIDs: [Int32]

  /// The labels kept at each end, K.
  let topCount: Int

  /// What is known of each row so far; at least two of the best labels where there are two, for
  /// the margin.
  private var readings: CosineReadings

  private var probabilities: [Float]

  /// Makes a reduction.
  ///
  /// - Parameters:
  ///   - rows: The most rows that are reduced at a time.
  ///   - logitScale: The factor on cosines.
  ///   - labelIDs: The ids of the labels that the columns stand for, rising, [C], at least one.
  ///   - topCount: The labels kept at each end, at most C.
  init(rows: Int, logitScale: Double, labelIDs: [Int32], topCount: Int) {
    precondition(topCount <= labelIDs.count, "\(topCount) of \(labelIDs.count) labels")
    self.logitScale = logitScale
    self.labelIDs = labelIDs
    self.topCount = topCount
    readings = CosineReadings(
      rows: rows, topCapacity: max(topCount, min(2, labelIDs.count)), bottomCapacity: topCount,
      scale: Float(logitScale))
    probabilities = [Float](repeating: 0, count: 2 * topCount)
  }

  /// Makes ready for other rows.
  mutating func removeAll() { readings.removeAll() }

  /// Adds the next part of a row.
  ///
  /// - Parameters:
  ///   - products: Inner products that are the cosines but for a factor, at most
  ///     `CosineReadings.partSize`.
  ///   - factor: The factor.
  ///   - first: The column of the first.
  ///   - row: The row.
  mutating func add(_ products: Span<Float>, factor: Float, first: Int, to row: Int) {
    readings.add(products, factor: factor, first: first, to: row)
  }

  /// Appends what has been found out about a row to a block.
  ///
  /// - Parameters:
  ///   - row: The row, all of whose parts have been added.
  ///   - id: The feature.
  ///   - block: Receives one row.
  mutating func append(_ row: Int, id: Int32, to block: inout FeatureBlock) {
    block.featureIDs.append(id)
    block.statuses.append(FeatureStatus.read.rawValue)
    let moments = readings.moments(of: row)
    block.means.append(Float(moments.mean))
    block.standardDeviations.append(Float(moments.variance.squareRoot()))
    block.skewnesses.append(Float(moments.skewness))
    block.kurtoses.append(Float(moments.kurtosis))
    appendDistribution(row, to: &block)
    appendExtremes(row, to: &block)
  }

  private func appendDistribution(_ row: Int, to block: inout FeatureBlock) {
    let partition = readings.partition(of: row)
    let best = Double(readings.top[row * readings.topCapacity])
    let logarithm = Double.log(partition.sum)
    block.logPartitions.append(Float(logitScale * best + logarithm))
    let entropy = max(0, logarithm - partition.meanExponent)
    block.entropies.append(labelIDs.count > 1 ? Float(entropy) : .nan)
  }

  private mutating func appendExtremes(_ row: Int, to block: inout FeatureBlock) {
    readings.probabilities(of: row, scale: logitScale, count: topCount, into: &probabilities)
    let topStart = row * readings.topCapacity
    let bottomStart = row * topCount
    for rank in 0..<topCount {
      block.topLabelIDs.append(labelIDs[Int(readings.topPlaces[topStart + rank])])
      block.topCosines.append(readings.top[topStart + rank])
      block.topProbabilities.append(probabilities[rank])
      block.bottomLabelIDs.append(labelIDs[Int(readings.bottomPlaces[bottomStart + rank])])
      block.bottomCosines.append(-readings.bottom[bottomStart + rank])
      block.bottomProbabilities.append(probabilities[topCount + rank])
    }
    let hasMargin = readings.topCapacity > 1
    block.margins.append(
      hasMargin ? readings.top[topStart] - readings.top[topStart + 1] : .nan)
  }
}
