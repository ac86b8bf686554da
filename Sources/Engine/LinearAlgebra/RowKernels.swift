internal import RealModule

/// Mean and population variance of a row, in `Double`.
///
/// The variance is of the differences from the mean (two passes), so that it does not cancel.
///
/// - Precondition: The row is not empty.
func meanAndVariance(_ row: Span<Float>) -> (mean: Double, variance: Double) {
  var sum = 0.0
  for j in row.indices { sum = Relaxed.sum(sum, Double(row[j])) }
  let mean = sum / Double(row.count)
  var squares = 0.0
  for j in row.indices {
    let difference = Double(row[j]) - mean
    squares = Relaxed.multiplyAdd(difference, difference, squares)
  }
  return (mean, squares / Double(row.count))
}

/// The Euclidean length of a row, summed in `Double`, which no finite `Float` can overflow.
func euclideanNorm(_ row: Span<Float>) -> Double {
  var sum = 0.0
  for j in row.indices {
    let element = Double(row[j])
    sum = Relaxed.multiplyAdd(element, element, sum)
  }
  return sum.squareRoot()
}

/// Scales each row, [width], to unit length; leaves rows of length zero as they are.
///
/// The length is taken in `Double`, so rows of elements as small as 1e-40 or as large as 1e38
/// become unit rows too.
///
/// - Parameters:
///   - rows: The rows, [rows, width], changed in place.
///   - width: The length of a row, at least 1.
func normalizeRows(_ rows: inout MutableSpan<Float>, width: Int) {
  for start in stride(from: 0, to: rows.count, by: width) {
    let norm = euclideanNorm(rows.span.extracting(start..<(start + width)))
    guard norm > 0 else { continue }
    for j in start..<(start + width) { rows[j] = Float(Double(rows[j]) / norm) }
  }
}
