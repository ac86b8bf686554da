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
  }

  /// Makes ready for other rows.
  mutating func removeAll() { readings.removeAll() }

  /// Adds the next part of a row.
  ///
  /// - Parameters:
  ///   - products: Inner products that are the cosines but for a factor, at most
  ///     `CosineReadings.partSize`; replaced by 0.
  ///   - range: Which of them.
  ///   - factor: The factor.
  ///   - first: The column of the first.
  ///   - row: The row.
  mutating func add(
    _ products: inout MutableSpan<Float>, in range: Range<Int>, factor: Float, first: Int,
    to row: Int
  ) {
    readings.add(&products, in: range, factor: factor, first: first, to: row)
  }

  /// What has been found out about rows, all of whose parts have been added.
  ///
  /// - Parameters:
  ///   - rows: The rows.
  ///   - ids: The features that they stand for.
  ///   - statuses: What became of each; those that were not read hold -1 and NaN.
  /// - Returns: One row for each.
  func block(
    of rows: Range<Int>, ids: ArraySlice<Int32>, statuses: ArraySlice<FeatureStatus>
  ) -> FeatureBlock {
    precondition(
      ids.count == rows.count && statuses.count == rows.count,
      "\(ids.count) ids and \(statuses.count) statuses of \(rows.count) rows")
    var block = FeatureBlock(topCount: topCount)
    block.featureIDs = Array(ids)
    block.statuses = statuses.map(\.rawValue)
    let read = zip(rows, statuses).filter { $0.1 == .read }.map(\.0)
    addMoments(of: read, from: rows.lowerBound, to: &block)
    addDistributions(of: read, from: rows.lowerBound, to: &block)
    addLabels(of: read, from: rows.lowerBound, to: &block)
    addProbabilities(of: read, from: rows.lowerBound, to: &block)
    return block
  }

  private func addMoments(of rows: [Int], from first: Int, to block: inout FeatureBlock) {
    let missing = [Float](repeating: .nan, count: block.rows)
    var (means, deviations, skewnesses, kurtoses) = (missing, missing, missing, missing)
    for row in rows {
      let moments = readings.moments(of: row)
      means[row - first] = Float(moments.mean)
      deviations[row - first] = Float(moments.variance.squareRoot())
      skewnesses[row - first] = Float(moments.skewness)
      kurtoses[row - first] = Float(moments.kurtosis)
    }
    (block.means, block.standardDeviations) = (means, deviations)
    (block.skewnesses, block.kurtoses) = (skewnesses, kurtoses)
  }

  private func addDistributions(of rows: [Int], from first: Int, to block: inout FeatureBlock) {
    let missing = [Float](repeating: .nan, count: block.rows)
    var (margins, entropies, logPartitions) = (missing, missing, missing)
    let isAlone = labelIDs.count == 1
    for row in rows {
      let partition = readings.partition(of: row)
      let best = readings.top[row * readings.topCapacity]
      let logarithm = Double.log(partition.sum)
      logPartitions[row - first] = Float(logitScale * Double(best) + logarithm)
      guard !isAlone else { continue }
      entropies[row - first] = Float(max(0, logarithm - partition.meanExponent))
      margins[row - first] = best - readings.top[row * readings.topCapacity + 1]
    }
    (block.margins, block.entropies, block.logPartitions) = (margins, entropies, logPartitions)
  }

  private func addLabels(of rows: [Int], from first: Int, to block: inout FeatureBlock) {
    let noLabels = [Int32](repeating: -1, count: block.rows * topCount)
    let noCosines = [Float](repeating: .nan, count: noLabels.count)
    var (topIDs, top, bottomIDs, bottom) = (noLabels, noCosines, noLabels, noCosines)
    let labelIDs = labelIDs.span
    let (topPlaces, topScores) = (readings.topPlaces.span, readings.top.span)
    let (bottomPlaces, bottomScores) = (readings.bottomPlaces.span, readings.bottom.span)
    for row in rows {
      let (topStart, bottomStart) = (row * readings.topCapacity, row * readings.bottomCapacity)
      for rank in 0..<topCount {
        let index = (row - first) * topCount + rank
        topIDs[index] = labelIDs[Int(topPlaces[topStart + rank])]
        top[index] = topScores[topStart + rank]
        bottomIDs[index] = labelIDs[Int(bottomPlaces[bottomStart + rank])]
        bottom[index] = -bottomScores[bottomStart + rank]
      }
    }
    (block.topLabelIDs, block.topCosines) = (topIDs, top)
    (block.bottomLabelIDs, block.bottomCosines) = (bottomIDs, bottom)
  }

  private func addProbabilities(of rows: [Int], from first: Int, to block: inout FeatureBlock) {
    let missing = [Float](repeating: .nan, count: block.rows * topCount)
    var (top, bottom) = (missing, missing)
    var span = top.mutableSpan
    readings.writeProbabilities(
      of: .top, rows: rows, from: first, scale: logitScale, count: topCount, into: &span)
    span = bottom.mutableSpan
    readings.writeProbabilities(
      of: .bottom, rows: rows, from: first, scale: logitScale, count: topCount, into: &span)
    (block.topProbabilities, block.bottomProbabilities) = (top, bottom)
  }
}
