/// The labels that take part in a scan, as an operand of products: all at hand, or read part by
/// part for each product.
///
/// Either way a part is multiplied by the same operations on the same numbers.
struct LabelPanel: Sendable {
  /// The ids of the labels that take part, rising, [C].
  let labelIDs: [Int32]

  /// How products with the labels are laid out.
  let layout: ProductLayout

  private let rows: LabelRows

  /// Their unit embeddings, [C, D], or nil if they are read part by part.
  private let resident: ProductOperand?

  /// Makes an operand of the labels that are not masked; it shares the rows of a bank in memory.
  init(_ bank: LabelBank) {
    rows = bank.rows
    labelIDs = bank.rows.labelIDs
    layout = ProductLayout(count: labelIDs.count, width: rows.width)
    resident = rows.elements.map {
      ProductOperand($0, count: bank.rows.labelIDs.count, width: bank.rows.width)
    }
  }

  /// The columns of products that are reduced together.
  var parts: [Range<Int>] {
    stride(from: 0, to: labelIDs.count, by: ProductOperand.partColumns).map {
      $0..<min($0 + ProductOperand.partColumns, labelIDs.count)
    }
  }

  /// The operand that gives the products of a part.
  ///
  /// - Parameters:
  ///   - part: One of `parts`.
  ///   - rows: Room for labels that must be read; it can be used again when the operand is gone.
  /// - Returns: An operand, and which of its rows are the part.
  func operand(
    of part: Range<Int>, gathering rows: inout [Float]
  ) -> (operand: ProductOperand, columns: Range<Int>) {
    if let resident { return (resident, part) }
    let place = layout.place(of: part)
    self.rows.read((part.lowerBound - place.start)..<part.upperBound, into: &rows)
    let operand = ProductOperand(rows, count: place.stride, width: self.rows.width)
    return (operand, place.start..<place.stride)
  }
}
