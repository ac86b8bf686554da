@testable import Engine

extension VisionBlocks {
  /// Blocks of random weights, in memory.
  ///
  /// - Parameters:
  ///   - width: The width of the residual stream.
  ///   - count: How many there are.
  /// - Returns: The blocks, quick_gelu, hidden layers of twice the width and three.
  /// - Throws: Nothing, if the sizes are right.
  static func random(width: Int, count: Int) throws -> VisionBlocks {
    var generator = SplitMix64(seed: 31)
    var tensors: [String: Tensor] = [:]
    func add(_ name: String, _ shape: [Int], around center: Double = 0, scale: Double) {
      let values = (0..<shape.reduce(1, *)).map { _ in
        center + scale * Double.random(in: -1..<1, using: &generator)
      }
      tensors[name] = Tensor(
        name: name, dtype: .f32, shape: shape,
        bytes: SafetensorsBuilder.bytes(of: values, dtype: .f32))
    }
    for index in 0..<count {
      let name = VisionBlocks.name(index)
      for part in [".layer_norm1", ".layer_norm2"] {
        add(name + part + ".weight", [width], around: 1, scale: 0.3)
        add(name + part + ".bias", [width], scale: 0.3)
      }
      let inner = 2 * width + 3
      let linears =
        ["q", "k", "v", "out"].map { (".self_attn.\($0)_proj", width, width) }
        + [(".mlp.fc1", inner, width), (".mlp.fc2", width, inner)]
      for (part, outputs, inputs) in linears {
        add(name + part + ".weight", [outputs, inputs], scale: 2 / Double(inputs).squareRoot())
        add(name + part + ".bias", [outputs], scale: 0.3)
      }
    }
    return try VisionBlocks(
      0..<count, width: width, activation: .quickGELU, epsilon: 1e-5,
      weights: TensorFile(path: "random", filePaths: [], tensors: tensors, metadata: [:]))
  }

  /// What the blocks make of a state, in plain `Double` loops.
  func exact(_ state: [Double]) -> [Double] {
    blocks.reduce(state) { x, block in
      let attended = linear(linear(norm(x, block.norm1), block.value), block.output)
      let h = zip(x, attended).map(+)
      let inner = linear(norm(h, block.norm2), block.expand)
        .map { ActivationFunctionTests.exact(activation, $0) }
      return zip(h, linear(inner, block.contract)).map(+)
    }
  }

  private func norm(_ x: [Double], _ weights: LayerNormWeights) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.indices.map {
      (x[$0] - mean) / (variance + weights.epsilon).squareRoot() * Double(weights.weight[$0])
        + Double(weights.bias[$0])
    }
  }

  private func linear(_ x: [Double], _ layer: Linear) -> [Double] {
    layer.weight.doubles.split(intoRowsOf: layer.inputs).enumerated().map { i, row in
      zip(row, x).reduce(Double(layer.bias[i])) { $0 + $1.0 * $1.1 }
    }
  }
}
