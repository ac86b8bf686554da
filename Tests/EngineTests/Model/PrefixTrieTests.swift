import Testing

@testable import Engine

@Suite struct PrefixTrieTests {
  @Test func sharedPrefixesAreOneNode() {
    let trie = PrefixTrie([[9, 1, 2, 8], [9, 1, 8], [9, 3, 1, 8], [9, 3, 1, 8, 5]])
    #expect(trie.tokens == [9, 1, 2, 8, 8, 3, 1, 8, 5])
    #expect(
      (0..<trie.count).map { Array(trie.chains[$0]) } == [
        [0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 4], [0, 5], [0, 5, 6], [0, 5, 6, 7],
        [0, 5, 6, 7, 8],
      ])
    #expect(trie.ends == [3, 4, 7, 8])
    #expect((0..<trie.count).map(trie.position) == [0, 1, 2, 3, 2, 1, 2, 3, 4])
  }

  @Test func noSequencesAndSequencesOfOneToken() {
    #expect(PrefixTrie([]).count == 0)
    let trie = PrefixTrie([[3], [4]])
    #expect(trie.tokens == [3, 4] && trie.ends == [0, 1])
  }

  @Test(arguments: [1, 2, 3, 7])
  func everySequenceIsSpelledByItsChain(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let sequences = (0..<200).map { _ in
      (0..<Int.random(in: 1...6, using: &generator)).map { _ in
        Int32.random(in: 0..<4, using: &generator)
      }[...]
    }
    let plan = PromptBlocks(sequences, workers: 2)
    let trie = PrefixTrie(plan.sequences)
    let spelled = trie.ends.map { end in trie.chains[end].map { trie.tokens[Int($0)] } }
    #expect(spelled == plan.sequences.map(Array.init))
    let prefixes = Set(sequences.flatMap { s in (1...s.count).map { Array(s.prefix($0)) } })
    #expect(trie.count == prefixes.count && plan.nodeCount == prefixes.count)
  }
}
