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
        var bin = min(bins - 1, Int((number - domain.lowerBound) * scale))
        // The product may round to the other side of an end.
        if number < Self.end(bin, domain, bins) {
          bin -= 1
        } else if bin < bins - 1, number >= Self.end(bin + 1, domain, bins) {
          bin += 1
        }
        counts[bin] += 1
      }
    }
    (self.domain, self.counts) = (domain, counts)
    (self.below, self.above, self.total) = (below, above, total)
  }

  /// The ends of a bin.
  public func bounds(_ bin: Int) -> ClosedRange<Double> {
    Self.end(bin, domain, counts.count)...Self.end(bin + 1, domain, counts.count)
  }

  /// The lower end of a bin, which is the upper end of the one before; behind the last, that of the domain.
  private static func end(_ bin: Int, _ domain: ClosedRange<Double>, _ bins: Int) -> Double {
    guard bin < bins else { return domain.upperBound }
    return domain.lowerBound + Double(bin)
      * ((domain.upperBound - domain.lowerBound) / Double(bins))
  }

  /// The share of all numbers that lies in a bin; 0 if there are none.
  func share(_ bin: Int) -> Double { total > 0 ? Double(counts[bin]) / Double(total) : 0 }
}
