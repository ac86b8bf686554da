import Foundation

@testable import Engine

/// Small parts that scans are made of in tests.
enum LensParts {
  /// An autoencoder of `Float` numbers in a file of its own, whose decoder is stored as rows or as
  /// columns.
  static func autoencoder(
    _ decoder: Matrix, isTransposed: Bool = false, encoder: Matrix? = nil, bias: [Double]? = nil
  ) throws -> Autoencoder {
    let directory = try TemporaryDirectory()
    var builder = SafetensorsBuilder()
    var keys = isTransposed ? "W_dec=D:T" : "W_dec=D:N"
    let stored = isTransposed ? decoder.transposed() : decoder
    builder.add("D", [stored.rows, stored.columns], stored.elements.map(Double.init))
    if let encoder {
      builder.add("E", [encoder.rows, encoder.columns], encoder.elements.map(Double.init))
      keys += ",W_enc=E:N"
    }
    if let bias {
      builder.add("b", [bias.count], bias)
      keys += ",b_dec=b"
    }
    let path = try directory.write("sae.safetensors", builder.file)
    return try Autoencoder(path: path, keys: try TensorKeys(parsing: keys))
  }

  static func bank(_ rows: Matrix) throws -> LabelBank {
    try LabelBank(
      source: "labels", labels: (0..<rows.rows).map { "label \($0)" }, embeddings: rows)
  }

  static func variant(
    _ direction: Direction, _ map: LensMap, alpha: Double? = nil
  ) throws -> LensVariant {
    try LensVariant(direction: direction, map: map, alpha: alpha)
  }
}
