internal import RealModule

/// How unevenly some counts are spread over n places, such as features over their first labels.
public struct Concentration: Sendable, Equatable {
  /// The number of places, n; those of count 0 belong to it.
  public let placeCount: Int

  /// The sum of the counts.
  public let total: Int

  /// Gini's coefficient: half the mean difference of two counts relative to their mean.
  ///
  /// Σᵢ (2i − n − 1) N₍ᵢ₎ / (n Σ N), N₍₁₎ ≤ … ≤ N₍n₎. 0 where all are equal, (n − 1)/n where one has all; NaN for a sum of 0.
  public let gini: Double

  /// The effective number of places (Σ N)² / Σ N², from 1 to n; NaN for a sum of 0.
  public let effectiveCount: Double

  /// The skewness m₃ / m₂^1.5 of the counts, moments about the mean and divided by n.
  ///
  /// NaN where all are equal. Of counts of nearest neighbours it is the usual measure of hubness (Radovanović et al. 2010).
  public let skewness: Double

  /// The greatest count relative to the sum, from 1/n to 1; NaN for a sum of 0.
  public let topShare: Double

  /// The entropy −Σ p ln p of the shares p = N / Σ N in nats, from 0 to ln n; NaN for a sum of 0.
  public let entropy: Double

  /// Summarises counts.
  ///
  /// - Parameter counts: Whole numbers from 0 on, in any order; the result does not depend on it.
  /// - Complexity: O(n log n).
  public init(_ counts: [Int]) {
    let sorted = counts.sorted()
    precondition(sorted.first ?? 0 >= 0, "a count of \(sorted.first ?? 0)")
    placeCount = counts.count
    total = counts.reduce(0, +)
    let (n, sum) = (Double(counts.count), Double(total))
    let mean = sum / n
    var (weighted, squares, entropy) = (0.0, 0.0, 0.0)
    var (second, third) = (0.0, 0.0)
    for (place, count) in sorted.enumerated() {
      let value = Double(count)
      weighted += (2 * Double(place + 1) - n - 1) * value
      squares += value * value
      if count > 0 { entropy -= value / sum * Double.log(value / sum) }
      second += (value - mean) * (value - mean)
      third += (value - mean) * (value - mean) * (value - mean)
    }
    gini = weighted / (n * sum)
    effectiveCount = sum * sum / squares
    topShare = Double(sorted.last ?? 0) / sum
    self.entropy = total > 0 ? entropy : .nan
    let isFlat = sorted.first == sorted.last
    skewness = isFlat ? .nan : third / n / Double.pow(second / n, 1.5)
  }
}
