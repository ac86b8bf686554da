/// Token sequences put in order and cut into blocks that are computed one at a time.
///
/// In lexicographic order sequences that share prefixes stand together; a prefix is computed once
/// in each block that it reaches into.
struct PromptBlocks: Sendable {
  /// The most nodes of a block, but for those of one sequence and its way back to the root: large
  /// enough for full-speed products, small enough that the states of a block of ViT-L/14 take 28 MB.
  static let nodesPerBlock = 1024

  /// The fewest nodes for which a block of its own is made.
  static let leastNodesPerBlock = 64

  /// The distinct sequences, in lexicographic order.
  let sequences: [ArraySlice<Int32>]

  /// For each of them the indices of those that are equal to it, rising.
  let sources: [ArraySlice<Int>]

  /// The number of distinct prefixes of all sequences, or of all tokens if none are shared.
  let nodeCount: Int

  /// The blocks, as ranges of `sequences`.
  let blocks: [Range<Int>]

  /// Orders sequences and cuts them into blocks of about equally many nodes, as many for each worker.
  ///
  /// - Parameters:
  ///   - sequences: Any sequences, none of them empty.
  ///   - workers: The threads that blocks are for.
  ///   - sharesPrefixes: Whether equal beginnings are computed once.
  init(_ sequences: [ArraySlice<Int32>], workers: Int, sharesPrefixes: Bool = true) {
    let order = sequences.indices.sorted { left, right in
      let (a, b) = (sequences[left], sequences[right])
      return a == b ? left < right : a.lexicographicallyPrecedes(b)
    }
    var distinct: [ArraySlice<Int32>] = []
    var starts: [Int] = []
    /// The nodes of all sequences before each one.
    var nodesBefore: [Int] = []
    var nodeCount = 0
    for (position, index) in order.enumerated() where distinct.last != sequences[index] {
      let sequence = sequences[index]
      nodesBefore.append(nodeCount)
      let shared = sharesPrefixes ? sequence.commonPrefixCount(with: distinct.last ?? []) : 0
      nodeCount += sequence.count - shared
      distinct.append(sequence)
      starts.append(position)
    }
    self.sequences = distinct
    self.nodeCount = nodeCount
    sources = zip(starts, starts.dropFirst() + [order.count]).map { order[$0..<$1] }
    blocks = Self.cut(nodesBefore, nodeCount: nodeCount, workers: workers)
  }

  /// Cuts sequences where the nodes before them pass equal shares.
  private static func cut(_ nodesBefore: [Int], nodeCount: Int, workers: Int) -> [Range<Int>] {
    let needed = (nodeCount + nodesPerBlock - 1) / nodesPerBlock
    let shared = (needed + workers - 1) / workers * workers
    let most = (nodeCount + leastNodesPerBlock - 1) / leastNodesPerBlock
    let blockCount = min(shared, most)
    var blocks: [Range<Int>] = []
    var (start, block) = (0, 0)
    for (index, nodes) in nodesBefore.enumerated() where nodes * blockCount / nodeCount > block {
      blocks.append(start..<index)
      (start, block) = (index, nodes * blockCount / nodeCount)
    }
    if start < nodesBefore.count { blocks.append(start..<nodesBefore.count) }
    return blocks
  }
}
