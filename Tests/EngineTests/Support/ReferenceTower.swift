import Foundation

@testable import Engine

/// A text tower as its paper has it: one prompt after another, all tokens, in plain `Double` loops.
struct ReferenceTower {
  let tower: TextTower

  /// The matrices of linear layers, by name of their tensors, as rows.
  private let matrices: [String: [[Double]]]

  init(tower: TextTower) {
    self.tower = tower
    let layers =
      tower.blocks.flatMap { [$0.query, $0.key, $0.value, $0.output, $0.expand, $0.contract] }
      + [tower.projection]
    matrices = layers.reduce(into: [:]) {
      $0[$1.weight.name] = $1.weight.doubles.split(intoRowsOf: $1.inputs)
    }
  }

  /// The unit embedding of a prompt, pooled at its last token.
  func embedding(of prompt: [Int32]) -> [Double] {
    let width = tower.configuration.width
    let table = tower.tokenEmbedding.doubles
    var x = prompt.enumerated().map { position, token in
      (0..<width).map { j in
        table[Int(token) * width + j] + Double(tower.positionEmbedding[position * width + j])
      }
    }
    for block in tower.blocks {
      let attended = attention(x.map { norm($0, block.norm1) }, block)
      x = zip(x, attended).map { add($0, linear($1, block.output)) }
      x = x.map { row in
        let inner = linear(norm(row, block.norm2), block.expand)
        let hidden = inner.map {
          ActivationFunctionTests.exact(tower.configuration.activation, $0)
        }
        return add(row, linear(hidden, block.contract))
      }
    }
    let joint = linear(norm(x[x.count - 1], tower.finalNorm), tower.projection)
    let length = joint.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return joint.map { $0 / length }
  }

  private func attention(_ x: [[Double]], _ block: TransformerBlock) -> [[Double]] {
    let (q, k, v) = (
      x.map { linear($0, block.query) }, x.map { linear($0, block.key) },
      x.map { linear($0, block.value) }
    )
    let (heads, w) = (tower.heads.count, tower.heads.width)
    return x.indices.map { position in
      (0..<heads).flatMap { head in
        let lanes = (head * w)..<((head + 1) * w)
        let scores = (0...position).map { other in
          lanes.reduce(0.0) { $0 + q[position][$1] * k[other][$1] } / Double(w).squareRoot()
        }
        let weights = scores.map { Foundation.exp($0 - (scores.max() ?? 0)) }
        let sum = weights.reduce(0, +)
        return lanes.map { j in
          weights.indices.reduce(0.0) { $0 + weights[$1] / sum * v[$1][j] }
        }
      }
    }
  }

  private func norm(_ x: [Double], _ weights: LayerNormWeights) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    let scale = 1 / (variance + weights.epsilon).squareRoot()
    return x.indices.map {
      (x[$0] - mean) * scale * Double(weights.weight[$0]) + Double(weights.bias[$0])
    }
  }

  private func linear(_ x: [Double], _ layer: Linear) -> [Double] {
    (matrices[layer.weight.name] ?? []).enumerated().map { i, row in
      var sum = layer.bias.isEmpty ? 0 : Double(layer.bias[i])
      for j in row.indices { sum += x[j] * row[j] }
      return sum
    }
  }

  private func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
}

extension TextTower {
  /// A tower of random weights, in memory: wide enough that its products are uniform on kernels
  /// that have such products.
  ///
  /// - Parameters:
  ///   - heads: The number of heads.
  ///   - headWidth: The width of each.
  ///   - dtype: The type of the weights.
  ///   - activation: The activation function.
  /// - Returns: The tower: 3 layers, 50 tokens, of which the last ends a prompt.
  /// - Throws: Nothing, if the sizes are right.
  static func random(
    heads: Int, headWidth: Int, dtype: DType = .f32, activation: ActivationFunction = .quickGELU
  ) throws -> TextTower {
    let width = heads * headWidth
    let text = CLIPConfiguration.Text(
      width: width, intermediateWidth: 2 * width + 7, layerCount: 3, headCount: heads,
      contextLength: 20, vocabularySize: 50, activation: activation, epsilon: 1e-5,
      pooling: .first(49))
    var generator = SplitMix64(seed: 12)
    var tensors: [String: Tensor] = [:]
    func add(_ name: String, _ shape: [Int], around center: Double = 0, scale: Double) {
      let values = (0..<shape.reduce(1, *)).map { _ in
        center + scale * Double.random(in: -1..<1, using: &generator)
      }
      tensors[name] = Tensor(
        name: name, dtype: dtype, shape: shape,
        bytes: SafetensorsBuilder.bytes(of: values, dtype: dtype))
    }
    func addNorm(_ name: String) {
      add(name + ".weight", [width], around: 1, scale: 0.2)
      add(name + ".bias", [width], scale: 0.2)
    }
    func addLinear(_ name: String, _ outputs: Int, _ inputs: Int) {
      add(name + ".weight", [outputs, inputs], scale: 3 / Double(inputs).squareRoot())
      add(name + ".bias", [outputs], scale: 0.2)
    }
    add("text_model.embeddings.token_embedding.weight", [text.vocabularySize, width], scale: 1)
    add("text_model.embeddings.position_embedding.weight", [text.contextLength, width], scale: 0.3)
    for layer in 0..<text.layerCount {
      let name = "text_model.encoder.layers.\(layer)"
      addNorm(name + ".layer_norm1")
      for part in ["q_proj", "k_proj", "v_proj", "out_proj"] {
        addLinear(name + ".self_attn." + part, width, width)
      }
      addNorm(name + ".layer_norm2")
      addLinear(name + ".mlp.fc1", text.intermediateWidth, width)
      addLinear(name + ".mlp.fc2", width, text.intermediateWidth)
    }
    addNorm("text_model.final_layer_norm")
    addLinear("text_projection", 33, width)
    let configuration = CLIPConfiguration(
      text: text, vision: .init(width: width, layerCount: 1, epsilon: 1e-5), embeddingWidth: 33)
    return try TextTower(
      configuration,
      weights: TensorFile(path: "random", filePaths: [], tensors: tensors, metadata: [:]))
  }
}
