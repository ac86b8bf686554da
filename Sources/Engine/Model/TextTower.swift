/// The text transformer of CLIP and its projection into the joint space.
///
/// Pre-norm blocks with causal attention, or with attention to all tokens; the state at the end token,
/// or at the last place, is normalised and projected. Radford et al. 2021, Zhai et al. 2023; tensor
/// names of transformers' `modeling_clip.py`.
public struct TextTower: Sendable {
  /// The sizes and switches.
  let configuration: CLIPConfiguration.Text

  /// One row for each token, [vocabularySize, width].
  let tokenEmbedding: Tensor

  /// One row for each position, [contextLength, width].
  let positionEmbedding: [Float]

  let blocks: [TransformerBlock]
  let finalNorm: LayerNormWeights

  /// The way into the joint space, [embeddingWidth, width].
  let projection: Linear

  /// The file that the weights come from, for messages.
  let path: String

  /// The width of the joint space, D.
  public var embeddingWidth: Int { projection.outputs }

  /// How the width of a block is divided for attention.
  var heads: AttentionHeads {
    AttentionHeads(
      count: configuration.headCount, width: configuration.width / configuration.headCount)
  }

  /// The most tokens of a prompt, start and end tokens included.
  public var contextLength: Int { configuration.contextLength }

  init(_ configuration: CLIPConfiguration, weights: TensorFile) throws(CheckpointError) {
    let text = configuration.text
    let width = text.width
    self.configuration = text
    path = weights.path
    tokenEmbedding = try weights.weights(
      "text_model.embeddings.token_embedding.weight", shape: [text.vocabularySize, width])
    positionEmbedding = try weights.weights(
      "text_model.embeddings.position_embedding.weight", shape: [text.contextLength, width]
    ).floats()
    var blocks: [TransformerBlock] = []
    for index in 0..<text.layerCount {
      blocks.append(
        try TransformerBlock(
          "text_model.encoder.layers.\(index)", width: width,
          intermediateWidth: text.intermediateWidth, epsilon: text.epsilon, in: weights))
    }
    self.blocks = blocks
    finalNorm = try LayerNormWeights(
      "text_model.final_layer_norm", width: width, epsilon: text.epsilon, in: weights)
    projection = try Linear(
      "text_projection", inputs: width, outputs: configuration.embeddingWidth,
      hasBias: text.hasProjectionBias, in: weights)
  }
}

// MARK: - Prompts to embeddings

extension TextTower {
  /// The unit embeddings of prompts.
  ///
  /// Equal prompts are computed once, and so are equal beginnings of prompts. An embedding has the
  /// same bits whatever the other prompts are, and for any number of workers.
  ///
  /// - Parameters:
  ///   - prompts: Token ids with start and end tokens, at most `contextLength` each.
  ///   - workers: The number of threads.
  ///   - progress: Called on the calling thread with how much of the work is done, counted in
  ///     distinct prompts, and how many there are.
  /// - Returns: One row for each prompt, in order: [prompts.count, D].
  /// - Precondition: No prompt has more than `contextLength` tokens.
  /// - Throws: `ModelError` if a token is not in the vocabulary or the end token is missing.
  public func embed(
    _ prompts: [[Int32]], workers: Int, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> Matrix {
    let width = embeddingWidth
    var result = Matrix(rows: prompts.count, columns: width)
    try forEachEmbedding(of: prompts, workers: workers, progress: progress) { prompt, row in
      for j in 0..<width { result.elements[prompt * width + j] = row[j] }
    }
    return result
  }

  /// Calls `body` with the unit embedding of each prompt, as `embed` has it, on the calling thread.
  ///
  /// Embeddings come in lexicographic order of their tokens, equal ones in the order of the
  /// prompts: an order that two prompts have whatever the others are. No more are kept than a few
  /// blocks for each worker.
  ///
  /// - Throws: `ModelError` as `embed` does; what `body` throws, when the blocks that are being
  ///   computed are done.
  func forEachEmbedding(
    of prompts: [[Int32]], workers: Int, progress: (_ done: Int, _ total: Int) -> Void,
    _ body: (_ prompt: Int, _ row: Span<Float>) throws -> Void
  ) throws {
    let isCausal = configuration.isCausal
    var sequences: [ArraySlice<Int32>] = []
    for prompt in prompts {
      let end = try pooledIndex(of: prompt)
      sequences.append(isCausal ? prompt[...end] : prompt[...])
    }
    let plan = PromptBlocks(sequences, workers: workers, sharesPrefixes: isCausal)
    var next = 0
    try forEachInOrder(
      count: plan.blocks.count, workers: workers, makeState: { TextTowerPass(tower: self) },
      produce: { pass, index, advance in
        let block = plan.blocks[index]
        return pass.run(trie(of: plan.sequences[block])) { advance(block.count) }
      },
      progress: { progress($0 / blocks.count, plan.sequences.count) }
    ) { rows in
      for start in stride(from: 0, to: rows.count, by: embeddingWidth) {
        let row = rows.span.extracting(start..<(start + embeddingWidth))
        for prompt in plan.sources[next] { try body(prompt, row) }
        next += 1
      }
    }
  }

  /// The nodes of a block of sequences.
  private func trie(of sequences: ArraySlice<ArraySlice<Int32>>) -> PrefixTrie {
    configuration.isCausal
      ? PrefixTrie(sequences)
      : PrefixTrie(unmasked: sequences) { pooledIndex($0) ?? 0 }
  }

  /// The place at which the embedding of a prompt is taken.
  private func pooledIndex(of prompt: [Int32]) throws(ModelError) -> Int {
    precondition(prompt.count <= contextLength, "\(prompt.count) tokens for \(contextLength)")
    if let id = prompt.first(where: { $0 < 0 || $0 >= configuration.vocabularySize }) {
      throw ModelError(
        path: path,
        reason: .tokenOutOfRange(id: Int(id), vocabularySize: configuration.vocabularySize))
    }
    guard let index = pooledIndex(prompt[...]) else {
      let ids = prompt.map(String.init).joined(separator: " ")
      throw ModelError(
        path: path,
        reason: .noEndToken(id: configuration.pooling.endToken, prompt: "tokens " + ids))
    }
    return index
  }

  /// The place at which the embedding of a sequence is taken; nil if the token for it is missing.
  private func pooledIndex(_ sequence: ArraySlice<Int32>) -> Int? {
    switch configuration.pooling {
    case .largestID: sequence.max().flatMap { sequence.firstIndex(of: $0) }
    case .first(let id): sequence.firstIndex { Int($0) == id }
    case .start: sequence.indices.first
    case .last: sequence.indices.last
    }
  }
}

extension CLIPConfiguration.Pooling {
  /// The token at which the embedding is taken; 2, which stands for the largest, where there is none.
  fileprivate var endToken: Int { if case .first(let id) = self { id } else { 2 } }
}
