internal import RealModule

/// Reduces rows of cosines to what is kept of them.
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

  /// The best labels: at least two where there are two, for the margin.
  private var top: TopK
  private var bottom: TopK

  /// Makes a reduction.
  ///
  /// - Parameters:
  ///   - logitScale: The factor on cosines.
  ///   - labelIDs: The ids of the labels that the columns stand for, rising, [C], at least one.
  ///   - topCount: The labels kept at each end, at most C.
  init(logitScale: Double, labelIDs: [Int32], topCount: Int) {
    precondition(topCount <= labelIDs.count, "\(topCount) of \(labelIDs.count) labels")
    self.logitScale = logitScale
    self.labelIDs = labelIDs
    self.topCount = topCount
    top = TopK(capacity: max(topCount, min(2, labelIDs.count)))
    bottom = TopK(capacity: topCount)
  }

  /// Appends the results of one feature to a block.
  ///
  /// - Parameters:
  ///   - row: The cosines, of which the first C are used.
  ///   - id: The feature.
  ///   - block: Receives one row.
  mutating func reduce(_ row: Span<Float>, id: Int32, into block: inout FeatureBlock) {
    let cosines = row.extracting(0..<labelIDs.count)
    block.featureIDs.append(id)
    block.statuses.append(FeatureStatus.read.rawValue)
    appendMoments(cosines, to: &block)
    findExtremes(cosines)
    let partition = appendDistribution(cosines, to: &block)
    appendExtremes(partition: partition, to: &block)
  }

  private mutating func findExtremes(_ cosines: Span<Float>) {
    top.removeAll()
    bottom.removeAll()
    // Most labels are kept at neither end: two comparisons tell, without a call.
    var (topThreshold, bottomThreshold) = (top.threshold, bottom.threshold)
    for j in cosines.indices {
      let cosine = cosines[j]
      if cosine > topThreshold {
        top.insert(id: labelIDs[j], score: cosine)
        topThreshold = top.threshold
      }
      if -cosine > bottomThreshold {
        bottom.insert(id: labelIDs[j], score: -cosine)
        bottomThreshold = bottom.threshold
      }
    }
  }

  private func appendMoments(_ cosines: Span<Float>, to block: inout FeatureBlock) {
    let (mean, variance) = meanAndVariance(cosines)
    var (cubes, fourths) = (0.0, 0.0)
    for j in cosines.indices {
      let difference = Double(cosines[j]) - mean
      let square = difference * difference
      cubes = Relaxed.multiplyAdd(square, difference, cubes)
      fourths = Relaxed.multiplyAdd(square, square, fourths)
    }
    let count = Double(cosines.count)
    block.means.append(Float(mean))
    block.standardDeviations.append(Float(variance.squareRoot()))
    block.skewnesses.append(Float(cubes / count / (variance * variance.squareRoot())))
    block.kurtoses.append(Float(fourths / count / (variance * variance)))
  }

  /// Appends entropy and partition.
  ///
  /// - Returns: The partition sum relative to the term of the best label, at least 1.
  private func appendDistribution(
    _ cosines: Span<Float>, to block: inout FeatureBlock
  ) -> Double {
    let best = top.scores[0]
    let scale = Float(logitScale)
    var partition = 0.0
    var weightedDeltas = 0.0
    for j in cosines.indices {
      let delta = scale * (cosines[j] - best)
      let weight = Double(Float.exp(delta))
      partition += weight
      weightedDeltas += weight * Double(delta)
    }
    let entropy = .log(partition) - weightedDeltas / partition
    block.logPartitions.append(Float(logitScale * Double(best) + .log(partition)))
    block.entropies.append(cosines.count > 1 ? Float(max(0, entropy)) : .nan)
    return partition
  }

  private func appendExtremes(partition: Double, to block: inout FeatureBlock) {
    let best = Double(top.scores[0])
    func probability(_ cosine: Float) -> Float {
      Float(Double.exp(logitScale * (Double(cosine) - best)) / partition)
    }
    block.topLabelIDs += top.ids.prefix(topCount)
    block.topCosines += top.scores.prefix(topCount)
    block.topProbabilities += top.scores.prefix(topCount).map(probability)
    block.bottomLabelIDs += bottom.ids
    block.bottomCosines += bottom.scores.map { -$0 }
    block.bottomProbabilities += bottom.scores.map { probability(-$0) }
    block.margins.append(top.scores.count > 1 ? top.scores[0] - top.scores[1] : .nan)
  }
}
