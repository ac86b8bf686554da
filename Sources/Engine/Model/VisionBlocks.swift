/// The last blocks of a vision tower, for a CLS token that attends to itself alone.
///
/// Attention of a single token is its own value, whatever queries and keys are, so that a block is
///
///     h = x + W_o (W_v LN₁(x) + b_v) + b_o        y = h + W₂ f(W₁ LN₂(h) + b₁) + b₂
///
/// That is the whole model behind a direction that is added to the CLS token, if the token looks at
/// nothing else.
struct VisionBlocks: Sendable {
  /// The blocks, the first applied first.
  let blocks: [TransformerBlock]

  /// The activation function f.
  let activation: ActivationFunction

  /// The width of the residual stream, d.
  let width: Int

  /// Whether the attention of the first block has been passed already: its state is h.
  var startsAtPerceptron = false

  /// What stands before the names of a block's tensors.
  static func name(_ index: Int) -> String { "vision_model.encoder.layers.\(index)" }

  /// Reads blocks.
  ///
  /// - Parameters:
  ///   - indices: Which blocks of the tower.
  ///   - width: The width of the residual stream, d.
  ///   - activation: The activation function.
  ///   - epsilon: Added to variances.
  ///   - weights: The tensors, by the names of the Hugging Face layout.
  /// - Throws: `CheckpointError` if a tensor is missing or has another shape.
  init(
    _ indices: Range<Int>, width: Int, activation: ActivationFunction, epsilon: Double,
    weights: TensorFile
  ) throws(CheckpointError) {
    var blocks: [TransformerBlock] = []
    for index in indices {
      let name = Self.name(index)
      let inner = try weights.weights(name + ".mlp.fc1.weight", shape: [nil, width]).shape[0]
      blocks.append(
        try TransformerBlock(
          name, width: width, intermediateWidth: inner, epsilon: epsilon, in: weights))
    }
    self.blocks = blocks
    self.activation = activation
    self.width = width
  }

  /// Replaces states by what the blocks make of them.
  ///
  /// Each state has the same bits whatever the others are. Layers are products in `Float`,
  /// normalisations are taken in `Double`.
  ///
  /// - Parameters:
  ///   - states: The states, [rows, d], from its start; what follows stays as it is.
  ///   - rows: How many there are.
  /// - Complexity: 2 · rows · (2 d² + 2 d · d') floating-point operations a block, d' the width of
  ///   its hidden layer. Memory: 2 d + d' numbers a row besides.
  func apply(to states: inout [Float], rows: Int) {
    precondition(states.count >= rows * width, "\(states.count) elements for \(rows) rows")
    var pass = VisionPass(rows: rows, blocks: self)
    for (index, block) in blocks.enumerated() {
      if index > 0 || !startsAtPerceptron { pass.attend(block, to: &states) }
      pass.transform(block, activation, &states)
    }
  }

  /// What the blocks make of one state.
  ///
  /// - Parameter state: The state, [d].
  /// - Returns: As wide.
  func applied(to state: [Float]) -> [Float] {
    var states = state
    apply(to: &states, rows: 1)
    return states
  }
}

/// Room for states on their way through blocks.
private struct VisionPass {
  let rows: Int
  /// The normalised states, then the output of a layer, [room, d].
  private var normalized: [Float]
  /// Values of attention, [room, d].
  private var values: [Float]
  /// The hidden layer, [room, d'].
  private var inner: [Float]
  private var scratch: [Float] = []

  init(rows: Int, blocks: VisionBlocks) {
    let room = Linear.room(forRows: rows)
    let hidden = blocks.blocks.map(\.expand.outputs).max() ?? 0
    self.rows = rows
    normalized = [Float](repeating: 0, count: room * blocks.width)
    values = normalized
    inner = [Float](repeating: 0, count: room * hidden)
  }

  mutating func attend(_ block: TransformerBlock, to states: inout [Float]) {
    normalize(states, block.norm1)
    block.value.multiply(normalized, rows: rows, into: &values, scratch: &scratch)
    // The bias of values goes through the next layer with them.
    var shifted = [Float](repeating: 0, count: values.count)
    addRows(values, rows: rows, bias: block.value.bias, to: &shifted)
    swap(&shifted, &values)
    block.output.multiply(values, rows: rows, into: &normalized, scratch: &scratch)
    addRows(normalized, rows: rows, bias: block.output.bias, to: &states)
  }

  mutating func transform(
    _ block: TransformerBlock, _ activation: ActivationFunction, _ states: inout [Float]
  ) {
    normalize(states, block.norm2)
    block.expand.multiply(normalized, rows: rows, into: &inner, scratch: &scratch)
    activation.apply(&inner, rows: rows, bias: block.expand.bias)
    block.contract.multiply(inner, rows: rows, into: &normalized, scratch: &scratch)
    addRows(normalized, rows: rows, bias: block.contract.bias, to: &states)
  }

  private mutating func normalize(_ states: [Float], _ norm: LayerNormWeights) {
    layerNorm(
      states, rows: rows, weight: norm.weight, bias: norm.bias, epsilon: norm.epsilon,
      into: &normalized)
  }
}
