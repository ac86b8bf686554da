import Engine
import Foundation

/// An autoencoder on disk, an image head and a label bank of seeded random numbers.
struct SyntheticModel {
  let features: Int
  let autoencoder: Autoencoder
  let head: ImageHead
  let labels: LabelBank

  /// Makes a model; the autoencoder's file is mapped and then removed.
  init(features: Int, width: Int, embeddingWidth: Int, labels labelCount: Int) throws {
    self.features = features
    var generator = LinearCongruential(state: 1)
    let path = NSTemporaryDirectory() + "/enginebench-\(ProcessInfo.processInfo.processIdentifier)"
    let layout = SafetensorsLayout([.init(name: "W_dec", dtype: .f32, shape: [features, width])])
    try OutputFile.write(to: path) { handle in
      try handle.write(contentsOf: layout.header)
      for _ in 0..<features {
        try handle.write(contentsOf: littleEndianBytes(generator.floats(width)))
      }
    }
    autoencoder = try Autoencoder(
      contentsOf: path, keys: TensorKeys(parsing: "W_dec"), orientation: .rows)
    try FileManager.default.removeItem(atPath: path)
    head = ImageHead(
      weight: generator.floats(width), bias: generator.floats(width), epsilon: 1e-5,
      projection: Matrix(
        rows: embeddingWidth, columns: width, elements: generator.floats(embeddingWidth * width)))
    labels = try LabelBank(
      source: "synthetic", labels: (0..<labelCount).map { "label \($0)" },
      embeddings: Matrix(
        rows: labelCount, columns: embeddingWidth,
        elements: generator.floats(labelCount * embeddingWidth)))
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
