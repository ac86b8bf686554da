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
  /// Each result has the same bits whatever the other rows are and however many there are. The
  /// price is a copy of the matrix for each call.
  ///
  /// - Parameters:
  ///   - input: The rows, [rows, inputs].
  ///   - rows: How many there are.
  ///   - output: Receives [rows, outputs].
  ///   - scratch: Room for widened weights and for products.
  func apply(
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
      tile.replaceSubrange(
        0..<(used * inputs), with: input[(first * inputs)..<((first + used) * inputs)])
      panels.multiply(
        tile.span, rows: tileRows, columns: 0..<outputs, into: &product, scratch: &scratch)
      var target = output.mutableSpan
      for row in 0..<used {
        let (source, destination) = (row * outputs, (first + row) * outputs)
        for j in 0..<outputs {
          target[destination + j] = product[source + j] + (bias.isEmpty ? 0 : bias[j])
        }
      }
    }
  }
}
