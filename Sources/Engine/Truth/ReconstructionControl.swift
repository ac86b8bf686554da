/// How much of its inputs an autoencoder reconstructs, beside the same inputs turned at random.
///
/// With y an input after the steps that come before the bias, and ŷ = b_dec + Σ a_i d_i,
///
///     unexplained = Σ |y - ŷ|² / Σ |y - ȳ|²
///
/// over at most `limit` inputs. Turned about their mean they have the same spectrum in other directions: what an autoencoder has
/// learned is of no use there. A bound that does not depend on the autoencoder would not do, as the activations of one that was
/// never trained may be of any size.
public struct ReconstructionControl: Sendable, Equatable {
  /// The share of variance that is left of the inputs.
  public let unexplained: Double

  /// The same of turned inputs.
  public let turned: Double

  /// The most inputs.
  static let limit = 1000

  /// Reconstructs inputs; nil without a decoder that writes where the encoder reads, or if inputs are all equal.
  ///
  /// - Parameters:
  ///   - autoencoder: The autoencoder.
  ///   - inputs: Inputs, [N, d], of which some are taken evenly spaced.
  ///   - path: The file that they are from, for messages.
  ///   - seed: Determines the rotation.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Throws: `AutoencoderError` or `TruthError` if they cannot be encoded.
  public init?(
    _ autoencoder: Autoencoder, inputs: Tensor, path: String, seed: UInt64, workers: Int
  ) throws {
    guard let decoder = autoencoder.decoder, !autoencoder.isTranscoder,
      autoencoder.skipConnection == nil, decoder.width == inputs.shape[1], inputs.shape[0] > 1
    else { return nil }
    let rows = Self.chosen(inputs)
    var generator = SplitMix64(seed: seed)
    let turned = Self.turned(rows, using: &generator)
    let encoder = try SparseEncoder(autoencoder)
    let part = try [rows, turned].map { matrix in
      try Self.unexplained(
        matrix, encoder: encoder, decoder: decoder, autoencoder, path: path, workers: workers)
    }
    guard part.allSatisfy(\.isFinite) else { return nil }
    (unexplained, self.turned) = (part[0], part[1])
  }

  private static func chosen(_ inputs: Tensor) -> Matrix {
    let (count, width) = (inputs.shape[0], inputs.shape[1])
    let step = (count + limit - 1) / limit
    var elements: [Float] = []
    var scratch: [Float] = []
    for row in stride(from: 0, to: count, by: step) {
      inputs.withFloats(in: (row * width)..<((row + 1) * width), scratch: &scratch) { span in
        for j in span.indices { elements.append(span[j]) }
      }
    }
    return Matrix(rows: elements.count / width, columns: width, elements: elements)
  }

  /// Rows turned about their mean.
  private static func turned(
    _ rows: Matrix, using generator: inout some RandomNumberGenerator
  ) -> Matrix {
    let width = rows.columns
    let mean = means(rows)
    let centred = DoubleMatrix(
      rows: rows.rows, columns: width,
      elements: rows.elements.indices.map { Double(rows.elements[$0]) - mean[$0 % width] })
    let product = DoubleMatrix.product(centred, haarRotation(size: width, using: &generator))
    return Matrix(
      rows: rows.rows, columns: width,
      elements: product.elements.indices.map { Float(product.elements[$0] + mean[$0 % width]) })
  }

  private static func means(_ rows: Matrix) -> [Double] {
    var sums = [Double](repeating: 0, count: rows.columns)
    for (index, element) in rows.elements.enumerated() {
      sums[index % rows.columns] += Double(element)
    }
    return sums.map { $0 / Double(rows.rows) }
  }

  private static func unexplained(
    _ rows: Matrix, encoder: SparseEncoder, decoder: DirectionBank, _ autoencoder: Autoencoder,
    path: String, workers: Int
  ) throws -> Double {
    let width = rows.columns
    let codes = try encoder.encode(
      Tensor(name: "inputs", shape: [rows.rows, width], elements: rows.elements), path: path,
      workers: workers)
    let encoding = encoder.rules.encoding
    let lengths = encoding.scalesByDecoderNorm ? autoencoder.decoderLengths() : nil
    let targets = (0..<rows.rows).map { row -> [Double] in
      let prepared = encoding.prepared(rows.row(row).map(Double.init))
      guard let bias = encoding.inputBias else { return prepared }
      return zip(prepared, bias).map { $0 + Double($1) }
    }
    let mean = targets.reduce(into: [Double](repeating: 0, count: width)) { mean, target in
      for j in 0..<width { mean[j] += target[j] / Double(rows.rows) }
    }
    let bias = autoencoder.decoderBias?.map(Double.init)
    let parts = mapInParallel(count: rows.rows, workers: workers) { row -> (Double, Double) in
      var rest = targets[row]
      for j in 0..<width { rest[j] -= bias?[j] ?? 0 }
      for entry in codes.entries(ofRow: row) {
        let feature = Int(codes.indices[entry])
        let value = Double(codes.values[entry]) / (lengths?[feature] ?? 1)
        let direction = decoder.rows(feature..<(feature + 1))
        for j in 0..<width { rest[j] -= value * Double(direction[j]) }
      }
      let spread = (0..<width).reduce(0.0) {
        $0 + (targets[row][$1] - mean[$1]) * (targets[row][$1] - mean[$1])
      }
      return (rest.reduce(0) { $0 + $1 * $1 }, spread)
    }
    let left = parts.reduce(0) { $0 + $1.0 }
    return left / parts.reduce(0) { $0 + $1.1 }
  }
}
