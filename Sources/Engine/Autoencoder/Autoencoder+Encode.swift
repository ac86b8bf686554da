internal import Foundation

extension Autoencoder {
  /// The activations of the features for some inputs, by the definition.
  ///
  /// This is the plain reference: every sum is kept in `Double`, one element after the other. Of
  /// equal values the feature of lower index is kept first.
  ///
  /// - Parameters:
  ///   - inputs: Inputs, [rows, d].
  ///   - encoding: How to encode; that of the files if nil.
  /// - Returns: Activations, [rows, n].
  /// - Throws: `AutoencoderError` if there is no encoder, the width differs, or the files leave
  ///   open what is needed.
  /// - Complexity: 2 · rows · n · d floating-point operations.
  public func encode(
    _ inputs: Matrix, with encoding: Encoding? = nil
  ) throws(AutoencoderError) -> Matrix {
    let (encoder, encoding, activation) = try encodingParts(with: encoding)
    guard inputs.columns == inputWidth else {
      throw AutoencoderError(
        path: path, reason: .wrongInputWidth(found: inputs.columns, expected: inputWidth))
    }
    let rows = (0..<inputs.rows).map { encoding.prepared(inputs.row($0).map(Double.init)) }
    var values = products(rows, encoder: encoder)
    if case .gated(let gate) = activation {
      for i in values.indices { values[i] = gate.applied(to: values[i]) }
    } else {
      let lengths = encoding.scalesByDecoderNorm ? decoderLengths() : nil
      for i in values.indices {
        values[i] = encoding.completed(values[i], decoderLengths: lengths)
      }
      values = activation.applied(to: values)
    }
    let cap = encoding.softCap
    let elements = values.joined().map { value in
      Float(cap.map { $0 * tanh(value / $0) } ?? value)
    }
    return Matrix(rows: inputs.rows, columns: featureCount, elements: elements)
  }

  /// What inputs are encoded with.
  ///
  /// - Parameter encoding: How to encode; that of the files if nil.
  /// - Returns: The encoder directions, how to encode, and its activation.
  /// - Throws: `AutoencoderError` if there is no encoder, or the files leave open what is needed.
  func encodingParts(
    with encoding: Encoding?
  ) throws(AutoencoderError) -> (DirectionBank, Encoding, Encoding.Activation) {
    guard let encoder, let encoding = encoding ?? self.encoding else {
      throw AutoencoderError(path: path, reason: .noEncoder)
    }
    guard let activation = encoding.activation, encoding.missing.isEmpty else {
      throw AutoencoderError(
        path: path,
        reason: .encodingNotStated(encoding.missing.isEmpty ? ["the activation"] : encoding.missing)
      )
    }
    return (encoder, encoding, activation)
  }

  /// The products of inputs with the encoder directions, [rows, n].
  private func products(_ inputs: [[Double]], encoder: DirectionBank) -> [[Double]] {
    var values = [[Double]](
      repeating: [Double](repeating: 0, count: featureCount), count: inputs.count)
    for feature in 0..<featureCount {
      let direction = encoder.rows(feature..<(feature + 1)).map(Double.init)
      for i in inputs.indices {
        var sum = 0.0
        for j in 0..<inputWidth { sum += inputs[i][j] * direction[j] }
        values[i][feature] = sum
      }
    }
    return values
  }

  /// The lengths of the decoder directions, [n]; empty without a decoder.
  func decoderLengths() -> [Double] {
    guard let decoder else { return [] }
    return (0..<featureCount).map { euclideanNorm(decoder.rows($0..<($0 + 1)).span) }
  }
}

extension Encoding {
  /// An input as the encoder is given it.
  func prepared(_ input: [Double]) -> [Double] {
    var x = input
    for step in inputSteps { x = step.applied(to: x) }
    if let inputBias { x = zip(x, inputBias).map { $0 - Double($1) } }
    return x
  }

  /// Products with bias, scale and normalisation.
  fileprivate func completed(_ products: [Double], decoderLengths: [Double]?) -> [Double] {
    var values = products
    if let encoderBias { values = zip(values, encoderBias).map { $0 + Double($1) } }
    if let decoderLengths { values = zip(values, decoderLengths).map { $0 * $1 } }
    guard let featureNorm else { return values }
    let (mean, variance) = moments(values, divisor: values.count)
    let scale = 1 / (variance + featureNorm.epsilon).squareRoot()
    return values.indices.map { i in
      (values[i] - mean) * scale * Double(featureNorm.gain[i]) + Double(featureNorm.shift[i])
    }
  }
}

extension Encoding.InputStep {
  fileprivate func applied(to x: [Double]) -> [Double] {
    switch self {
    case .layerNorm(let epsilon):
      let (mean, variance) = moments(x, divisor: x.count - 1)
      return x.map { ($0 - mean) / (variance.squareRoot() + epsilon) }
    case .constantNorm:
      let norm = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return x.map { $0 * Double(x.count).squareRoot() / norm }
    case .center(let mean, let scale): return zip(x, mean).map { ($0 - Double($1)) * scale }
    case .scale(let factor): return x.map { $0 * factor }
    }
  }
}

extension Encoding.Gate {
  fileprivate func applied(to products: [Double]) -> [Double] {
    products.indices.map { i in
      guard products[i] + Double(bias[i]) > 0 else { return 0 }
      return max(0, exp(Double(logScale[i])) * products[i] + Double(magnitudeBias[i]))
    }
  }
}

extension Encoding.Activation {
  /// The activations of a batch, [rows, n].
  fileprivate func applied(to values: [[Double]]) -> [[Double]] {
    switch self {
    case .relu: return values.map { $0.map { max(0, $0) } }
    case .tanhReLU: return values.map { $0.map { tanh(max(0, $0)) } }
    case .topK(let top):
      guard top.isOverBatch, let width = values.first?.count, width > 0 else {
        return values.map { top.applied(to: $0, count: top.k) }
      }
      let kept = top.applied(to: Array(values.joined()), count: min(top.k, width) * values.count)
      return values.indices.map { Array(kept[($0 * width)..<(($0 + 1) * width)]) }
    case .jumpReLU(let threshold, let atThreshold):
      return values.map { row in
        zip(row, threshold).map { value, threshold in
          let value = max(0, value)
          let isKept = atThreshold ? value >= Double(threshold) : value > Double(threshold)
          return isKept ? value : 0
        }
      }
    case .groupMax(let groups): return values.map { greatest(of: $0, groups: groups) }
    case .gated: preconditionFailure("a gate takes products without bias")
    }
  }

  private func greatest(of row: [Double], groups: Int) -> [Double] {
    let size = row.count / groups
    var result = [Double](repeating: 0, count: row.count)
    for group in 0..<groups {
      let members = (group * size)..<((group + 1) * size)
      guard let best = members.max(by: { (row[$0], -$0) < (row[$1], -$1) }) else { continue }
      result[best] = max(0, row[best])
    }
    return result
  }
}

extension Encoding.TopK {
  /// Some values with all but the greatest replaced by zero.
  fileprivate func applied(to values: [Double], count: Int) -> [Double] {
    let scores = isByMagnitude ? values.map { abs($0) } : values
    let order = values.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
    var result = [Double](repeating: 0, count: values.count)
    for i in order.prefix(count) { result[i] = isRectified ? max(0, values[i]) : values[i] }
    return result
  }
}

/// The mean of some numbers, and the sum of squared differences from it over `divisor`.
private func moments(_ values: [Double], divisor: Int) -> (mean: Double, variance: Double) {
  let mean = values.reduce(0, +) / Double(values.count)
  return (mean, values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, divisor)))
}
