internal import RealModule

/// Reduces rows of cosines to what is kept of them.
///
/// With z = logitScale · cos, computed so that no exponential overflows:
///
///     logPartition = max z + ln Σ exp(z - max z)
///     p            = exp(z - logPartition)
///     entropy      = logPartition - Σ p · z
///
/// Sums are kept in `Double`: in `Float`, the rounding of a sum of C terms grows with C, and
/// the entropy and the higher moments are small differences of large terms. Exponentials are taken
/// in `Float`; their relative error, about 1e-7, is that of the probabilities.
struct RowReduction {
  /// The factor on cosines.
  let logitScale: Float

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
    self.logitScale = Float(logitScale)
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
    let logPartition = appendDistribution(cosines, to: &block)
    appendExtremes(logPartition: logPartition, to: &block)
  }

  private mutating func findExtremes(_ cosines: Span<Float>) {
    top.removeAll()
    bottom.removeAll()
    for j in cosines.indices {
      let cosine = cosines[j]
      top.insert(id: labelIDs[j], score: cosine)
      bottom.insert(id: labelIDs[j], score: -cosine)
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
  /// - Returns: The logarithm of the partition sum.
  private func appendDistribution(
    _ cosines: Span<Float>, to block: inout FeatureBlock
  ) -> Double {
    let maximum = logitScale * top.scores[0]
    var partition = 0.0
    var weightedLogits = 0.0
    for j in cosines.indices {
      let logit = logitScale * cosines[j]
      let weight = Double(Float.exp(logit - maximum))
      partition += weight
      weightedLogits += weight * Double(logit)
    }
    let logPartition = Double(maximum) + .log(partition)
    let entropy = logPartition - weightedLogits / partition
    block.logPartitions.append(Float(logPartition))
    block.entropies.append(cosines.count > 1 ? Float(max(0, entropy)) : .nan)
    return logPartition
  }

  private func appendExtremes(logPartition: Double, to block: inout FeatureBlock) {
    func probability(_ cosine: Float) -> Float {
      Float(Double.exp(Double(logitScale * cosine) - logPartition))
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
