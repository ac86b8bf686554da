internal import Engine

/// How numbers are spread: their sorted values, or the quantiles of some that are not kept.
public struct Spread: Sendable {
  /// Points in rising order.
  private let points: [Double]
  /// The share at or below each point; nil where points are the values themselves.
  private let shares: [Double]?

  /// Of values that are all there.
  ///
  /// - Parameter values: In any order; NaN is left out.
  public init(values: [Float]) {
    points = values.filter { !$0.isNaN }.sorted().map(Double.init)
    shares = nil
  }

  /// Of quantiles.
  ///
  /// - Parameters:
  ///   - quantiles: Rising, as many as shares.
  ///   - shares: Rising from 0 to 1.
  init?(quantiles: [Double], shares: [Double]) {
    guard quantiles.count == shares.count, quantiles.count > 1,
      zip(quantiles, quantiles.dropFirst()).allSatisfy({ $0 <= $1 })
    else { return nil }
    points = quantiles
    self.shares = shares
  }

  /// The number of points.
  var count: Int { points.count }

  /// The value at or below which a share lies, interpolated linearly between two (type 7); nil if there are none.
  func quantile(_ share: Double) -> Double? {
    guard !points.isEmpty else { return nil }
    guard let shares else { return interpolatedQuantile(ofSorted: points, share: share) }
    let above = shares.firstIndex { $0 >= share } ?? shares.count - 1
    guard above > 0, shares[above] > share else { return points[above] }
    let part = (share - shares[above - 1]) / (shares[above] - shares[above - 1])
    return points[above - 1] + part * (points[above] - points[above - 1])
  }

  /// The share of values at or below a number; between quantiles it rises evenly.
  func share(atOrBelow value: Double) -> Double {
    var (low, high) = (0, points.count)
    while low < high {
      let middle = (low + high) / 2
      if points[middle] <= value { low = middle + 1 } else { high = middle }
    }
    guard let shares else { return points.isEmpty ? 0 : Double(low) / Double(points.count) }
    guard low > 0 else { return 0 }
    guard low < points.count else { return 1 }
    let (below, above) = (points[low - 1], points[low])
    let part = above > below ? (value - below) / (above - below) : 1
    return shares[low - 1] + part * (shares[low] - shares[low - 1])
  }

  /// The two ends of an axis that shows nearly all of several spreads.
  ///
  /// - Parameter spreads: The spreads, those without points left out.
  /// - Returns: From the least to the greatest value, or where few values lie far out, the middle 99 % and a
  ///   twentieth more at either end; nil if there are no values.
  public static func domain(of spreads: [Spread]) -> ClosedRange<Double>? {
    let known = spreads.filter { $0.count > 0 }
    func ends(_ low: Double, _ high: Double) -> (Double, Double)? {
      guard let least = known.compactMap({ $0.quantile(low) }).min(),
        let greatest = known.compactMap({ $0.quantile(high) }).max()
      else { return nil }
      return (least, greatest)
    }
    guard let all = ends(0, 1), let middle = ends(0.005, 0.995) else { return nil }
    let pad = (middle.1 - middle.0) / 20
    let low = all.0 < middle.0 - 4 * pad ? middle.0 - pad : all.0
    let high = all.1 > middle.1 + 4 * pad ? middle.1 + pad : all.1
    // Of great numbers the next one is further away than a half.
    let half = max(0.5, low.ulp)
    return low < high ? low...high : (low - half)...(high + half)
  }
}
