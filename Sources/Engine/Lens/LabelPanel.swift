/// The labels that take part in a scan, as one operand of a product.
struct LabelPanel: Sendable {
  /// The ids of the labels that take part, rising, [C].
  let labelIDs: [Int32]

  /// Their unit embeddings, [C, D].
  let embeddings: PackedPanels

  /// Gathers the labels of a bank that are not masked.
  init(_ bank: LabelBank) {
    labelIDs = bank.statuses.indices.filter { bank.statuses[$0] == .usable }.map { Int32($0) }
    var rows: [Float] = []
    for id in labelIDs { rows += bank.embeddings.row(Int(id)) }
    embeddings = PackedPanels(
      rows.span, count: labelIDs.count, width: bank.embeddings.columns)
  }
}
