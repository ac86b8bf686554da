/// The tokens of a vocabulary in the order of their bytes, so that those which begin a text are found
/// together.
struct PieceVocabulary: Sendable {
  /// The bytes of all tokens, one after another.
  private let bytes: [UInt8]
  /// Where each token starts, and where the last one ends.
  private let starts: [Int]
  /// The id of each token.
  private let ids: [Int32]

  /// Makes a vocabulary of distinct tokens.
  init(_ tokens: [(bytes: [UInt8], id: Int32)]) {
    let sorted = tokens.filter { !$0.bytes.isEmpty }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    var starts = [0]
    starts.reserveCapacity(sorted.count + 1)
    for token in sorted { starts.append(starts[starts.count - 1] + token.bytes.count) }
    bytes = sorted.flatMap(\.bytes)
    self.starts = starts
    ids = sorted.map(\.id)
  }

  /// Calls `body` with each token that a text has at a place, shortest first.
  ///
  /// - Parameters:
  ///   - text: The bytes of the text.
  ///   - start: The place.
  ///   - body: Receives the bytes of the token, and its id.
  /// - Complexity: O(l log n) for a longest common beginning of l bytes and n tokens.
  func forEachPrefix(
    of text: [UInt8], at start: Int, _ body: (_ length: Int, _ id: Int32) -> Void
  ) {
    // The tokens that begin with the first `length` bytes of the text.
    var (low, high) = (0, ids.count)
    var length = 0
    while start + length < text.count {
      let byte = text[start + length]
      low = firstIndex(in: low..<high, at: length) { $0 >= byte }
      high = firstIndex(in: low..<high, at: length) { $0 > byte }
      guard low < high else { return }
      length += 1
      if starts[low + 1] - starts[low] == length { body(length, ids[low]) }
    }
  }

  /// The id of a token.
  func id(of token: [UInt8]) -> Int32? {
    var found: Int32?
    forEachPrefix(of: token, at: 0) { length, id in
      if length == token.count { found = id }
    }
    return found
  }

  /// The first of some tokens, which agree in the bytes before, whose byte at a place has a property
  /// that all after it have too; a token without that byte comes before all others.
  private func firstIndex(
    in range: Range<Int>, at place: Int, where holds: (UInt8) -> Bool
  ) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      let index = starts[middle] + place
      if index < starts[middle + 1], holds(bytes[index]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
