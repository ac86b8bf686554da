internal import Foundation

/// Tensors of a file under other names, each checked for its shape as it is added.
struct RenamedTensors {
  /// The file with the names as they are.
  let file: TensorFile

  private var tensors: [String: Tensor] = [:]

  init(_ file: TensorFile) { self.file = file }

  /// The tensors under their new names.
  var renamed: TensorFile {
    TensorFile(path: file.path, filePaths: file.filePaths, tensors: tensors, metadata: [:])
  }

  /// Adds a tensor as it is.
  mutating func add(
    _ name: String, _ source: String, _ shape: [Int?]
  ) throws(CheckpointError) {
    tensors[name] = try file.weights(source, shape: shape)
  }

  /// Adds `source.weight` of some shape and `source.bias`, as long as the weight has rows.
  mutating func addAffine(
    _ name: String, _ source: String, _ shape: [Int?]
  ) throws(CheckpointError) {
    try add(name + ".weight", source + ".weight", shape)
    try add(name + ".bias", source + ".bias", [shape[0]])
  }

  /// Adds parts of equal shape that stand one below the other in one tensor.
  mutating func addRows(
    _ names: [String], _ source: String, _ shape: [Int]
  ) throws(CheckpointError) {
    let stacked = try file.weights(source, shape: [names.count * shape[0]] + shape.dropFirst())
    let length = stacked.elementCount / names.count
    for (index, name) in names.enumerated() {
      tensors[name] = Tensor(
        name: source, dtype: stacked.dtype, shape: shape,
        bytes: stacked.storedBytes(in: (index * length)..<((index + 1) * length)))
    }
  }

  /// Adds a matrix with rows and columns exchanged, which is a copy in `Float`.
  mutating func addTransposed(
    _ name: String, _ source: String, _ shape: [Int?]
  ) throws(CheckpointError) {
    let matrix = try file.weights(source, shape: shape).matrix().transposed()
    var bytes = Data(capacity: 4 * matrix.elements.count)
    for element in matrix.elements {
      for shift in [0, 8, 16, 24] {
        bytes.append(UInt8(truncatingIfNeeded: element.bitPattern >> shift))
      }
    }
    tensors[name] = Tensor(
      name: source, dtype: .f32, shape: [matrix.rows, matrix.columns], bytes: bytes)
  }
}
