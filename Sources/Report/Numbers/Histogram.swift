/// Numbers counted in bins of one width.
public struct Histogram: Sendable, Equatable {
  /// The lower end of the first bin and the upper end of the last.
  public let domain: ClosedRange<Double>
  /// How many numbers lie in each bin; the upper end of the domain belongs to the last.
  public let counts: [Int]
  /// The numbers under and over the domain.
  public let below: Int
  public let above: Int
  /// The numbers that were counted anywhere: all but NaN.
  public let total: Int

  /// Counts numbers.
  ///
  /// - Parameters:
  ///   - values: Any numbers; NaN is left out.
  ///   - domain: The ends of the bins.
  ///   - bins: How many there are, one at least.
  public init(_ values: [Float], in domain: ClosedRange<Double>, bins: Int) {
    precondition(bins > 0 && domain.lowerBound < domain.upperBound, "\(bins) bins in \(domain)")
    var counts = [Int](repeating: 0, count: bins)
    var (below, above, total) = (0, 0, 0)
    let scale = Double(bins) / (domain.upperBound - domain.lowerBound)
    for value in values where !value.isNaN {
      total += 1
      let number = Double(value)
      if number < domain.lowerBound {
        below += 1
      } else if number > domain.upperBound {
        above += 1
      } else {
        counts[min(bins - 1, Int((number - domain.lowerBound) * scale))] += 1
      }
    }
    (self.domain, self.counts) = (domain, counts)
    (self.below, self.above, self.total) = (below, above, total)
  }

  /// The ends of a bin.
  public func bounds(_ bin: Int) -> ClosedRange<Double> {
    let width = (domain.upperBound - domain.lowerBound) / Double(counts.count)
    let start = domain.lowerBound + Double(bin) * width
    return start...(start + width)
  }

  /// The share of all numbers that lies in a bin; 0 if there are none.
  func share(_ bin: Int) -> Double { total > 0 ? Double(counts[bin]) / Double(total) : 0 }
}
