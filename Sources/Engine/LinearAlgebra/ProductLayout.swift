/// How the left operand and the result of a product with a `ProductOperand` are laid out.
struct ProductLayout: Sendable, Equatable {
  /// The fewest rows and columns of a product that are multiplied where kernels are uniform: with
  /// them, sums of 131 terms on leave the range of the kernels for small products.
  private static let leastRows = 480
  private static let leastColumns = 16

  /// Whether the operand is laid out as `PackedPanels`, because kernels are not uniform.
  let isPacked: Bool

  /// Finds the layout of products on the kernels at hand.
  ///
  /// - Parameters:
  ///   - count: The rows of the operand, which are the columns of the product, n.
  ///   - width: The length of the sums, k.
  init(count: Int, width: Int) {
    isPacked =
      count < Self.leastColumns
      || !BLAS.isUniform(m: Self.leastRows, n: Self.leastColumns, k: width)
  }

  /// Whether a left operand may be stored with its rows and columns exchanged.
  var acceptsColumns: Bool { !isPacked }

  /// The rows that a left operand must have for so many to be multiplied.
  func paddedRows(_ rows: Int) -> Int {
    let unit = PackedPanels.tileRows
    return isPacked ? (rows + unit - 1) / unit * unit : max(rows, Self.leastRows)
  }

  /// Where the products with some of the operand's rows stand in a result.
  ///
  /// - Parameter columns: Which rows of the operand.
  /// - Returns: The columns of the result, and the first of them that was asked for; those before
  ///   it belong to the rows before.
  func place(of columns: Range<Int>) -> (stride: Int, start: Int) {
    let stride = isPacked ? columns.count : max(columns.count, Self.leastColumns)
    return (stride, stride - columns.count)
  }
}
