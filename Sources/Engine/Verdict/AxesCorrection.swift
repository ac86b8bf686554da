/// Takes what features and labels have along the first principal axes of the labels off their products.
///
///     s_ij - Σ_k (v_i · b_k) (u_j · b_k)
///
/// A product of r terms in the place of another of D.
struct AxesCorrection: Sendable {
  /// u_j · b_k, [C, r].
  private let operand: ProductOperand

  /// Prepares a correction.
  ///
  /// - Parameters:
  ///   - axes: The axes, one at least.
  ///   - labelCount: C.
  init(_ axes: LabelAxes, labelCount: Int) {
    operand = ProductOperand(axes.along, count: labelCount, width: axes.topCount)
  }

  /// Corrects the products of a tile.
  ///
  /// - Parameters:
  ///   - products: Products with labels first and with the axes somewhere behind, [rows, stride].
  ///   - rows: The number of rows.
  ///   - stride: The number of columns.
  ///   - axes: The columns of products with the axes.
  /// - Returns: Products with labels, [at least rows, C].
  func corrected(_ products: [Float], rows: Int, stride: Int, axes: Range<Int>) -> [Float] {
    let (count, size) = (operand.count, operand.layout.paddedRows(rows))
    precondition(axes.count == operand.width, "\(axes.count) axes of \(operand.width)")
    var parts = [Float](repeating: 0, count: size * axes.count)
    for row in 0..<rows {
      for (k, column) in axes.enumerated() {
        parts[row * axes.count + k] = products[row * stride + column]
      }
    }
    var result = [Float](repeating: 0, count: size * count)
    var scratch: [Float] = []
    operand.multiply(
      parts.span, rows: size, columns: 0..<count, into: &result, scratch: &scratch)
    let source = products.span
    var target = result.mutableSpan
    for row in 0..<rows {
      let (from, to) = (row * stride, row * count)
      for j in 0..<count { target[to + j] = source[from + j] - target[to + j] }
    }
    return result
  }
}
