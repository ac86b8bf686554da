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

  /// The fewest rows of a product that has the same bits at every place, or nil if none of up to
  /// `PackedPanels.tileRows` rows has.
  private var uniformRows: Int? {
    let count = PackedPanels.tileRows
    return (1...count).first { BLAS.isUniform(m: $0, n: outputs, k: inputs) }
  }

  /// Multiplies rows with the matrix, without bias.
  ///
  /// Each result has the same bits whatever the other rows are and however many there are. Where
  /// the kernels do not give that by themselves, the price is a copy of the matrix for each call.
  ///
  /// - Parameters:
  ///   - input: The rows, [rows, inputs], from its start.
  ///   - rows: How many there are.
  ///   - output: Receives [rows, outputs], from its start; what follows may change.
  ///   - scratch: Room for widened weights and for products.
  /// - Precondition: `input` and `output` have room for `PackedPanels.tileRows` rows, or `rows` if
  ///   that is more; what is in the room to spare is multiplied, and not used.
  func multiply(
    _ input: [Float], rows: Int, into output: inout [Float], scratch: inout [Float]
  ) {
    let room = max(rows, PackedPanels.tileRows)
    precondition(input.count >= room * inputs, "\(input.count) elements, no room for \(room) rows")
    precondition(output.count >= room * outputs, "\(output.count) elements of results")
    guard let least = uniformRows else {
      return multiplyPanels(input, rows: rows, into: &output, scratch: &scratch)
    }
    weight.withFloats(in: 0..<weight.elementCount, scratch: &scratch) { weight in
      var target = output.mutableSpan
      BLAS.gemm(
        input.span, weight, opB: .transpose, m: max(rows, least), n: outputs, k: inputs,
        into: &target)
    }
  }

  private func multiplyPanels(
    _ input: [Float], rows: Int, into output: inout [Float], scratch: inout [Float]
  ) {
    let panels = weight.withFloats(in: 0..<weight.elementCount, scratch: &scratch) { weight in
      PackedPanels(weight, count: outputs, width: inputs)
    }
    let tileRows = PackedPanels.tileRows
    var tile = [Float](repeating: 0, count: tileRows * inputs)
    var product = [Float](repeating: 0, count: tileRows * outputs)
    for first in stride(from: 0, to: rows, by: tileRows) {
      let used = min(tileRows, rows - first)
      for i in 0..<(used * inputs) { tile[i] = input[first * inputs + i] }
      panels.multiply(tile, into: &product, scratch: &scratch)
      var target = output.mutableSpan
      for i in 0..<(used * outputs) { target[first * outputs + i] = product[i] }
    }
  }
}
