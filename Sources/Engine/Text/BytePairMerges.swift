/// The symbols of single bytes and the merges of pairs, by token id.
struct BytePairMerges: Sendable {
  /// A merge: its place in the list, and the token that it makes.
  struct Merge: Sendable, Equatable {
    let rank: UInt32
    let token: Int32
  }

  /// The token of each byte, [256].
  let byteTokens: [Int32]

  /// The token of each byte at the end of a piece, [256].
  let finalByteTokens: [Int32]

  /// The merge of each pair of tokens, by `pair(_:_:)`.
  let merges: [UInt64: Merge]

  /// The tokens of one piece.
  ///
  /// The lowest rank is merged first, and of equal ranks the leftmost, until no merge is left. The
  /// candidates are kept in a heap, so that a line of a megabyte takes no longer than many lines.
  ///
  /// - Parameter piece: The UTF-8 bytes of the piece, not empty.
  /// - Returns: The token ids.
  /// - Complexity: O(n log n) for n bytes.
  func tokens(of piece: [UInt8]) -> [Int32] {
    merged(
      piece.indices.map { index in
        let table = index == piece.count - 1 ? finalByteTokens : byteTokens
        return table[Int(piece[index])]
      })
  }

  /// The tokens that symbols are merged to.
  ///
  /// - Parameter symbols: Tokens, at least one.
  /// - Returns: The token ids.
  /// - Complexity: O(n log n) for n symbols.
  func merged(_ symbols: [Int32]) -> [Int32] {
    var chain = SymbolChain(symbols)
    var candidates = MinimumHeap()
    for position in 0..<(symbols.count - 1) { offer(position, of: chain, to: &candidates) }
    while let candidate = candidates.popMinimum() {
      let position = Int(candidate & 0xFFFF_FFFF)
      // A candidate is stale where one of its two symbols has been merged since.
      guard let merge = merge(at: position, of: chain), UInt64(merge.rank) == candidate >> 32
      else { continue }
      chain.mergeWithNext(at: position, into: merge.token)
      if let previous = chain.previous(of: position) { offer(previous, of: chain, to: &candidates) }
      offer(position, of: chain, to: &candidates)
    }
    return chain.tokens
  }

  /// A pair of tokens as one key.
  static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func merge(at position: Int, of chain: SymbolChain) -> Merge? {
    guard let (left, right) = chain.pair(at: position) else { return nil }
    return merges[Self.pair(left, right)]
  }

  private func offer(_ position: Int, of chain: SymbolChain, to heap: inout MinimumHeap) {
    guard let merge = merge(at: position, of: chain) else { return }
    heap.insert(UInt64(merge.rank) << 32 | UInt64(position))
  }
}

/// The symbols of a piece as a doubly linked list; a merged symbol keeps its left place.
private struct SymbolChain {
  private var symbols: [Int32]
  private var nexts: [Int]
  private var previouses: [Int]

  init(_ symbols: [Int32]) {
    self.symbols = symbols
    nexts = symbols.indices.map { $0 + 1 }
    previouses = symbols.indices.map { $0 - 1 }
  }

  /// The symbol at a place and the one behind it; nil if either is gone.
  func pair(at position: Int) -> (Int32, Int32)? {
    let next = nexts[position]
    guard next > position, next < symbols.count else { return nil }
    return (symbols[position], symbols[next])
  }

  func previous(of position: Int) -> Int? {
    previouses[position] >= 0 ? previouses[position] : nil
  }

  mutating func mergeWithNext(at position: Int, into token: Int32) {
    let next = nexts[position]
    symbols[position] = token
    nexts[position] = nexts[next]
    if nexts[next] < symbols.count { previouses[nexts[next]] = position }
    nexts[next] = -1
  }

  var tokens: [Int32] {
    var tokens: [Int32] = []
    var position = 0
    while position < symbols.count {
      tokens.append(symbols[position])
      position = nexts[position]
    }
    return tokens
  }
}

/// A binary heap that gives its least element first.
private struct MinimumHeap {
  private var elements: [UInt64] = []

  mutating func insert(_ element: UInt64) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0, elements[(child - 1) / 2] > elements[child] {
      elements.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popMinimum() -> UInt64? {
    guard let last = elements.popLast() else { return nil }
    guard let minimum = elements.first else { return last }
    elements[0] = last
    var parent = 0
    while 2 * parent + 1 < elements.count {
      var child = 2 * parent + 1
      if child + 1 < elements.count, elements[child + 1] < elements[child] { child += 1 }
      guard elements[child] < elements[parent] else { break }
      elements.swapAt(child, parent)
      parent = child
    }
    return minimum
  }
}
