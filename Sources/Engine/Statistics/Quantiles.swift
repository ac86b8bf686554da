/// The points at which a distribution is summarised.
public struct Quantiles: Sendable, Equatable {
  /// The shares of values at or below each point.
  public static let shares = [0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0]

  /// The points, one for each share; NaN if there are no values.
  public let points: [Double]

  /// The values that were used.
  public let count: Int

  /// Summarises values.
  ///
  /// Points between two values are interpolated linearly: type 7 of Hyndman and Fan 1996.
  ///
  /// - Parameter values: Any numbers, in any order; NaN is left out.
  public init(of values: [Float]) {
    let sorted = values.filter { !$0.isNaN }.sorted()
    count = sorted.count
    points = Self.shares.map { share in
      guard let last = sorted.indices.last else { return .nan }
      let position = share * Double(last)
      let below = Int(position)
      let (low, high) = (Double(sorted[below]), Double(sorted[min(below + 1, last)]))
      return low == high ? low : low + (position - Double(below)) * (high - low)
    }
  }
}
