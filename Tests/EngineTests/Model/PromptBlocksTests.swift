import Testing

@testable import Engine

@Suite struct PromptBlocksTests {
  @Test func equalSequencesAreOneAndKeepTheirPlaces() {
    let plan = PromptBlocks([[9, 2], [9, 1, 8], [9, 2], [9, 1], [9, 2]], workers: 3)
    #expect(plan.sequences == [[9, 1], [9, 1, 8], [9, 2]])
    #expect(plan.sources.map(Array.init) == [[3], [1], [0, 2, 4]])
    #expect(plan.nodeCount == 4)
    #expect(plan.blocks == [0..<3])
  }

  @Test func noSequencesHaveNoBlocks() {
    let plan = PromptBlocks([], workers: 2)
    #expect(plan.blocks.isEmpty && plan.sequences.isEmpty && plan.nodeCount == 0)
  }

  @Test(arguments: [1, 2, 3, 8, 64], [1, 100, 3000])
  func blocksAreBoundedAndCoverAllInOrder(workers: Int, count: Int) {
    var generator = SplitMix64(seed: 4)
    let sequences = (0..<count).map { index in
      let length = Int.random(in: 0...9, using: &generator)
      let tail = (0..<length).map { _ in Int32.random(in: 0..<1000, using: &generator) }
      return ([0, Int32(index % 10)] + tail)[...]
    }
    let plan = PromptBlocks(sequences, workers: workers)
    #expect(plan.blocks.flatMap(Array.init) == Array(plan.sequences.indices))
    for block in plan.blocks {
      #expect(PrefixTrie(plan.sequences[block]).count <= PromptBlocks.nodesPerBlock + 2 * 11)
    }
    let enough = plan.nodeCount >= workers * PromptBlocks.nodesPerBlock
    #expect(!enough || plan.blocks.count % workers == 0)
  }

  /// The prompts of ImageNet's labels, cut by CLIP's own tokenizer: tokens and distinct prefixes
  /// were counted in Python from transformers' ids.
  @Test(.enabled(if: TextFixtures.hasReal, "no ../shared/data beside the package"))
  func promptsOfImageNetShareTheirPrefixes() throws {
    let tokenizer = try BytePairTokenizer(
      mergesArchivePath: TextFixtures.real("bpe_simple_vocab_16e6.txt.gz"))
    let grid = PromptGrid(labels: LabelSet.imageNet.labels, templates: [.photo])
    let ids = tokenizer.encode(grid.prompts, contextLength: 77).map(\.ids)
    #expect(ids.reduce(0) { $0 + $1.count } == 9165)
    let plan = PromptBlocks(ids.map { $0[...] }, workers: 2)
    #expect(plan.nodeCount == 4008)
  }
}
