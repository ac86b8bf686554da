/// The distinct prefixes of token sequences, each once.
///
/// Under a causal mask the state of a token depends on its prefix alone, so that sequences which
/// begin alike share the states of what they begin with. A node is a token after its parent's
/// prefix; parents stand before their children.
struct PrefixTrie: Sendable {
  /// The last token of each prefix.
  private(set) var tokens: [Int32] = []

  /// For each node the nodes that it sees: under a causal mask those from the first token to itself.
  private(set) var chains = RowChains()

  private var positions: [Int] = []

  /// The node at which each sequence ends.
  private(set) var ends: [Int] = []

  /// Makes the trie of sequences.
  ///
  /// - Parameter sequences: Sequences in lexicographic order, so that those which share a prefix
  ///   stand together.
  init(_ sequences: some Sequence<ArraySlice<Int32>>) {
    var path: [Int32] = []
    var previous: ArraySlice<Int32> = []
    for sequence in sequences {
      let shared = sequence.commonPrefixCount(with: previous)
      path.removeLast(path.count - shared)
      for token in sequence.dropFirst(shared) {
        path.append(Int32(tokens.count))
        positions.append(path.count - 1)
        tokens.append(token)
        chains.append(path)
      }
      if let end = path.last { ends.append(Int(end)) }
      previous = sequence
    }
  }

  /// Makes a forest of sequences that share nothing, in which every node sees all nodes of its
  /// sequence: what a tower without mask computes.
  ///
  /// - Parameters:
  ///   - sequences: Any sequences.
  ///   - end: The place in a sequence whose state is wanted.
  init(unmasked sequences: some Sequence<ArraySlice<Int32>>, end: (ArraySlice<Int32>) -> Int) {
    for sequence in sequences {
      let start = tokens.count
      let nodes = (start..<(start + sequence.count)).map { Int32($0) }
      for token in sequence {
        positions.append(tokens.count - start)
        tokens.append(token)
        chains.append(nodes)
      }
      ends.append(start + end(sequence))
    }
  }

  /// The number of nodes.
  var count: Int { tokens.count }

  /// The position of a node in the sequences that it belongs to.
  func position(of node: Int) -> Int { positions[node] }
}

extension ArraySlice<Int32> {
  /// How many elements two sequences have in common at their beginning.
  func commonPrefixCount(with other: ArraySlice<Int32>) -> Int {
    zip(self, other).prefix { $0 == $1 }.count
  }
}
