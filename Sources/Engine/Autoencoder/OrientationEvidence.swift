/// How constant the lengths of the rows and of the columns of a matrix are.
///
/// Decoders are often trained with directions of unit length; then the lengths along one dimension
/// agree to rounding, and along the other they scatter.
struct LengthScatter: Equatable {
  /// The coefficient of variation (standard deviation over mean) of some lengths.
  struct Sample: Equatable {
    /// The vectors that have a length: not zero, and finite where enough of them are.
    var count: Int
    /// The number of elements of each.
    var width: Int
    /// The coefficient of variation; nil for fewer than eight vectors.
    var variation: Double?

    /// Whether the lengths are more constant than chance could make them.
    ///
    /// The length of a vector of L independent normal elements has a coefficient of variation of
    /// 1/√(2L) to first order. A fifth of that over eight vectors or more has a probability below
    /// 1e-4 (chi-squared with seven degrees of freedom below 0.28), and rounding unit vectors to
    /// bf16 leaves less than 1/(700 √L).
    var isConstant: Bool {
      guard let variation else { return false }
      return variation < 0.2 / (2 * Double(width)).squareRoot()
    }
  }

  /// Of the rows of the stored tensor.
  var rows: Sample

  /// Of its columns.
  var columns: Sample

  /// The orientation in which directions have constant length, or nil if both or neither has.
  var orientation: Orientation? {
    guard rows.isConstant != columns.isConstant else { return nil }
    return rows.isConstant ? .rows : .columns
  }

  /// The evidence in words.
  var summary: String {
    "lengths vary by \(percent(rows.variation)) over rows and \(percent(columns.variation)) over "
      + "columns"
  }

  /// Measures a stored matrix in one pass, with sums of squares in `Double`.
  ///
  /// An element that is not finite counts as zero; vectors that hold one are left out unless fewer
  /// than eight others remain.
  ///
  /// - Parameter tensor: The matrix.
  init(of tensor: Tensor) {
    let (rowCount, columnCount) = (tensor.shape[0], tensor.shape[1])
    var rowSquares = [Double](repeating: 0, count: rowCount)
    var columnSquares = [Double](repeating: 0, count: columnCount)
    var rowIsWhole = [Bool](repeating: true, count: rowCount)
    var columnIsWhole = [Bool](repeating: true, count: columnCount)
    var scratch: [Float] = []
    for i in 0..<rowCount {
      tensor.withFloats(in: (i * columnCount)..<((i + 1) * columnCount), scratch: &scratch) { row in
        var sum = 0.0
        for j in row.indices {
          if row[j].isFinite {
            let square = Double(row[j]) * Double(row[j])
            sum += square
            columnSquares[j] += square
          } else {
            rowIsWhole[i] = false
            columnIsWhole[j] = false
          }
        }
        rowSquares[i] = sum
      }
    }
    rows = Sample(squares: rowSquares, isWhole: rowIsWhole, width: columnCount)
    columns = Sample(squares: columnSquares, isWhole: columnIsWhole, width: rowCount)
  }
}

extension LengthScatter.Sample {
  /// The fewest vectors that can show anything.
  static let minimumCount = 8

  /// Summarises the squared lengths of some vectors.
  fileprivate init(squares: [Double], isWhole: [Bool], width: Int) {
    let whole = zip(squares, isWhole).filter { $0.0 > 0 && $0.1 }.map(\.0)
    let used = whole.count >= Self.minimumCount ? whole : squares.filter { $0 > 0 }
    let lengths = used.map { $0.squareRoot() }
    self.init(count: lengths.count, width: width, variation: nil)
    guard lengths.count >= Self.minimumCount else { return }
    let mean = lengths.reduce(0, +) / Double(lengths.count)
    let variance = lengths.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(lengths.count)
    variation = variance.squareRoot() / mean
  }
}

/// How well the rows and columns of a square encoder point along those of the decoder.
///
/// A trained encoder direction resembles its decoder direction: mean cosine of 0.3 and more,
/// against 0 for directions that do not belong together. The measure says which vectors of one
/// matrix belong to which of the other; it cannot say whether both are transposed, since
/// tr(A·B) = tr(B·A).
struct Pairing: Equatable {
  /// The least mean cosine that shows that directions belong together.
  static let threshold = 0.3

  /// The mean cosine of stored rows with stored rows, the same as that of columns with columns
  /// but for weights; nil for fewer than eight pairs.
  var same: Double?

  /// The mean cosine of the rows of one with the columns of the other.
  var opposite: Double?

  /// Whether both matrices are stored the same way, or nil if the cosines do not tell.
  var isSame: Bool? {
    guard let same, let opposite else { return nil }
    let (low, high) = (min(same, opposite), max(same, opposite))
    guard high >= Self.threshold, low < high / 2 else { return nil }
    return same > opposite
  }

  /// The evidence in words.
  var summary: String {
    "mean cosine of W_enc and W_dec is \(decimal(same)) if stored alike and "
      + "\(decimal(opposite)) if one is transposed"
  }

  /// Measures two square matrices of one size, in `Double`.
  ///
  /// - Parameters:
  ///   - encoder: The stored encoder.
  ///   - decoder: The stored decoder, taken as [n, d].
  /// - Precondition: Both are [n, n].
  init(encoder: Tensor, decoder: Tensor) {
    let rows = DirectionBank(decoder, isTransposed: false)
    same = meanCosine(DirectionBank(encoder, isTransposed: false), rows)
    opposite = meanCosine(DirectionBank(encoder, isTransposed: true), rows)
  }
}

/// The mean cosine of the directions of two banks with one another, in order.
///
/// Pairs in which one is zero or not finite are left out.
///
/// - Parameters:
///   - first: Directions, [n, d].
///   - second: Directions, [n, d].
/// - Returns: The mean, or nil for fewer than eight pairs.
/// - Precondition: The banks have the same count and width.
func meanCosine(_ first: DirectionBank, _ second: DirectionBank) -> Double? {
  var (sum, pairs) = (0.0, 0)
  _ = allCosines(first, second) { cosine in
    if let cosine { (sum, pairs) = (sum + cosine, pairs + 1) }
    return true
  }
  return pairs >= LengthScatter.Sample.minimumCount ? sum / Double(pairs) : nil
}

/// Whether the cosines of the directions of two banks with one another all satisfy a predicate.
///
/// - Parameters:
///   - first: Directions, [n, d].
///   - second: Directions, [n, d].
///   - predicate: Called with the cosines in order, nil where a direction is zero or not finite,
///     until it gives false.
/// - Returns: False if it gave false.
/// - Precondition: The banks have the same count and width.
func allCosines(
  _ first: DirectionBank, _ second: DirectionBank, satisfy predicate: (Double?) -> Bool
) -> Bool {
  precondition(
    first.count == second.count && first.width == second.width,
    "[\(first.count), \(first.width)] and [\(second.count), \(second.width)]")
  let (block, width) = (256, first.width)
  for start in stride(from: 0, to: first.count, by: block) {
    let range = start..<min(start + block, first.count)
    let a = first.rows(range)
    let b = second.rows(range)
    for i in 0..<range.count {
      let bounds = (i * width)..<((i + 1) * width)
      let cosine = cosine(a.span.extracting(bounds), b.span.extracting(bounds))
      guard predicate(cosine) else { return false }
    }
  }
  return true
}

extension DirectionBank {
  /// Some directions, [range.count, width].
  func rows(_ range: Range<Int>) -> [Float] {
    var result = [Float](repeating: 0, count: range.count * width)
    var target = result.mutableSpan
    read(range, into: &target)
    return result
  }
}

/// The cosine of two vectors, or nil if one is zero or not finite.
func cosine(_ a: Span<Float>, _ b: Span<Float>) -> Double? {
  let lengths = euclideanNorm(a) * euclideanNorm(b)
  guard lengths > 0, lengths.isFinite else { return nil }
  var product = 0.0
  for j in a.indices { product += Double(a[j]) * Double(b[j]) }
  return product / lengths
}

/// A fraction as a percentage of three digits.
private func percent(_ fraction: Double?) -> String {
  fraction.map { "\(($0 * 100_000).rounded() / 1000) %" } ?? "an unknown part"
}

/// A number with three decimals.
private func decimal(_ number: Double?) -> String {
  number.map { "\(($0 * 1000).rounded() / 1000)" } ?? "unknown"
}
