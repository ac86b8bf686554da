/// Which row of one matrix each row of another has the largest product with.
struct BestRows: Sendable {
  private let operand: ProductOperand

  /// Prepares to compare with rows.
  ///
  /// - Parameters:
  ///   - rows: The rows that are chosen from, [K, D], at least 1.
  ///   - isMasked: Whether each takes no part.
  init(among rows: Matrix, isMasked: [Bool]) {
    precondition(rows.rows == isMasked.count && rows.rows > 0, "\(isMasked.count) of \(rows.rows)")
    var elements = rows.elements
    for row in 0..<rows.rows where isMasked[row] {
      // A product with NaN is never the largest.
      for j in (row * rows.columns)..<((row + 1) * rows.columns) { elements[j] = .nan }
    }
    operand = ProductOperand(elements, count: rows.rows, width: rows.columns)
  }

  /// The row that each row of a matrix has the largest product with.
  ///
  /// Equal rows have equal products, of which the first is taken.
  ///
  /// - Parameter matrix: The rows, [m, D], all finite.
  /// - Returns: The indices, [m]; -1 where all are masked.
  /// - Complexity: 2 · m · K · D floating-point operations.
  func indices(for matrix: Matrix) -> [Int32] {
    let width = matrix.columns
    precondition(width == operand.width, "rows of \(width) and of \(operand.width)")
    var result: [Int32] = []
    let padded = operand.layout.paddedRows(min(matrix.rows, ProductOperand.tileRows))
    var tile = [Float](repeating: 0, count: padded * width)
    var products = [Float](repeating: 0, count: padded * operand.count)
    var (scratch, kept): ([Float], [Float]) = ([], [])
    var places: [Int32] = []
    for first in stride(from: 0, to: matrix.rows, by: ProductOperand.tileRows) {
      let rows = min(ProductOperand.tileRows, matrix.rows - first)
      var target = tile.mutableSpan
      copy(
        matrix.elements.span.extracting((first * width)..<((first + rows) * width)), into: &target,
        at: 0)
      operand.multiply(
        tile.span, rows: operand.layout.paddedRows(rows), columns: 0..<operand.count,
        into: &products, scratch: &scratch)
      for row in 0..<rows {
        let range = (row * operand.count)..<((row + 1) * operand.count)
        let found = placesOfGreatest(
          1, in: products.span.extracting(range), isByMagnitude: false, scratch: &kept,
          into: &places)
        result.append(found == 1 ? places[0] : -1)
      }
    }
    return result
  }
}
