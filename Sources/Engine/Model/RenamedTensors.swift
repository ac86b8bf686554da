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
    let tensor = try file.weights(source, shape: shape)
    tensors[name] = Tensor(
      name: source, dtype: tensor.dtype, shape: tensor.shape, bytes: tensor.bytes)
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
    let length = stacked.bytes.count / names.count
    for (index, name) in names.enumerated() {
      let start = stacked.bytes.startIndex + index * length
      tensors[name] = Tensor(
        name: source, dtype: stacked.dtype, shape: shape,
        bytes: stacked.bytes[start..<(start + length)])
    }
  }

  /// Adds a matrix with rows and columns exchanged, which is a copy.
  mutating func addTransposed(
    _ name: String, _ source: String, _ shape: [Int?]
  ) throws(CheckpointError) {
    let tensor = try file.weights(source, shape: shape)
    let (rows, columns, width) = (tensor.shape[0], tensor.shape[1], tensor.dtype.byteWidth)
    let stored = [UInt8](tensor.bytes)
    var bytes = Data(capacity: stored.count)
    for column in 0..<columns {
      for row in 0..<rows {
        let start = (row * columns + column) * width
        bytes.append(contentsOf: stored[start..<(start + width)])
      }
    }
    tensors[name] = Tensor(
      name: source, dtype: tensor.dtype, shape: [columns, rows], bytes: bytes)
  }
}
