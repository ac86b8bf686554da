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

  /// The rows that arrays must have room for so that `rows` rows can be multiplied.
  static func room(forRows rows: Int) -> Int {
    let unit = PackedPanels.tileRows
    return max(1, (rows + unit - 1) / unit) * unit
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
  /// - Precondition: `input` and `output` have `room(forRows: rows)` rows; what is in the room to
  ///   spare is multiplied, and not used.
  func multiply(
    _ input: [Float], rows: Int, into output: inout [Float], scratch: inout [Float]
  ) {
    let room = Self.room(forRows: rows)
    precondition(input.count >= room * inputs, "\(input.count) elements, no room for \(room) rows")
    precondition(output.count >= room * outputs, "\(output.count) elements of results")
    guard let least = uniformRows else {
      let panels = weight.withFloats(in: 0..<weight.elementCount, scratch: &scratch) { weight in
        PackedPanels(weight, count: outputs, width: inputs)
      }
      panels.multiply(
        input.span, rows: room, columns: 0..<outputs, into: &output, scratch: &scratch)
      return
    }
    weight.withFloats(in: 0..<weight.elementCount, scratch: &scratch) { weight in
      var target = output.mutableSpan
      BLAS.gemm(
        input.span, weight, opB: .transpose, m: max(rows, least), n: outputs, k: inputs,
        into: &target)
    }
  }
}
