/// Blocks of prompts on their way through the text tower, one after another.
///
/// The nodes of a block's trie stand one after another, [S, width], so that each linear layer is
/// one product over all of them; attention alone looks at what a node sees. In the last layer only
/// the nodes at which prompts end go on, once all nodes have given their keys and values.
struct TextTowerPass {
  private let tower: TextTower
  /// The rows of the state: nodes at first, then ends of prompts.
  private var rows = 0
  /// What each row of the state sees.
  private var chains = RowChains()

  // All arrays have room for the largest block so far, and rows to spare.
  /// The residual stream, [rows, width].
  private var state: [Float] = []
  /// The normalised state, then the output of a layer, [rows, width].
  private var normalized: [Float] = []
  private var queries: [Float] = []
  private var keys: [Float] = []
  private var values: [Float] = []
  /// The hidden layer of the perceptron, [rows, intermediateWidth].
  private var inner: [Float] = []
  private var scratch: [Float] = []

  init(tower: TextTower) {
    self.tower = tower
  }

  /// Computes a block.
  ///
  /// - Parameters:
  ///   - trie: The prefixes of its prompts.
  ///   - layerDone: Called after each layer.
  /// - Returns: The unit embeddings at the ends of the trie, [trie.ends.count, D].
  mutating func run(_ trie: PrefixTrie, layerDone: () -> Void) -> [Float] {
    rows = trie.count
    chains = trie.chains
    makeRoom()
    embed(trie)
    for (index, block) in tower.blocks.enumerated() {
      attend(block, ends: index == tower.blocks.count - 1 ? trie.ends : nil)
      transform(block)
      layerDone()
    }
    return project()
  }

  private mutating func makeRoom() {
    let room = Linear.room(forRows: rows)
    let width = tower.configuration.width
    guard state.count < room * width else { return }
    let empty = [Float](repeating: 0, count: room * width)
    (state, normalized, queries, keys, values) = (empty, empty, empty, empty, empty)
    inner = [Float](repeating: 0, count: room * tower.configuration.intermediateWidth)
  }

  /// Token embedding plus position embedding.
  private mutating func embed(_ trie: PrefixTrie) {
    let width = tower.configuration.width
    for node in 0..<rows {
      let source = Int(trie.tokens[node]) * width
      let position = trie.position(of: node) * width
      tower.tokenEmbedding.withFloats(in: source..<(source + width), scratch: &scratch) { row in
        for j in 0..<width {
          state[node * width + j] = row[j] + tower.positionEmbedding[position + j]
        }
      }
    }
  }

  /// Adds self-attention over the normalised state to the state; of the last layer, where
  /// prompts end.
  private mutating func attend(_ block: TransformerBlock, ends: [Int]?) {
    normalizeState(block.norm1)
    block.key.multiply(normalized, rows: rows, into: &keys, scratch: &scratch)
    block.value.multiply(normalized, rows: rows, into: &values, scratch: &scratch)
    if let ends { keep(ends) }
    block.query.multiply(normalized, rows: rows, into: &queries, scratch: &scratch)
    tower.heads.attend(
      &queries, keys: keys, values: values, queryBias: block.query.bias,
      valueBias: block.value.bias, chains: chains)
    block.output.multiply(queries, rows: rows, into: &normalized, scratch: &scratch)
    addToState(bias: block.output.bias)
  }

  /// Adds the perceptron over the normalised state to the state.
  private mutating func transform(_ block: TransformerBlock) {
    normalizeState(block.norm2)
    block.expand.multiply(normalized, rows: rows, into: &inner, scratch: &scratch)
    tower.configuration.activation.apply(&inner, rows: rows, bias: block.expand.bias)
    block.contract.multiply(inner, rows: rows, into: &normalized, scratch: &scratch)
    addToState(bias: block.contract.bias)
  }

  private mutating func normalizeState(_ norm: LayerNormWeights) {
    layerNorm(
      state, rows: rows, weight: norm.weight, bias: norm.bias, epsilon: norm.epsilon,
      into: &normalized)
  }

  /// Adds the output of a layer and its bias to the state.
  private mutating func addToState(bias: [Float]) {
    addRows(normalized, rows: rows, bias: bias, to: &state)
  }

  /// Drops all rows of the state but some, in rising order.
  private mutating func keep(_ kept: [Int]) {
    let width = tower.configuration.width
    for (row, source) in kept.enumerated() {
      // No row is overwritten before it has moved.
      for j in 0..<width {
        state[row * width + j] = state[source * width + j]
        normalized[row * width + j] = normalized[source * width + j]
      }
    }
    rows = kept.count
    chains = chains.selecting(kept)
  }

  /// Normalises and projects the state, and makes unit rows.
  private mutating func project() -> [Float] {
    normalizeState(tower.finalNorm)
    let width = tower.embeddingWidth
    var embeddings = [Float](repeating: 0, count: Linear.room(forRows: rows) * width)
    tower.projection.multiply(normalized, rows: rows, into: &embeddings, scratch: &scratch)
    if !tower.projection.bias.isEmpty {
      var shifted = [Float](repeating: 0, count: embeddings.count)
      addRows(embeddings, rows: rows, bias: tower.projection.bias, to: &shifted)
      embeddings = shifted
    }
    embeddings.removeLast(embeddings.count - rows * width)
    var units = embeddings.mutableSpan
    normalizeRows(&units, width: width)
    return embeddings
  }
}
