import Engine
import Foundation

/// Writes models of seeded random numbers that the engine and its peers map alike.
enum SyntheticModel {
  /// Writes a SAELens directory: `W_dec` [F, d], `W_enc` [d, F], `b_enc` and `b_dec`.
  static func writeAutoencoder(to path: String, features: Int, width: Int, dtype: DType) throws {
    let shapes: [(String, [Int])] = [
      ("W_dec", [features, width]), ("W_enc", [width, features]), ("b_enc", [features]),
      ("b_dec", [width]),
    ]
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(shapes, dtype: dtype, seed: 1, to: path + "/sae_weights.safetensors") { _, _ in 1 }
    let configuration: JSONValue = [
      "architecture": "standard", "d_in": .integer(width), "d_sae": .integer(features),
      "dtype": "float32", "apply_b_dec_to_input": true, "normalize_activations": "none",
      "reshape_activations": "none", "metadata": ["hook_name": "blocks.22.hook_resid_post"],
    ]
    try Data(configuration.serialized().utf8).write(to: URL(filePath: path + "/cfg.json"))
  }

  /// Writes decoder directions [F, D] alone, as `W_dec`.
  static func writeDirections(to path: String, features: Int, width: Int) throws {
    try write([("W_dec", [features, width])], dtype: .f32, seed: 3, to: path) { _, _ in 1 }
  }

  /// A bank of random labels.
  static func labels(count: Int, width: Int) throws -> LabelBank {
    var generator = LinearCongruential(state: 4)
    return try LabelBank(
      source: "synthetic", labels: (0..<count).map { "label \($0)" },
      embeddings: Matrix(
        rows: count, columns: width, elements: generator.floats(count * width)))
  }

  /// Writes random tensors as a safetensors file, without waiting for the disk.
  ///
  /// - Parameters:
  ///   - shapes: The tensors, in order.
  ///   - dtype: Their type: `f32`, `f16` or `bf16`.
  ///   - seed: Where the random numbers start.
  ///   - path: The file.
  ///   - scale: The factor on the numbers from -1 to 1 of a tensor.
  /// - Throws: What the disk throws.
  static func write(
    _ shapes: [(name: String, shape: [Int])], dtype: DType, seed: UInt64, to path: String,
    scale: (_ name: String, _ shape: [Int]) -> Float
  ) throws {
    let layout = SafetensorsLayout(shapes.map { .init(name: $0, dtype: dtype, shape: $1) })
    try layout.header.write(to: URL(filePath: path))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    var generator = LinearCongruential(state: seed)
    let piece = 1 << 20
    for (name, shape) in shapes {
      let (count, factor) = (shape.reduce(1, *), scale(name, shape))
      for start in stride(from: 0, to: count, by: piece) {
        let values = generator.floats(min(piece, count - start)).map { factor * $0 }
        try handle.write(contentsOf: bytes(of: values, as: dtype))
      }
    }
    try handle.close()
  }

  private static func bytes(of values: [Float], as dtype: DType) -> Data {
    switch dtype {
    case .f16: littleEndianBytes(values.map { Float16($0).bitPattern })
    case .bf16: littleEndianBytes(values.map { UInt16($0.bitPattern >> 16) })
    default: littleEndianBytes(values)
    }
  }
}

/// Knuth's 64-bit linear congruential generator; its high bits are good enough for timing.
struct LinearCongruential {
  var state: UInt64

  /// Numbers from -1 to 1.
  mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / 8_388_608 - 1
    }
  }
}
