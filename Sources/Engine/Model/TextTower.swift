/// The text transformer of CLIP and its projection into the joint space.
///
/// Pre-norm blocks with causal attention; the state at the end token is normalised and projected.
/// Radford et al. 2021; tensor names of transformers' `modeling_clip.py`.
public struct TextTower: Sendable {
  /// The tensors of one block.
  struct Block: Sendable {
    let norm1: LayerNormWeights
    let query: Linear
    let key: Linear
    let value: Linear
    let output: Linear
    let norm2: LayerNormWeights
    let expand: Linear
    let contract: Linear
  }

  /// The sizes and switches.
  let configuration: CLIPConfiguration.Text

  /// One row for each token, [vocabularySize, width].
  let tokenEmbedding: Tensor

  /// One row for each position, [contextLength, width].
  let positionEmbedding: [Float]

  let blocks: [Block]
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
    var blocks: [Block] = []
    for index in 0..<text.layerCount {
      blocks.append(
        try Block("text_model.encoder.layers.\(index)", configuration: text, in: weights))
    }
    self.blocks = blocks
    finalNorm = try LayerNormWeights(
      "text_model.final_layer_norm", width: width, epsilon: text.epsilon, in: weights)
    projection = try Linear(
      "text_projection", inputs: width, outputs: configuration.embeddingWidth, hasBias: false,
      in: weights)
  }
}

extension TextTower.Block {
  fileprivate init(
    _ name: String, configuration: CLIPConfiguration.Text, in file: TensorFile
  ) throws(CheckpointError) {
    let (width, inner) = (configuration.width, configuration.intermediateWidth)
    let epsilon = configuration.epsilon
    norm1 = try LayerNormWeights(name + ".layer_norm1", width: width, epsilon: epsilon, in: file)
    query = try Linear(name + ".self_attn.q_proj", inputs: width, outputs: width, in: file)
    key = try Linear(name + ".self_attn.k_proj", inputs: width, outputs: width, in: file)
    value = try Linear(name + ".self_attn.v_proj", inputs: width, outputs: width, in: file)
    output = try Linear(name + ".self_attn.out_proj", inputs: width, outputs: width, in: file)
    norm2 = try LayerNormWeights(name + ".layer_norm2", width: width, epsilon: epsilon, in: file)
    expand = try Linear(name + ".mlp.fc1", inputs: width, outputs: inner, in: file)
    contract = try Linear(name + ".mlp.fc2", inputs: inner, outputs: width, in: file)
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
  ) throws(ModelError) -> Matrix {
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
  func forEachEmbedding(
    of prompts: [[Int32]], workers: Int, progress: (_ done: Int, _ total: Int) -> Void,
    _ body: (_ prompt: Int, _ row: Span<Float>) -> Void
  ) throws(ModelError) {
    var prefixes: [ArraySlice<Int32>] = []
    for prompt in prompts { prefixes.append(try pooledPrefix(of: prompt)) }
    let plan = PromptBlocks(prefixes, workers: workers)
    var next = 0
    forEachInOrder(
      count: plan.blocks.count, workers: workers, makeState: { TextTowerPass(tower: self) },
      produce: { pass, index, advance in
        let block = plan.blocks[index]
        return pass.run(PrefixTrie(plan.sequences[block])) { advance(block.count) }
      },
      progress: { progress($0 / blocks.count, plan.sequences.count) }
    ) { rows in
      for start in stride(from: 0, to: rows.count, by: embeddingWidth) {
        let row = rows.span.extracting(start..<(start + embeddingWidth))
        for prompt in plan.sources[next] { body(prompt, row) }
        next += 1
      }
    }
  }

  /// The tokens up to and including the one at which the embedding is taken.
  private func pooledPrefix(of prompt: [Int32]) throws(ModelError) -> ArraySlice<Int32> {
    precondition(prompt.count <= contextLength, "\(prompt.count) tokens for \(contextLength)")
    if let id = prompt.first(where: { $0 < 0 || $0 >= configuration.vocabularySize }) {
      throw ModelError(
        path: path,
        reason: .tokenOutOfRange(id: Int(id), vocabularySize: configuration.vocabularySize))
    }
    let position: Int?
    let endToken: Int
    switch configuration.pooling {
    case .largestID:
      endToken = 2
      position = prompt.max().flatMap { prompt.firstIndex(of: $0) }
    case .first(let id):
      endToken = id
      position = prompt.firstIndex { Int($0) == id }
    }
    guard let position else {
      let ids = prompt.map(String.init).joined(separator: " ")
      throw ModelError(path: path, reason: .noEndToken(id: endToken, prompt: "tokens " + ids))
    }
    return prompt[...position]
  }
}
