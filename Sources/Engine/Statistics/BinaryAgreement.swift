/// How well the activations a of a feature agree with a concept c: which of N items have it.
///
/// Notation: P items have the concept; at a threshold θ the items with a ≥ θ are predicted, and TP of
/// them have it. Every figure that is not defined (no item of the concept, all of them, or all
/// activations equal) is NaN. The first five pass the sanity checks of Oikarinen et al. 2025; recall,
/// precision among the top, AUC and the difference of means do not, and can be high for features that
/// fire on nearly everything or nearly nothing.
public struct BinaryAgreement: Sendable, Equatable {
  /// Pearson's correlation of a and c, from -1 to 1.
  public let pearson: Double

  /// Σ a c / √(Σ a² Σ c²), from -1 to 1.
  public let cosine: Double

  /// The area under the curve of precision and recall, from 0 to 1.
  ///
  /// Σ (R_l − R_{l−1}) TP_l / n_l over the distinct activations θ_l from the greatest on, n_l items
  /// predicted, R_l = TP_l / P. Ties are one threshold, as scikit-learn's `average_precision_score`
  /// has it.
  public let averagePrecision: Double

  /// The greatest F1 = 2 TP / (n + P) of all thresholds, among them the least activation, at which all
  /// items are predicted; from 0 to 1.
  public let bestF1: Double

  /// F1 of the prediction a > 0, from 0 to 1.
  public let f1: Double

  /// Intersection over union of the prediction a > 0: TP / (n + P − TP), from 0 to 1.
  public let intersectionOverUnion: Double

  /// The share of the concept's items with a > 0, from 0 to 1.
  public let recall: Double

  /// The share of the items with a > 0 that have the concept, from 0 to 1.
  public let precision: Double

  /// The probability that an item with the concept has the greater activation than one without, where
  /// equal ones count half (mid ranks); from 0 to 1.
  public let auc: Double

  /// The mean of a over the items with the concept less that over the others.
  public let meanDifference: Double

  /// The number of items with the concept, P.
  public let positiveCount: Int

  /// The number of items with a > 0.
  public let activeCount: Int

  /// Compares activations with a concept.
  ///
  /// - Parameters:
  ///   - activations: The activations.
  ///   - positives: The items that have the concept, strictly rising.
  /// - Complexity: Linear in the stored activations and in P.
  public init(_ activations: RankedActivations, positives: [Int]) {
    let hits = activations.hits(positives)
    let moments = Moments(activations.levels, hits: hits)
    let total = Double(activations.count)
    let p = Double(positives.count)
    let others = total - p
    let isMixed = p > 0 && others > 0
    let together = moments.together - moments.sum / total * p
    pearson =
      isMixed && moments.squaredDifferences > 0
      ? together / (moments.squaredDifferences * p * others / total).squareRoot() : .nan
    cosine = moments.together / (moments.squares * p).squareRoot()
    meanDifference =
      isMixed ? moments.together / p - (moments.sum - moments.together) / others : .nan

    let curve = Curve(activations.levels, hits: hits, positives: p, others: others)
    averagePrecision = p > 0 ? curve.averagePrecision : .nan
    bestF1 = p > 0 ? curve.bestF1 : .nan
    auc = isMixed ? curve.pairs / (p * others) : .nan
    let (n, tp) = (Double(curve.activeCount), Double(curve.activeHits))
    f1 = 2 * tp / (n + p)
    intersectionOverUnion = tp / (n + p - tp)
    recall = tp / p
    precision = tp / n
    positiveCount = positives.count
    activeCount = curve.activeCount
  }
}

extension RankedActivations {
  /// How well the activations agree with a concept.
  ///
  /// - Parameter positives: The items that have it, strictly rising, from 0 to below N.
  /// - Returns: All figures.
  public func agreement(with positives: [Int]) -> BinaryAgreement {
    BinaryAgreement(self, positives: positives)
  }
}

/// Sums over items.
private struct Moments {
  /// Σ a, Σ a², Σ a c, and Σ (a − mean)².
  var sum = 0.0
  var squares = 0.0
  var together = 0.0
  var squaredDifferences = 0.0

  init(_ levels: [RankedActivations.Level], hits: [Int]) {
    var total = 0.0
    for (level, hits) in zip(levels, hits) {
      let count = Double(level.count)
      sum += count * level.value
      squares += count * level.value * level.value
      together += Double(hits) * level.value
      total += count
    }
    let mean = sum / total
    // One level is constant, whatever the mean is rounded to.
    for level in levels where levels.count > 1 {
      squaredDifferences += Double(level.count) * (level.value - mean) * (level.value - mean)
    }
  }
}

/// What a threshold that falls from the greatest activation to the least meets.
private struct Curve {
  var averagePrecision = 0.0
  var bestF1 = 0.0
  /// The pairs of an item with and one without the concept of which the first is greater; ties are half.
  var pairs = 0.0
  var activeCount = 0
  var activeHits = 0

  init(_ levels: [RankedActivations.Level], hits: [Int], positives: Double, others: Double) {
    var (predicted, found) = (0.0, 0.0)
    for (level, hits) in zip(levels, hits) {
      let misses = Double(level.count - hits)
      let othersAbove = predicted - found
      pairs += Double(hits) * (others - othersAbove - misses / 2)
      predicted += Double(level.count)
      found += Double(hits)
      averagePrecision += Double(hits) / positives * (found / predicted)
      bestF1 = max(bestF1, 2 * found / (predicted + positives))
      if level.value > 0 {
        activeCount += level.count
        activeHits += hits
      }
    }
  }
}
