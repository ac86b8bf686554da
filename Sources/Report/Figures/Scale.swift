internal import Foundation

/// Where numbers lie along an axis.
struct Scale: Sendable, Equatable {
  /// How numbers become lengths.
  enum Kind: Sendable { case linear, logarithmic }

  let kind: Kind
  /// The numbers at the two ends.
  let domain: ClosedRange<Double>
  /// Where the two ends lie in the drawing.
  let start: Double
  let end: Double

  /// Makes a scale.
  ///
  /// - Parameters:
  ///   - kind: How numbers become lengths.
  ///   - domain: The numbers at the ends; widened if it holds one number alone.
  ///   - start: Where its lower end lies.
  ///   - end: Where its upper end lies.
  /// - Precondition: The domain of a logarithmic scale is over 0.
  init(_ kind: Kind = .linear, _ domain: ClosedRange<Double>, from start: Double, to end: Double) {
    precondition(kind == .linear || domain.lowerBound > 0, "a logarithmic scale of \(domain)")
    self.kind = kind
    let (low, high) = (domain.lowerBound, domain.upperBound)
    if low < high {
      self.domain = domain
    } else {
      self.domain = kind == .linear ? (low - 0.5)...(high + 0.5) : (low / 2)...(high * 2)
    }
    (self.start, self.end) = (start, end)
  }

  /// Where a number lies; beyond the ends if it is outside the domain.
  func position(_ value: Double) -> Double {
    let share: Double
    switch kind {
    case .linear:
      share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    case .logarithmic:
      share = log(value / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
    }
    return start + share * (end - start)
  }

  /// Where a number lies, or the nearer end if it is outside.
  func clamped(_ value: Double) -> Double {
    position(min(domain.upperBound, max(domain.lowerBound, value)))
  }

  /// Round numbers in the domain, rising.
  ///
  /// - Parameter count: About how many.
  /// - Returns: Multiples of 1, 2 or 5 times a power of ten; of a logarithmic scale powers of ten, and 2 and 5 times those where
  ///   it has fewer than two decades.
  func ticks(_ count: Int = 5) -> [Double] {
    kind == .linear ? linearTicks(count) : logarithmicTicks(count)
  }

  private func linearTicks(_ count: Int) -> [Double] {
    let step = Self.step(domain.upperBound - domain.lowerBound, count)
    // A little beyond the ends, for rounding.
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    let last = (domain.upperBound / step + 1e-9).rounded(.down)
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }

  /// The distance of ticks: 1, 2 or 5 times a power of ten, so that there are at most about so many.
  static func step(_ length: Double, _ count: Int) -> Double {
    let rough = length / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    let factor = [1.0, 2, 5].first { $0 * power >= rough * 0.999 } ?? 10
    return factor * power
  }

  private func logarithmicTicks(_ count: Int) -> [Double] {
    let low = Int(log10(domain.lowerBound * 0.999).rounded(.up))
    let high = Int(log10(domain.upperBound * 1.001).rounded(.down))
    if high - low < 2 {
      let all = ((low - 1)...(high + 1)).flatMap { power in
        [1.0, 2, 5].map { $0 * pow(10, Double(power)) }
      }
      return all.filter { domain.lowerBound * 0.999 <= $0 && $0 <= domain.upperBound * 1.001 }
    }
    let step = max(1, (high - low + count) / max(1, count))
    return stride(from: low, through: high, by: step).map { pow(10, Double($0)) }
  }

  /// A tick as it is written, with as many digits as tell it from the next.
  func label(_ tick: Double, among ticks: [Double]) -> String {
    if kind == .logarithmic {
      let exponent = Int(log10(tick).rounded())
      return (-2...4).contains(exponent)
        ? NumberText.plain(tick) : "10" + NumberText.superscript(exponent)
    }
    let gap = zip(ticks, ticks.dropFirst()).map { $1 - $0 }.min() ?? abs(tick)
    guard gap > 0 else { return NumberText.short(tick) }
    let digits = max(0, min(6, -Int(log10(gap * 1.001).rounded(.down))))
    return abs(tick) >= 10_000
      ? NumberText.count(tick) : NumberText.fixed(tick, digits)
  }
}
