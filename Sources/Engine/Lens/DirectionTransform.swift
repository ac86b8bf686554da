/// What becomes of a direction within the residual stream before the image head reads it.
enum DirectionTransform: Sendable {
  /// The blocks of the vision tower that come after, for a lone CLS token.
  case blocks(VisionBlocks)

  /// A translator: A x + c.
  case affine(AffineMap)

  /// Replaces vectors by what they become.
  ///
  /// Each result has the same bits whatever the other vectors are. A vector without length stays
  /// one.
  ///
  /// - Parameters:
  ///   - rows: The vectors, [count, d], from its start; what follows stays as it is.
  ///   - count: How many there are.
  func apply(to rows: inout [Float], count: Int) {
    switch self {
    case .blocks(let blocks): blocks.apply(to: &rows, rows: count)
    case .affine(let map): map.apply(to: &rows, count: count)
    }
  }
}

/// The map x to A x + c within one space.
struct AffineMap: Sendable {
  /// A, [d, d].
  private let matrix: ProductOperand

  /// c, [d].
  private let shift: [Float]

  /// Makes a map.
  ///
  /// - Parameters:
  ///   - matrix: A, [d, d].
  ///   - shift: c, [d]; nothing if nil.
  init(_ matrix: Matrix, shift: [Float]?) {
    precondition(
      matrix.rows == matrix.columns && shift?.count ?? matrix.rows == matrix.rows,
      "[\(matrix.rows), \(matrix.columns)] and \(shift?.count ?? 0)")
    self.matrix = ProductOperand(matrix.elements, count: matrix.rows, width: matrix.columns)
    self.shift = shift ?? [Float](repeating: 0, count: matrix.rows)
  }

  fileprivate func apply(to rows: inout [Float], count: Int) {
    let width = matrix.width
    let padded = matrix.layout.paddedRows(count)
    var left = [Float](repeating: 0, count: padded * width)
    for index in 0..<(count * width) { left[index] = rows[index] }
    var (result, scratch) = ([Float](repeating: 0, count: padded * width), [Float]())
    matrix.multiply(
      left.span, rows: padded, columns: 0..<width, into: &result, scratch: &scratch)
    for row in 0..<count {
      for j in 0..<width { rows[row * width + j] = result[row * width + j] + shift[j] }
    }
  }
}
