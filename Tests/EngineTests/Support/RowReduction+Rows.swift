@testable import Engine

extension RowReduction {
  /// Reduces one row of cosines and appends it to a block.
  mutating func reduce(_ cosines: [Float], id: Int32, into block: inout FeatureBlock) {
    removeAll()
    for first in stride(from: 0, to: cosines.count, by: CosineReadings.partSize) {
      let end = min(first + CosineReadings.partSize, cosines.count)
      add(cosines.span.extracting(first..<end), factor: 1, first: first, to: 0)
    }
    append(0, id: id, to: &block)
  }
}
