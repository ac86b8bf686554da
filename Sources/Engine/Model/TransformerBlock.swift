/// The tensors of one block of a transformer: pre-norm attention, then a perceptron.
///
/// Names are those of transformers' `modeling_clip.py`.
struct TransformerBlock: Sendable {
  let norm1: LayerNormWeights
  let query: Linear
  let key: Linear
  let value: Linear
  let output: Linear
  let norm2: LayerNormWeights
  let expand: Linear
  let contract: Linear

  /// Reads a block.
  ///
  /// - Parameters:
  ///   - name: What stands before the names of its tensors, without a dot at the end.
  ///   - width: The width of the residual stream.
  ///   - inner: The width of the hidden layer of the perceptron.
  ///   - epsilon: Added to the variance by both normalisations.
  ///   - file: Where the tensors are.
  /// - Throws: `CheckpointError` if a tensor is missing or has another shape.
  init(
    _ name: String, width: Int, intermediateWidth inner: Int, epsilon: Double, in file: TensorFile
  ) throws(CheckpointError) {
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
