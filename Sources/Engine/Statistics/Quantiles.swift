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
    let sorted = values.filter { !$0.isNaN }.sorted().map { Double($0) }
    count = sorted.count
    points = Self.shares.map { interpolatedQuantile(ofSorted: sorted, share: $0) }
  }
}

/// The point below which a share of the values lies, interpolated linearly between two values: type
/// 7 of Hyndman and Fan 1996.
///
/// - Parameters:
///   - sorted: The values in rising order, none NaN.
///   - share: The share, from 0 to 1.
/// - Returns: NaN if there are no values.
public func interpolatedQuantile(ofSorted sorted: [Double], share: Double) -> Double {
  precondition((0...1).contains(share), "a share of \(share)")
  guard let last = sorted.indices.last else { return .nan }
  let position = share * Double(last)
  let below = Int(position)
  let (low, high) = (sorted[below], sorted[min(below + 1, last)])
  return low == high ? low : low + (position - Double(below)) * (high - low)
}

/// The least of the values that at least a share of the places lies at or below: the order statistic at
/// share · (n - 1), upwards.
///
/// - Parameters:
///   - sorted: The values in rising order, one at least.
///   - share: The share, from 0 to 1.
/// - Returns: One of the values.
func upperQuantile<Value>(ofSorted sorted: [Value], share: Double) -> Value {
  sorted[Int((share * Double(sorted.count - 1)).rounded(.up))]
}
