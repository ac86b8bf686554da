internal import RealModule

/// One batch of prompts on its way through the text tower.
///
/// The tokens of all prompts stand one after another, [S, width], so that each linear layer is
/// one product; attention alone looks at one prompt at a time.
struct TextTowerPass {
  private let tower: TextTower
  private let sequences: [ArraySlice<Int32>]
  /// Where each sequence starts, and after the last one the number of tokens.
  private let offsets: [Int]
  /// The rows of the state, S.
  private let rows: Int

  /// The residual stream, [rows, width].
  private var state: [Float]
  /// The normalised state, then the output of a layer, [rows, width].
  private var normalized: [Float]
  private var queries: [Float]
  private var keys: [Float]
  private var values: [Float]
  /// The hidden layer of the perceptron, [rows, intermediateWidth].
  private var inner: [Float]
  private var scratch: [Float] = []

  init(tower: TextTower, sequences: [ArraySlice<Int32>]) {
    self.tower = tower
    self.sequences = sequences
    offsets = sequences.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    rows = offsets[offsets.count - 1]
    let width = tower.configuration.width
    let empty = [Float](repeating: 0, count: rows * width)
    (state, normalized, queries, keys, values) = (empty, empty, empty, empty, empty)
    inner = [Float](repeating: 0, count: rows * tower.configuration.intermediateWidth)
  }

  /// The unit embeddings, [sequences.count, D].
  consuming func run() -> [Float] {
    embedTokens()
    for block in tower.blocks {
      attend(block)
      transform(block)
    }
    return project()
  }

  /// Token embedding plus position embedding.
  private mutating func embedTokens() {
    let width = tower.configuration.width
    for (sequence, offset) in zip(sequences, offsets) {
      for (position, token) in sequence.enumerated() {
        let source = Int(token) * width
        let target = (offset + position) * width
        tower.tokenEmbedding.withFloats(in: source..<(source + width), scratch: &scratch) { row in
          for j in 0..<width {
            state[target + j] = row[j] + tower.positionEmbedding[position * width + j]
          }
        }
      }
    }
  }

  /// Adds causal self-attention over the normalised state to the state.
  private mutating func attend(_ block: TextTower.Block) {
    normalizeState(block.norm1)
    block.query.apply(normalized, rows: rows, into: &queries, scratch: &scratch)
    block.key.apply(normalized, rows: rows, into: &keys, scratch: &scratch)
    block.value.apply(normalized, rows: rows, into: &values, scratch: &scratch)
    for index in sequences.indices {
      for head in 0..<tower.configuration.headCount { attendHead(head, sequence: index) }
    }
    block.output.apply(queries, rows: rows, into: &normalized, scratch: &scratch)
    for i in state.indices { state[i] += normalized[i] }
  }

  /// Adds the perceptron over the normalised state to the state.
  private mutating func transform(_ block: TextTower.Block) {
    normalizeState(block.norm2)
    block.expand.apply(normalized, rows: rows, into: &inner, scratch: &scratch)
    let activation = tower.configuration.activation
    var span = inner.mutableSpan
    activation.apply(&span)
    block.contract.apply(inner, rows: rows, into: &normalized, scratch: &scratch)
    for i in state.indices { state[i] += normalized[i] }
  }

  private mutating func normalizeState(_ norm: LayerNormWeights) {
    normalized = state
    var span = normalized.mutableSpan
    layerNorm(&span, weight: norm.weight, bias: norm.bias, epsilon: norm.epsilon)
  }

  /// Replaces the queries of one head of one sequence by the values they attend to.
  ///
  ///     softmax(q kᵀ / √headWidth) v, over the positions up to that of the query
  ///
  /// Sums of weights are kept in `Double`. A query is not needed again once its row is written.
  private mutating func attendHead(_ head: Int, sequence index: Int) {
    let width = tower.configuration.width
    let headWidth = width / tower.configuration.headCount
    let base = offsets[index] * width + head * headWidth
    let scale = 1 / Float(headWidth).squareRoot()
    var weights = [Float](repeating: 0, count: sequences[index].count)
    for position in 0..<sequences[index].count {
      let query = base + position * width
      var maximum = -Float.infinity
      for other in 0...position {
        let key = base + other * width
        var dot: Float = 0
        for j in 0..<headWidth { dot = Relaxed.multiplyAdd(queries[query + j], keys[key + j], dot) }
        weights[other] = dot * scale
        maximum = max(maximum, weights[other])
      }
      var sum = 0.0
      for other in 0...position {
        weights[other] = Float.exp(weights[other] - maximum)
        sum += Double(weights[other])
      }
      for j in 0..<headWidth { queries[query + j] = 0 }
      for other in 0...position {
        let weight = Float(Double(weights[other]) / sum)
        let value = base + other * width
        for j in 0..<headWidth { queries[query + j] += weight * values[value + j] }
      }
    }
  }

  /// Normalises and projects the last token of each sequence, and makes unit rows.
  private mutating func project() -> [Float] {
    let width = tower.configuration.width
    let count = sequences.count
    var pooled = [Float](repeating: 0, count: count * width)
    for index in 0..<count {
      let source = (offsets[index + 1] - 1) * width
      pooled.replaceSubrange(
        (index * width)..<((index + 1) * width), with: state[source..<(source + width)])
    }
    let norm = tower.finalNorm
    var span = pooled.mutableSpan
    layerNorm(&span, weight: norm.weight, bias: norm.bias, epsilon: norm.epsilon)
    let embeddingWidth = tower.embeddingWidth
    var embeddings = [Float](repeating: 0, count: count * embeddingWidth)
    tower.projection.apply(pooled, rows: count, into: &embeddings, scratch: &scratch)
    var rows = embeddings.mutableSpan
    normalizeRows(&rows, width: embeddingWidth)
    return embeddings
  }
}
