/// Cuts features that come in any pieces into blocks of one size, the last of which may be smaller.
struct BlockCutter {
  private let size: Int
  private var pending: FeatureBlock

  /// Starts with nothing.
  ///
  /// - Parameters:
  ///   - size: The features of a block.
  ///   - topCount: The labels kept for each feature and end, K.
  init(size: Int, topCount: Int) {
    self.size = size
    pending = FeatureBlock(topCount: topCount)
  }

  /// Adds features.
  ///
  /// - Parameters:
  ///   - block: The next ones.
  ///   - isLast: Whether no others follow.
  /// - Returns: The blocks that are full, and the rest if no others follow.
  mutating func blocks(adding block: FeatureBlock, isLast: Bool) -> [FeatureBlock] {
    if pending.rows == 0, block.rows == size { return [block] }
    pending.append(block)
    var (blocks, start): ([FeatureBlock], Int) = ([], 0)
    while pending.rows - start >= size || (isLast && start < pending.rows) {
      let end = min(start + size, pending.rows)
      blocks.append(pending.extracting(start..<end))
      start = end
    }
    if start > 0 { pending = pending.extracting(start..<pending.rows) }
    return blocks
  }
}
