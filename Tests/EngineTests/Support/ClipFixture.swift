import Foundation

@testable import Engine

/// A small CLIP model of `Fixtures/clip`, with what transformers computes from it in `Double`.
struct ClipFixture {
  /// The names of all of them.
  static let names = ["quick-gelu", "gelu", "tanh", "sharded", "legacy"]

  /// The folder of fixtures.
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures").path(percentEncoded: false)

  let model: CLIPModel
  let tokenizer: BytePairTokenizer

  /// The members of `expected.json`.
  let expected: JSONValue

  private let tensors: TensorFile

  init(_ name: String) throws {
    let directory = Self.fixtures + "/clip/" + name
    model = try CLIPModel(directory)
    tokenizer = try BytePairTokenizer(resolving: directory)
    expected = try JSONValue(contentsOf: directory + "/expected.json")
    tensors = try TensorFile(contentsOf: directory + "/expected.safetensors")
  }

  /// The texts that were encoded.
  var prompts: [String] { (expected["prompts"]?.array ?? []).compactMap(\.string) }

  /// Their token ids.
  var inputIDs: [[Int32]] { (expected["input_ids"]?.array ?? []).map(\.ids) }

  /// The rows of a tensor of `expected.safetensors`.
  func rows(_ name: String) throws -> [[Double]] {
    let tensor = try tensors.tensor(name)
    return tensor.doubles.split(intoRowsOf: tensor.shape[1])
  }
}

extension Tensor {
  /// All elements, those of `f64` exactly.
  var doubles: [Double] {
    guard dtype == .f64 else { return floats().map(Double.init) }
    let bytes = [UInt8](self.bytes)
    return (0..<elementCount).map { index in
      let bits = bytes[(8 * index)..<(8 * index + 8)].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      return Double(bitPattern: bits)
    }
  }
}

extension Array {
  /// The elements as rows of one width.
  func split(intoRowsOf width: Int) -> [[Element]] {
    stride(from: 0, to: count, by: width).map { Array(self[$0..<($0 + width)]) }
  }
}

extension Matrix {
  /// The rows in `Double`.
  var doubleRows: [[Double]] { elements.map(Double.init).split(intoRowsOf: columns) }

  /// A matrix of rows.
  init(_ rows: [[Double]]) {
    self.init(
      rows: rows.count, columns: rows.first?.count ?? 0,
      elements: rows.flatMap { $0.map(Float.init) })
  }

  /// A matrix of numbers from -1 to 1.
  static func random(rows: Int, columns: Int, seed: UInt64) -> Matrix {
    var generator = SampleGenerator(state: seed)
    return Matrix(
      rows: rows, columns: columns,
      elements: (0..<(rows * columns)).map { _ in
        Float(generator.next(below: 2_000_001) / 1_000_000 - 1)
      })
  }
}
