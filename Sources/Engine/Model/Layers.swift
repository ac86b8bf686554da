/// Scale and shift of a layer normalisation.
struct LayerNormWeights: Sendable {
  /// The scale, [width].
  let weight: [Float]
  /// The shift, [width].
  let bias: [Float]
  let epsilon: Double

  /// Reads `name.weight` and `name.bias`, [width] each.
  init(_ name: String, width: Int, epsilon: Double, in file: TensorFile) throws(CheckpointError) {
    weight = try file.weights(name + ".weight", shape: [width]).floats()
    bias = try file.weights(name + ".bias", shape: [width]).floats()
    self.epsilon = epsilon
  }
}

/// A linear layer, `y = x Wᵀ + bias`, whose matrix stays in the file.
struct Linear: Sendable {
  /// The matrix, [outputs, inputs].
  let weight: Tensor
  /// The shift, [outputs]; empty for a layer without bias.
  let bias: [Float]

  var inputs: Int { weight.shape[1] }
  var outputs: Int { weight.shape[0] }

  /// Reads `name.weight`, [outputs, inputs], and `name.bias`, [outputs].
  init(
    _ name: String, inputs: Int, outputs: Int, hasBias: Bool = true, in file: TensorFile
  ) throws(CheckpointError) {
    weight = try file.weights(name + ".weight", shape: [outputs, inputs])
    bias = hasBias ? try file.weights(name + ".bias", shape: [outputs]).floats() : []
  }

  /// Applies the layer to rows.
  ///
  /// - Parameters:
  ///   - input: The rows, [rows, inputs].
  ///   - rows: How many there are.
  ///   - output: Receives [rows, outputs].
  ///   - scratch: Room for widened weights.
  func apply(
    _ input: [Float], rows: Int, into output: inout [Float], scratch: inout [Float]
  ) {
    var target = output.mutableSpan
    weight.withFloats(in: 0..<weight.elementCount, scratch: &scratch) { weight in
      BLAS.gemm(
        input.span, weight, opB: .transpose, m: rows, n: outputs, k: inputs, into: &target)
    }
    guard !bias.isEmpty else { return }
    for row in 0..<rows {
      for j in 0..<outputs { target[row * outputs + j] += bias[j] }
    }
  }
}
