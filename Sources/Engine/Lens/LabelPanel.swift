/// The labels that take part in a scan, as one operand of a product.
struct LabelPanel: Sendable {
  /// The ids of the labels that take part, rising, [C].
  let labelIDs: [Int32]

  /// Their unit embeddings, [C, D].
  let embeddings: ProductOperand

  /// Gathers the labels of a bank that are not masked; where none is, the bank's embeddings are
  /// shared.
  init(_ bank: LabelBank) {
    labelIDs = bank.statuses.indices.filter { bank.statuses[$0] == .usable }.map { Int32($0) }
    var rows = bank.embeddings.elements
    if labelIDs.count < bank.statuses.count {
      rows = labelIDs.flatMap { bank.embeddings.row(Int($0)) }
    }
    embeddings = ProductOperand(rows, count: labelIDs.count, width: bank.embeddings.columns)
  }

  /// The columns of products that are reduced together.
  var parts: [Range<Int>] {
    stride(from: 0, to: labelIDs.count, by: ProductOperand.partColumns).map {
      $0..<min($0 + ProductOperand.partColumns, labelIDs.count)
    }
  }
}
