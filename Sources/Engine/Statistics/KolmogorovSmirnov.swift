internal import RealModule

/// The test of Kolmogorov and Smirnov: whether numbers can be a sample of the uniform distribution.
public struct KolmogorovSmirnov: Sendable, Equatable {
  /// How far the sample is from uniform: D = max over the sorted values u₁ ≤ … ≤ u_n of
  /// max(i/n − u_i, u_i − (i−1)/n), from 1/(2n) to 1.
  public let distance: Double

  /// P(D ≥ `distance`) of n independent uniform numbers.
  public let pValue: Double

  /// The largest sample for which probabilities are exact: up to it that takes 40 million operations.
  private static let exactCount = 1000

  /// The values that were used, n.
  public let count: Int

  /// Compares values with the uniform distribution on 0 to 1.
  ///
  /// The distance is meant for continuous values; ties, as p-values by permutation have them, make
  /// the test careful (p too large) by about the size of a step.
  ///
  /// - Parameter values: At least one number, each from 0 to 1, in any order.
  public init(uniform values: [Double]) {
    precondition(!values.isEmpty, "no values")
    let sorted = values.sorted()
    let n = Double(sorted.count)
    var distance = 0.0
    for (i, value) in sorted.enumerated() {
      precondition((0...1).contains(value), "\(value) is not from 0 to 1")
      distance = max(distance, Double(i + 1) / n - value, value - Double(i) / n)
    }
    self.distance = distance
    count = sorted.count
    pValue = Self.tail(distance, count: count)
  }

  /// P(D ≥ d) for a sample of n.
  ///
  /// - For n d² ≥ 4, and for n > 1000 with n d² ≥ 2.2: twice the one-sided probability, which is
  ///   exact (`oneSidedTail`). What both sides reach at once is counted twice, about
  ///   exp(−6 n d²) of the result: under 4e-11, and 2e-6.
  /// - Else for n ≤ 1000 exact: Marsaglia, Tsang, Wang 2003, "Evaluating Kolmogorov's distribution".
  /// - Else, where the result is above 0.02, the limit distribution at z + 1/(6√n) + (z − 1)/(4n),
  ///   z = d√n, error under 0.025/n: Vrbik 2018, "Small-sample corrections to Kolmogorov–Smirnov test
  ///   statistic".
  ///
  /// - Parameters:
  ///   - d: The distance; 1 at or below 1/(2n), and 0 from 1 on.
  ///   - n: The size of the sample, at least 1.
  /// - Returns: From 0 to 1.
  /// - Complexity: n terms, or products of matrices of up to 127 rows.
  public static func tail(_ d: Double, count n: Int) -> Double {
    precondition(n > 0, "a sample of \(n)")
    let size = Double(n)
    if d.isNaN { return .nan }
    if d <= 0.5 / size { return 1 }
    if d >= 1 { return 0 }
    let square = size * d * d
    if square >= (n <= exactCount ? 4 : 2.2) { return min(1, 2 * oneSidedTail(d, count: n)) }
    if n <= exactCount { return 1 - exactCDF(d, count: n) }
    let z = d * size.squareRoot()
    return limitTail(z + 1 / (6 * size.squareRoot()) + (z - 1) / (4 * size))
  }

  /// P(√n D ≥ z) for large n: 2 Σ_{k≥1} (−1)^{k−1} exp(−2k²z²), and for small z
  /// 1 − √(2π)/z Σ_{k≥1} exp(−(2k−1)²π²/(8z²)).
  public static func limitTail(_ z: Double) -> Double {
    if z <= 0 { return 1 }
    var sum = 0.0
    guard z >= 1 else {
      for k in 1...4 {
        let odd = Double(2 * k - 1) * .pi / z
        sum += Double.exp(-odd * odd / 8)
      }
      return 1 - (2 * .pi).squareRoot() / z * sum
    }
    for k in 1...5 {
      let term = Double.exp(-2 * Double(k * k) * z * z)
      sum += k % 2 == 1 ? term : -term
    }
    return 2 * sum
  }

  /// P(D⁺ ≥ d) with D⁺ = max(i/n − u_i):
  /// d Σ_{j=0}^{⌊n(1−d)⌋} C(n, j) (d + j/n)^{j−1} (1 − d − j/n)^{n−j}.
  ///
  /// All terms are positive. Source: Birnbaum, Tingey 1951, "One-sided confidence contours for
  /// probability distribution functions", equation 3.0.
  ///
  /// - Complexity: n terms.
  static func oneSidedTail(_ d: Double, count n: Int) -> Double {
    let size = Double(n)
    let all = Double.logGamma(size + 1)
    var sum = 0.0
    for j in 0...Int(size * (1 - d)) {
      let below = d + Double(j) / size
      let above = 1 - below
      // The last term can be of a difference that is 0, or below it by rounding: 0^(n−j) = 0.
      guard above > 0 else { continue }
      let choices = all - Double.logGamma(Double(j + 1)) - Double.logGamma(Double(n - j + 1))
      sum += Double.exp(
        choices + Double(j - 1) * Double.log(below) + Double(n - j) * Double.log(above))
    }
    return d * sum
  }
}

// MARK: - Small samples

extension KolmogorovSmirnov {
  /// P(D < d) by Marsaglia, Tsang, Wang 2003: n!/n^n times an element of the n-th power of a
  /// matrix H of 2k − 1 rows, k = ⌊nd⌋ + 1.
  private static func exactCDF(_ d: Double, count n: Int) -> Double {
    let k = Int(Double(n) * d) + 1
    let rows = 2 * k - 1
    var base = transition(h: Double(k) - Double(n) * d, rows: rows)
    var power = [Double](repeating: 0, count: rows * rows)
    for i in 0..<rows { power[i * rows + i] = 1 }
    // `power` is to be multiplied by 2^exponent, `base` by 2^baseExponent.
    var (exponent, baseExponent) = (0, 0)
    var rest = n
    while rest > 0 {
      if rest & 1 == 1 {
        power = product(power, base, rows: rows)
        exponent += baseExponent + rescale(&power)
      }
      rest >>= 1
      guard rest > 0 else { break }
      base = product(base, base, rows: rows)
      baseExponent = 2 * baseExponent + rescale(&base)
    }
    // n!/n^n is below the least number from n = 750 on, so its power of 2 is kept apart too.
    var result = power[(k - 1) * rows + k - 1]
    for i in 1...n {
      result *= Double(i) / Double(n)
      guard result < 0x1p-500, result > 0 else { continue }
      result *= 0x1p500
      exponent -= 500
    }
    return min(1, max(0, result * Double.exp2(Double(exponent))))
  }

  /// The matrix H: 1/(i−j+1)! on and below the first superdiagonal, less h^i/i! in the first
  /// column and the last row, and with (2h−1)^m/m! in the corner where 2h > 1.
  private static func transition(h: Double, rows: Int) -> [Double] {
    var matrix = [Double](repeating: 0, count: rows * rows)
    var powers = [1.0]
    for _ in 0..<rows { powers.append((powers.last ?? 1) * h) }
    for i in 0..<rows {
      for j in 0..<min(i + 2, rows) { matrix[i * rows + j] = 1 }
    }
    for i in 0..<rows {
      matrix[i * rows] -= powers[i + 1]
      matrix[(rows - 1) * rows + i] -= powers[rows - i]
    }
    if 2 * h > 1 { matrix[(rows - 1) * rows] += Double.pow(2 * h - 1, rows) }
    for i in 0..<rows {
      for j in 0..<min(i + 1, rows) {
        for factor in 1...(i - j + 1) { matrix[i * rows + j] /= Double(factor) }
      }
    }
    return matrix
  }

  private static func product(_ a: [Double], _ b: [Double], rows: Int) -> [Double] {
    var c = [Double](repeating: 0, count: rows * rows)
    for i in 0..<rows {
      for p in 0..<rows where a[i * rows + p] != 0 {
        let factor = a[i * rows + p]
        for j in 0..<rows { c[i * rows + j] += factor * b[p * rows + j] }
      }
    }
    return c
  }

  /// Divides a matrix by a power of 2 so that its greatest element is from 1 to 2.
  ///
  /// - Returns: The exponent of the divisor.
  private static func rescale(_ matrix: inout [Double]) -> Int {
    let exponent = Int((matrix.max() ?? 1).exponent)
    for i in matrix.indices {
      matrix[i] = Double(sign: .plus, exponent: -exponent, significand: 1) * matrix[i]
    }
    return exponent
  }
}
