/// The least value that is kept where the k·N greatest of all values of N inputs are.
///
/// It is found digit by digit: values are counted by the upper half of their bits, then those of one
/// upper half by the lower half. So memory does not grow with the inputs, and the result does not
/// depend on blocks.
struct BatchSelection: Sendable {
  private let top: Encoding.TopK

  /// The key of the least value that is kept; nil if all are, beyond all keys if none is.
  private let leastKey: UInt32?

  /// How many values of that key are kept, the first ones by input, then by feature.
  private let countAtLeast: Int

  /// Finds the least value.
  ///
  /// - Parameters:
  ///   - top: The rule.
  ///   - blocks: The inputs.
  /// - Throws: `TruthError` if an input is not finite.
  init(_ top: Encoding.TopK, of blocks: InputBlocks) throws(TruthError) {
    self.top = top
    let width = blocks.encoder.featureCount
    var wanted = min(top.k, width) * blocks.inputs.shape[0]
    guard wanted > 0 else {
      (leastKey, countAtLeast) = (.max, 0)
      return
    }
    var upper: UInt32?
    for _ in 0..<2 {
      let counts = try Self.counts(top, of: blocks, upper: upper)
      guard let half = Self.place(of: &wanted, in: counts) else {
        (leastKey, countAtLeast) = (nil, 0)
        return
      }
      upper = (upper ?? 0) << 16 | UInt32(half)
    }
    (leastKey, countAtLeast) = (upper, wanted)
  }

  /// The activations that are kept.
  ///
  /// - Parameter blocks: The inputs.
  /// - Returns: Activations, [N, n].
  /// - Throws: `TruthError` if an input is not finite.
  func activations(of blocks: InputBlocks) throws(TruthError) -> SparseMatrix {
    var builder = SparseRowsBuilder(columns: blocks.encoder.featureCount)
    var remaining = countAtLeast
    let width = blocks.encoder.featureCount
    try blocks.forEach { rows, activations, products -> [ActivationRows.Entries] in
      (0..<rows).map { row in
        activations.complete(row: row, of: &products)
        var entries = ActivationRows.Entries()
        for j in 0..<width {
          let value = products[row * width + j]
          guard let key = Self.key(of: value, top), key >= leastKey ?? 0 else { continue }
          entries.indices.append(Int32(j))
          entries.values.append(value)
        }
        return entries
      }
    } _: { (block: [ActivationRows.Entries]) throws(TruthError) in
      let rules = ActivationRows(blocks.encoder.rules)
      for row in block {
        var kept = ActivationRows.Entries()
        for (index, value) in zip(row.indices, row.values) {
          if Self.key(of: value, top) == leastKey {
            guard remaining > 0 else { continue }
            remaining -= 1
          }
          let activation = rules.activated(top.isRectified ? max(0, value) : value)
          guard activation != 0, activation.isFinite else { continue }
          kept.indices.append(index)
          kept.values.append(activation)
        }
        builder.append(kept)
      }
    }
    return builder.matrix
  }
}

extension BatchSelection {
  /// A number that grows with what is compared; nil for what is never kept.
  private static func key(of value: Float, _ top: Encoding.TopK) -> UInt32? {
    guard value.isFinite, !top.isRectified || top.isByMagnitude || value > 0 else { return nil }
    let bits = (top.isByMagnitude ? abs(value) : value).bitPattern
    return bits >> 31 == 1 ? ~bits : bits | 1 << 31
  }

  /// How many values have each upper half of a key, or, of one upper half, each lower half.
  private static func counts(
    _ top: Encoding.TopK, of blocks: InputBlocks, upper: UInt32?
  ) throws(TruthError) -> [Int] {
    var total = [Int](repeating: 0, count: 1 << 16)
    let width = blocks.encoder.featureCount
    try blocks.forEach { rows, activations, products -> [Int] in
      var counts = [Int](repeating: 0, count: 1 << 16)
      for row in 0..<rows {
        activations.complete(row: row, of: &products)
        for j in 0..<width {
          guard let key = key(of: products[row * width + j], top) else { continue }
          if upper == nil || upper == key >> 16 {
            counts[Int(upper == nil ? key >> 16 : key & 0xFFFF)] += 1
          }
        }
      }
      return counts
    } _: { (counts: [Int]) throws(TruthError) in
      for place in counts.indices where counts[place] > 0 { total[place] += counts[place] }
    }
    return total
  }

  /// The place at which so many are reached from the greatest on.
  ///
  /// - Parameters:
  ///   - wanted: How many; less those of greater places afterwards.
  ///   - counts: How many there are at each place.
  /// - Returns: The place, or nil if there are no more than wanted.
  private static func place(of wanted: inout Int, in counts: [Int]) -> Int? {
    for place in counts.indices.reversed() {
      if counts[place] >= wanted { return place }
      wanted -= counts[place]
    }
    return nil
  }
}
