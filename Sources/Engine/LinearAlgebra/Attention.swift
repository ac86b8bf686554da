internal import CKernels

/// For each of some rows, the rows that it sees: a list of lists.
struct RowChains: Sendable, Equatable {
  /// Where each list starts in `rows`, and after the last one the number of all.
  private(set) var starts = [0]
  /// The lists, one after another.
  private(set) var rows: [Int32] = []

  /// The number of lists.
  var count: Int { starts.count - 1 }

  /// The list at an index.
  subscript(index: Int) -> ArraySlice<Int32> { rows[starts[index]..<starts[index + 1]] }

  /// Adds a list.
  mutating func append(_ chain: some Collection<Int32>) {
    rows += chain
    starts.append(rows.count)
  }

  /// The lists at some indices, in their order.
  func selecting(_ indices: [Int]) -> RowChains {
    indices.reduce(into: RowChains()) { $0.append(self[$1]) }
  }
}

/// The parts of an attention layer that are not products of matrices.
struct AttentionHeads: Sendable {
  let count: Int
  /// The width of one head.
  let width: Int

  /// Replaces each query by what it attends to, head by head.
  ///
  ///     softmax((query + queryBias) keysᵀ / √width) values + valueBias
  ///
  /// A bias of keys would add the same number to all scores of a query and change no weight, and
  /// that of values passes through, since weights add up to 1. The sum of weights is kept in
  /// `Double`. A row of the result depends on its query and on what it sees alone. The
  /// corresponding C function is `kernel_attend`.
  ///
  /// - Parameters:
  ///   - queries: The queries, [chains.count, count · width], changed in place.
  ///   - keys: The keys, one row for each row that is seen.
  ///   - values: The values, likewise.
  ///   - queryBias: [count · width].
  ///   - valueBias: [count · width].
  ///   - chains: The rows of keys and values that each query sees, at least one.
  /// - Precondition: The shapes agree, and every row that is seen is there.
  func attend(
    _ queries: inout [Float], keys: [Float], values: [Float], queryBias: [Float],
    valueBias: [Float], chains: RowChains
  ) {
    let rowWidth = count * width
    precondition(queryBias.count == rowWidth && valueBias.count == rowWidth, "\(rowWidth) biases")
    precondition(queries.count >= chains.count * rowWidth, "\(queries.count) elements of queries")
    let seenRows = min(keys.count, values.count) / rowWidth
    precondition(
      chains.rows.allSatisfy { $0 >= 0 && $0 < seenRows }, "a chain leaves its \(seenRows) rows")
    let lengths = (0..<chains.count).map { chains[$0].count }
    precondition((lengths.min() ?? 1) > 0, "an empty chain")
    let longest = lengths.max() ?? 0
    var scratch = [Float](repeating: 0, count: (longest + 15) / 16 * 16)
    unsafe kernel_attend(
      &queries, keys, values, queryBias, valueBias, chains.rows, chains.starts, chains.count,
      count, width, 1 / Float(width).squareRoot(), &scratch)
  }
}
