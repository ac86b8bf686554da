import Engine

/// A small autoencoder of known numbers, written in any layout.
struct SampleAutoencoder {
  /// The number of features.
  var n: Int
  /// The width of a direction.
  var d: Int
  /// The decoder directions, [n, d].
  var decoder: [Double]
  /// The encoder directions, [n, d].
  var encoder: [Double]

  /// Makes matrices of multiples of 1/64 below 2 in size, which every dtype holds exactly.
  init(n: Int, d: Int) {
    (self.n, self.d) = (n, d)
    var generator = SampleGenerator(state: 1)
    decoder = (0..<(n * d)).map { _ in generator.next(below: 255) / 64 - 127.0 / 64 }
    encoder = (0..<(n * d)).map { _ in generator.next(below: 255) / 64 - 127.0 / 64 }
  }

  /// A square autoencoder with decoder directions of length 1 and encoder directions near them.
  ///
  /// - Parameters:
  ///   - size: n and d.
  ///   - decoderLengths: Whether decoder directions keep their random lengths, between 1 and 2.
  ///   - encoderNoise: What is added to the encoder, relative to the decoder.
  init(square size: Int, decoderLengths: Bool = false, encoderNoise: Double = 0.5) {
    (n, d) = (size, size)
    var generator = SampleGenerator(state: 7)
    let rows = (0..<size).map { _ in (0..<size).map { _ in generator.next(below: 2000) - 999.5 } }
    let units = rows.map { row in
      row.map { $0 / row.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    }
    decoder = units.flatMap { row in
      let length = decoderLengths ? 1 + generator.next(below: 1000) / 1000 : 1
      return row.map { $0 * length }
    }
    encoder = units.flatMap { row in
      row.map {
        $0 + encoderNoise * (generator.next(below: 2000) - 999.5) / 577
          / Double(row.count).squareRoot()
      }
    }
  }

  /// A matrix [n, d] as [d, n].
  func transposed(_ matrix: [Double]) -> [Double] {
    (0..<d).flatMap { j in (0..<n).map { i in matrix[i * d + j] } }
  }

  /// A SAELens weights file.
  ///
  /// - Parameters:
  ///   - dtype: The type of all tensors.
  ///   - vectors: The vectors of length n.
  ///   - transposingEncoder: Whether W_enc is stored [n, d].
  ///   - transposingDecoder: Whether W_dec is stored [d, n].
  /// - Returns: The file.
  func saelens(
    dtype: DType = .f32, vectors: [String] = ["b_enc"], transposingEncoder: Bool = false,
    transposingDecoder: Bool = false
  ) -> SafetensorsBuilder {
    var builder = SafetensorsBuilder()
    let encoderShape = transposingEncoder ? [n, d] : [d, n]
    let decoderShape = transposingDecoder ? [d, n] : [n, d]
    builder.add(
      "W_enc", dtype, encoderShape, transposingEncoder ? encoder : transposed(encoder))
    builder.add(
      "W_dec", dtype, decoderShape, transposingDecoder ? transposed(decoder) : decoder)
    builder.add("b_dec", dtype, [d], (0..<d).map { Double($0) / 4 })
    for name in vectors { builder.add(name, dtype, [n], [Double](repeating: 0.5, count: n)) }
    return builder
  }

  /// A configuration of SAELens 6.
  ///
  /// - Parameters:
  ///   - members: Members to add or replace, as JSON text, such as `"architecture": "topk"`.
  ///   - hook: The hook.
  /// - Returns: JSON text.
  func configuration(_ members: String..., hook: String = "blocks.3.hook_resid_post") -> String {
    let stated = members.isEmpty ? #""architecture": "standard""# : members.joined(separator: ", ")
    return """
      {"d_in": \(d), "d_sae": \(n), \(stated),
       "metadata": {"hook_name": "\(hook)", "model_name": "clip"}}
      """
  }
}

extension TemporaryDirectory {
  /// Writes a SAELens directory.
  ///
  /// - Parameters:
  ///   - weights: The weights.
  ///   - configuration: The text of `cfg.json`.
  /// - Returns: The directory.
  /// - Throws: What the file system says.
  @discardableResult
  func writeSAELens(_ weights: SafetensorsBuilder, _ configuration: String) throws -> String {
    try write("sae/sae_weights.safetensors", weights.file)
    try write("sae/cfg.json", configuration)
    return path + "/sae"
  }
}

/// A small generator of pseudorandom numbers (SplitMix64).
struct SampleGenerator {
  var state: UInt64

  /// A whole number from zero to below the limit.
  mutating func next(below limit: Int) -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((bits ^ (bits >> 31)) % UInt64(limit))
  }
}

/// The description of the error that a call throws, or nil.
func message(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as any EngineError {
    return error.description
  } catch {
    return "\(type(of: error)): \(error)"
  }
}
