/// The right operand of products `a bᵀ`, laid out so that each inner product has the same bits
/// wherever its two vectors stand.
///
/// OpenBLAS's kernels sum in an order that can depend on the row and column of an element (on
/// Haswell and Zen inside the 12-row micro kernel and at the edges of a chunk of columns; on
/// SkylakeX and Cooperlake in the kernels for small products; elsewhere at odd edges). With
/// one fixed shape for every call, a number of rows that is a multiple of 12, and idle columns at
/// both ends of a panel, no element that is used meets such an edge. Found by comparing all
/// positions bit by bit on the Haswell, Zen, SkylakeX, Cooperlake, Sandybridge, Nehalem and
/// Prescott kernels of OpenBLAS 0.3.21; a test repeats it on the kernel at hand.
///
/// Equal vectors therefore have exactly equal products, and no result depends on threads, on
/// blocks, or on which other rows are computed.
struct PackedPanels: Sendable {
  /// The rows of every product: a multiple of 12.
  static let tileRows = 240

  /// The columns of a panel that are used.
  static let usedColumns = 256

  /// The columns of zeros at either end of a panel.
  static let idleColumns = 8

  private static let panelColumns = usedColumns + 2 * idleColumns

  /// The rows of the operand, which are the columns of the product, n.
  let count: Int

  /// The length of the sums, k.
  let width: Int

  /// One panel after another, [panels, panelColumns, k].
  private let elements: [Float]

  /// Packs an operand.
  ///
  /// - Parameters:
  ///   - rows: The operand, [count, width].
  ///   - count: Its rows.
  ///   - width: The length of a row.
  init(_ rows: Span<Float>, count: Int, width: Int) {
    precondition(rows.count == count * width, "\(rows.count) elements for [\(count), \(width)]")
    self.count = count
    self.width = width
    let panels = (count + Self.usedColumns - 1) / Self.usedColumns
    var elements = [Float](repeating: 0, count: panels * Self.panelColumns * width)
    for row in 0..<count {
      let (panel, column) = row.quotientAndRemainder(dividingBy: Self.usedColumns)
      let start = (panel * Self.panelColumns + Self.idleColumns + column) * width
      for j in 0..<width { elements[start + j] = rows[row * width + j] }
    }
    self.elements = elements
  }

  /// The products of rows with some rows of the operand.
  ///
  /// - Parameters:
  ///   - a: The left operand, [rows, width].
  ///   - rows: How many rows there are, a multiple of `tileRows`.
  ///   - columns: Which rows of the operand: from a multiple of `usedColumns` on.
  ///   - result: Receives the products from its start, [rows, columns.count].
  ///   - scratch: Room for one product; grows as needed and can be used again.
  /// - Complexity: 2 · rows · width · columns floating-point operations, and up to 6 % more for
  ///   the idle columns.
  func multiply(
    _ a: Span<Float>, rows: Int, columns: Range<Int>, into result: inout [Float],
    scratch: inout [Float]
  ) {
    precondition(
      rows % Self.tileRows == 0 && columns.lowerBound % Self.usedColumns == 0
        && columns.upperBound <= count, "\(rows) rows by \(columns) of \(count)")
    if scratch.count < Self.tileRows * Self.panelColumns {
      scratch = [Float](repeating: 0, count: Self.tileRows * Self.panelColumns)
    }
    for row in stride(from: 0, to: rows, by: Self.tileRows) {
      let tile = a.extracting((row * width)..<((row + Self.tileRows) * width))
      for first in stride(from: columns.lowerBound, to: columns.upperBound, by: Self.usedColumns) {
        let used = min(Self.usedColumns, columns.upperBound - first)
        multiply(tile, panel: first / Self.usedColumns, into: &scratch)
        var target = result.mutableSpan
        for i in 0..<Self.tileRows {
          let source = i * Self.panelColumns + Self.idleColumns
          copy(
            scratch.span.extracting(source..<(source + used)), into: &target,
            at: (row + i) * columns.count + first - columns.lowerBound)
        }
      }
    }
  }

  /// The product of one tile with one panel.
  private func multiply(_ tile: Span<Float>, panel: Int, into product: inout [Float]) {
    let panelSize = Self.panelColumns * width
    var target = product.mutableSpan
    BLAS.gemm(
      tile, elements.span.extracting((panel * panelSize)..<((panel + 1) * panelSize)),
      opB: .transpose, m: Self.tileRows, n: Self.panelColumns, k: width, into: &target)
  }
}
