@testable import Engine

extension RowReduction {
  /// Reduces one row of cosines and appends it to a block.
  mutating func reduce(_ cosines: [Float], id: Int32, into block: inout FeatureBlock) {
    removeAll()
    for first in stride(from: 0, to: cosines.count, by: CosineReadings.partSize) {
      let end = min(first + CosineReadings.partSize, cosines.count)
      var part = Array(cosines[first..<end])
      var products = part.mutableSpan
      add(&products, in: 0..<(end - first), factor: 1, first: first, to: 0)
    }
    block.append(self.block(of: 0..<1, ids: [id], statuses: [.read]))
  }
}

extension FeatureBlock {
  /// Appends a feature that was not read.
  mutating func appendMasked(id: Int32, status: FeatureStatus) {
    let reduction = RowReduction(
      rows: 1, logitScale: 1, labelIDs: (0..<Int32(topCount)).map { $0 }, topCount: topCount)
    append(reduction.block(of: 0..<1, ids: [id], statuses: [status]))
  }
}
