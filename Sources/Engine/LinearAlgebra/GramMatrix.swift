/// The rows that are multiplied at once, whose products are summed in `Float`.
private let gramBlockRows = 1024

/// The sums over rows of products of elements: XᵀY.
///
/// Products of blocks of 1,024 rows are formed in `Float` and added in `Double`, in the order of
/// the blocks: the result is the same for any number of threads, with an error of at most
/// 1024·2^-24 of Σ|x y|, and commonly 1e-7 of it.
///
/// - Parameters:
///   - x: The left rows X, [n, p], of finite elements.
///   - y: The right rows Y, [n, q].
///   - xCenter: What is subtracted from each row of X, [p]; nothing if nil.
///   - yCenter: What is subtracted from each row of Y, [q]; nothing if nil.
///   - workers: The number of threads.
/// - Returns: The sums, [p, q].
/// - Complexity: 2·n·p·q floating-point operations.
public func crossProducts(
  _ x: Matrix, _ y: Matrix, xCenter: [Double]? = nil, yCenter: [Double]? = nil, workers: Int = 1
) -> DoubleMatrix {
  precondition(x.rows == y.rows, "\(x.rows) rows and \(y.rows)")
  precondition(xCenter?.count ?? x.columns == x.columns, "a center of another width")
  precondition(yCenter?.count ?? y.columns == y.columns, "a center of another width")
  let (p, q) = (x.columns, y.columns)
  var sums = [Double](repeating: 0, count: p * q)
  let blocks = (x.rows + gramBlockRows - 1) / gramBlockRows
  forEachInOrder(
    count: blocks, workers: workers, makeState: {},
    produce: { _, block in
      let rows = (block * gramBlockRows)..<min((block + 1) * gramBlockRows, x.rows)
      let left = x.centeredRows(rows, center: xCenter)
      let right = y.centeredRows(rows, center: yCenter)
      var product = [Float](repeating: 0, count: p * q)
      var target = product.mutableSpan
      BLAS.gemm(
        left.span, right.span, opA: .transpose, m: p, n: q, k: rows.count, into: &target)
      return product
    },
    { product in
      let source = product.span
      var target = sums.mutableSpan
      for index in source.indices { target[index] += Double(source[index]) }
    })
  return DoubleMatrix(rows: p, columns: q, elements: sums)
}

/// The sums over rows of products of two elements, VᵀV, exactly symmetric; as `crossProducts`.
///
/// - Parameters:
///   - rows: The rows V, [n, d], of finite elements.
///   - center: What is subtracted from each row, [d]; nothing if nil.
///   - workers: The number of threads; the result is the same for any.
/// - Returns: The sums, [d, d].
public func gramMatrix(
  _ rows: Matrix, center: [Double]? = nil, workers: Int = 1
) -> DoubleMatrix {
  var result = crossProducts(rows, rows, xCenter: center, yCenter: center, workers: workers)
  result.symmetrize()
  return result
}

/// The mean row, summed in `Double` from the first row to the last.
///
/// - Parameter rows: The rows, [n, d].
/// - Returns: The means, [d]; NaN if there are no rows.
public func columnMeans(_ rows: Matrix) -> [Double] {
  var sums = VectorSums(count: rows.columns)
  let elements = rows.elements.span
  for row in 0..<rows.rows {
    sums.addToColumns(elements.extracting((row * rows.columns)..<((row + 1) * rows.columns)))
  }
  return sums.sums.map { $0 / Double(rows.rows) }
}

/// The covariance of the columns of some rows: Σ (v − μ)(v − μ)ᵀ / n.
///
/// The mean is taken off before products are formed, so a common component does not cancel.
///
/// - Parameters:
///   - rows: The rows, [n, d], of finite elements; at least one.
///   - workers: The number of threads; the result is the same for any.
/// - Returns: The means, [d], and the covariance, [d, d].
public func meanAndCovariance(
  _ rows: Matrix, workers: Int = 1
) -> (mean: [Double], covariance: DoubleMatrix) {
  precondition(rows.rows > 0, "no rows")
  let mean = columnMeans(rows)
  var covariance = gramMatrix(rows, center: mean, workers: workers)
  covariance.scale(by: 1 / Double(rows.rows))
  return (mean, covariance)
}

extension Matrix {
  /// The elements of some rows, less what is to be subtracted from each.
  fileprivate func centeredRows(_ range: Range<Int>, center: [Double]?) -> [Float] {
    let block = elements[(range.lowerBound * columns)..<(range.upperBound * columns)]
    guard let center else { return Array(block) }
    var result = Array(block)
    var target = result.mutableSpan
    for i in 0..<range.count {
      for j in 0..<columns {
        let index = i * columns + j
        target[index] = Float(Double(target[index]) - center[j])
      }
    }
    return result
  }
}
