internal import CKernels

/// What has been found out about rows of cosines that come in parts: moments, partition, and the
/// greatest and least ones.
///
/// A row's results depend on where its parts begin and on nothing else.
struct CosineReadings: Sendable {
  /// The most cosines of a part.
  static let partSize = Int(KERNEL_PART)

  /// The greatest cosines kept for each row.
  let topCapacity: Int

  /// The least cosines kept for each row.
  let bottomCapacity: Int

  /// The factor on cosines.
  private let scale: Float

  private var readings: [kernel_reading]
  /// The greatest cosines, greatest first, and their places, [rows, topCapacity].
  private(set) var top: [Float]
  private(set) var topPlaces: [Int32]
  /// The least cosines, negated, least first, and their places, [rows, bottomCapacity].
  private(set) var bottom: [Float]
  private(set) var bottomPlaces: [Int32]

  /// Makes room for rows.
  ///
  /// - Parameters:
  ///   - rows: How many there are.
  ///   - topCapacity: The greatest cosines kept for each, at least 1.
  ///   - bottomCapacity: The least cosines kept for each, at least 1.
  ///   - scale: The factor on cosines.
  init(rows: Int, topCapacity: Int, bottomCapacity: Int, scale: Float) {
    precondition(topCapacity > 0 && bottomCapacity > 0, "\(topCapacity) and \(bottomCapacity) kept")
    self.topCapacity = topCapacity
    self.bottomCapacity = bottomCapacity
    self.scale = scale
    readings = [kernel_reading](repeating: kernel_reading(), count: rows)
    top = [Float](repeating: 0, count: rows * topCapacity)
    topPlaces = [Int32](repeating: 0, count: top.count)
    bottom = [Float](repeating: 0, count: rows * bottomCapacity)
    bottomPlaces = [Int32](repeating: 0, count: bottom.count)
  }

  /// Forgets all cosines.
  mutating func removeAll() {
    for row in readings.indices { readings[row] = kernel_reading() }
  }

  /// Adds the next cosines of a row.
  ///
  /// Moments are summed in `Double`. The exponential of an exponent x, `scale (cosine - best)`, has
  /// a relative error of (2 + 1.2 |x|)·1e-7, since x is rounded twice; sums of exponentials are
  /// kept in `Double`. The corresponding C function is `kernel_read_part`.
  ///
  /// - Parameters:
  ///   - products: Inner products that are the cosines but for a factor, from 1 to `partSize`;
  ///     replaced by 0.
  ///   - range: Which of them.
  ///   - factor: The factor.
  ///   - first: The place of the first in its row.
  ///   - row: The row.
  mutating func add(
    _ products: inout MutableSpan<Float>, in range: Range<Int>, factor: Float, first: Int,
    to row: Int
  ) {
    precondition(
      (1...Self.partSize).contains(range.count) && range.upperBound <= products.count
        && range.lowerBound >= 0 && readings.indices.contains(row),
      "\(range) of \(products.count) cosines for row \(row) of \(readings.count)")
    let (topStart, bottomStart) = (row * topCapacity, row * bottomCapacity)
    let (topCapacity, bottomCapacity, scale) = (topCapacity, bottomCapacity, scale)
    unsafe products.withUnsafeMutableBufferPointer { products in
      unsafe top.withUnsafeMutableBufferPointer { top in
        unsafe topPlaces.withUnsafeMutableBufferPointer { topPlaces in
          unsafe bottom.withUnsafeMutableBufferPointer { bottom in
            unsafe bottomPlaces.withUnsafeMutableBufferPointer { bottomPlaces in
              guard let source = products.baseAddress, let top = top.baseAddress,
                let topPlaces = topPlaces.baseAddress,
                let bottom = bottom.baseAddress, let bottomPlaces = bottomPlaces.baseAddress
              else { return }
              unsafe kernel_read_part(
                &readings[row], source + range.lowerBound, range.count, factor, scale,
                Int32(first),
                top + topStart, topPlaces + topStart, topCapacity, bottom + bottomStart,
                bottomPlaces + bottomStart, bottomCapacity)
            }
          }
        }
      }
    }
  }

  /// The moments of a row: mean and population variance, and the standardised third and fourth
  /// moments, which are NaN where there is no variance.
  func moments(
    of row: Int
  ) -> (mean: Double, variance: Double, skewness: Double, kurtosis: Double) {
    let reading = readings[row]
    let variance = reading.second / reading.count
    return (
      reading.mean, variance,
      reading.third / reading.count / (variance * variance.squareRoot()),
      reading.fourth / reading.count / (variance * variance)
    )
  }

  /// The partition of a row relative to its best cosine, `Σ exp(scale (cosine - best))`, at least 1,
  /// and the mean of `scale (cosine - best)` under the probabilities, at most 0.
  func partition(of row: Int) -> (sum: Double, meanExponent: Double) {
    let reading = readings[row]
    return (reading.partition, reading.weighted / reading.partition)
  }

  /// The ends of a row.
  enum End {
    case top, bottom
  }

  /// The probabilities of the cosines kept at one end of rows.
  ///
  /// In `Double` and rounded once. The corresponding C function is `kernel_probabilities`.
  ///
  /// - Parameters:
  ///   - end: Which end.
  ///   - rows: The rows, all of whose parts have been added.
  ///   - first: The row whose place is the first of the result.
  ///   - scale: The factor on cosines.
  ///   - count: How many are wanted of each row.
  ///   - result: Receives them in the places of the rows, [rows, count]; other rows are left alone.
  func writeProbabilities(
    of end: End, rows: [Int], from first: Int, scale: Double, count: Int,
    into result: inout MutableSpan<Float>
  ) {
    let (cosines, capacity, sign) =
      end == .top ? (top, topCapacity, 1.0) : (bottom, bottomCapacity, -1)
    let (least, last) = (rows.min() ?? first, rows.max() ?? first - 1)
    precondition(
      count <= capacity && least >= first && last < readings.count
        && (last - first + 1) * count <= result.count,
      "\(count) probabilities of rows \(least) to \(last) from \(first) on")
    unsafe cosines.withUnsafeBufferPointer { source in
      unsafe result.withUnsafeMutableBufferPointer { target in
        guard let source = source.baseAddress, let target = target.baseAddress else { return }
        for row in rows {
          let reading = readings[row]
          unsafe kernel_probabilities(
            source + row * capacity, count, sign, scale, reading.best, reading.partition,
            target + (row - first) * count)
        }
      }
    }
  }
}
