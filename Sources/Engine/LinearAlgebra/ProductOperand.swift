/// The right operand of products `a bᵀ` whose inner products have the same bits wherever their
/// two vectors stand.
///
/// Equal vectors therefore have exactly equal products, and no result depends on threads, on
/// blocks, or on which other rows and columns are computed. Where OpenBLAS's kernels are not
/// uniform (see `BLAS.isUniform`), the operand is laid out as `PackedPanels`.
struct ProductOperand: Sendable {
  /// The most rows of a left operand that are worked on together: from here on a larger product is
  /// hardly faster (100.1 GFLOP/s against 99.4 with 960 rows and 97.5 with 480, one Zen 4 core,
  /// Cooperlake kernels).
  static let tileRows = 8 * PackedPanels.tileRows

  /// The most columns of a product that is reduced before the next one is made, 1024, a multiple
  /// of `PackedPanels.usedColumns`: with `tileRows` rows 7.9 MB, which a cache of the third level
  /// holds.
  static let partColumns = CosineReadings.partSize

  /// The rows of the operand, which are the columns of the product, n.
  let count: Int

  /// The length of the sums, k.
  let width: Int

  /// How products are laid out.
  let layout: ProductLayout

  /// The operand, [n, k]; empty if there are panels.
  private let elements: [Float]

  private let panels: PackedPanels?

  /// Prepares an operand.
  ///
  /// - Parameters:
  ///   - rows: The operand, [count, width]; shared, not copied, where that is possible.
  ///   - count: Its rows.
  ///   - width: The length of a row.
  init(_ rows: [Float], count: Int, width: Int) {
    precondition(rows.count == count * width, "\(rows.count) elements for [\(count), \(width)]")
    self.count = count
    self.width = width
    layout = ProductLayout(count: count, width: width)
    if !layout.isPacked {
      elements = rows
      panels = nil
    } else {
      elements = []
      panels = PackedPanels(rows.span, count: count, width: width)
    }
  }

  /// The products of rows with some rows of the operand.
  ///
  /// - Parameters:
  ///   - a: The left operand, [rows, width], or [width, rows] if it is transposed.
  ///   - isTransposed: Whether rows and columns of the left operand are exchanged, which
  ///     `layout.acceptsColumns` must allow; the products have the same bits.
  ///   - rows: How many rows there are; a value of `layout.paddedRows`.
  ///   - columns: Which rows of the operand: all, or a part from a multiple of `partColumns` on.
  ///   - isCleared: Whether the result holds 0 where the products will stand: OpenBLAS then need
  ///     not write zeros to it, which it does before it adds products.
  ///   - result: Receives the products from its start, [rows, stride] as `layout.place` says.
  ///   - scratch: Room for products; grows as needed and can be used again.
  /// - Complexity: 2 · rows · width · columns floating-point operations, and up to 6 % more for
  ///   the idle columns of panels.
  func multiply(
    _ a: Span<Float>, isTransposed: Bool = false, rows: Int, columns: Range<Int>,
    isCleared: Bool = false, into result: inout [Float], scratch: inout [Float]
  ) {
    precondition(rows == layout.paddedRows(rows), "\(rows) rows to be multiplied")
    precondition(columns.upperBound <= count, "columns \(columns) of \(count)")
    if let panels {
      precondition(!isTransposed, "columns multiplied with panels")
      panels.multiply(a, rows: rows, columns: columns, into: &result, scratch: &scratch)
      return
    }
    let n = layout.place(of: columns).stride
    let elements = elements.span.extracting(
      ((columns.upperBound - n) * width)..<(columns.upperBound * width))
    var target = result.mutableSpan
    BLAS.gemm(
      a, elements, opA: isTransposed ? .transpose : .none, opB: .transpose, m: rows, n: n,
      k: width, beta: isCleared ? 1 : 0, into: &target)
  }
}
