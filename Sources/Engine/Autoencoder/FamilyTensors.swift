/// The tensors of a checkpoint under the names of a family.
struct FamilyTensors {
  /// The file.
  let file: TensorFile

  /// What stands before every name, such as `state_dict.`.
  let prefix: String

  private let storedNames: [String: String]

  /// Makes a view of tensors below a prefix.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - prefix: What stands before every name.
  ///   - storedNames: The names in the file by those used here; nil if they are the same.
  init(_ file: TensorFile, prefix: String = "", storedNames: [String: String]? = nil) {
    self.file = file
    self.prefix = prefix
    self.storedNames =
      storedNames ?? Dictionary(uniqueKeysWithValues: file.names.map { ($0, $0) })
  }

  /// The name of a tensor in the file.
  private func stored(_ name: String) -> String { storedNames[prefix + name] ?? prefix + name }

  /// Whether there is a tensor of a name.
  func has(_ name: String) -> Bool { storedNames[prefix + name] != nil }

  /// The shape of a tensor, or nil if there is none of that name.
  func shape(_ name: String) -> [Int]? { file.tensors[stored(name)]?.shape }

  /// The names of all tensors below the prefix, without it.
  var names: [String] {
    storedNames.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      .sorted()
  }

  /// A tensor of real numbers; leading dimensions of 1 beyond the rank are left out.
  private func weights(_ name: String, rank: Int) throws(CheckpointError) -> Tensor {
    let tensor = try file.tensor(stored(name)).droppingUnitDimensions(downTo: rank)
    guard tensor.dtype.isFloatingPoint else {
      return try file.weights(stored(name), shape: [Int?](repeating: nil, count: rank))
    }
    guard tensor.shape.count == rank else {
      return try file.weights(stored(name), shape: [Int?](repeating: nil, count: rank))
    }
    return tensor
  }

  /// A matrix that is not empty.
  func matrix(_ name: String) throws -> Tensor {
    try weights(name, rank: 2).nonEmpty(in: file.path)
  }

  /// The tensor `W_skip`, whatever it is, or nil if there is none.
  var skipConnection: Tensor? { file.tensors[stored("W_skip")] }

  /// The length of a vector.
  func length(_ name: String) throws(CheckpointError) -> Int {
    try weights(name, rank: 1).shape[0]
  }

  /// A vector, checked for its length.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - count: The length that it must have.
  ///   - sizes: Where that comes from, for the message.
  /// - Returns: The elements.
  /// - Throws: `CheckpointError` if it is missing, `AutoencoderError` if it has another length.
  func vector(_ name: String, count: Int, by sizes: String) throws -> [Float] {
    let tensor = try weights(name, rank: 1)
    guard tensor.shape == [count] else {
      throw AutoencoderError(
        path: file.path,
        reason: .wrongShape(
          tensor: tensor.name, found: tensor.shape, expected: [count], sizes: sizes))
    }
    return tensor.floats()
  }

  /// A number that is a tensor of one element or a plain value, or nil if it is neither.
  func number(_ name: String) -> Double? {
    if let tensor = file.tensors[stored(name)], tensor.elementCount == 1 {
      return tensor.dtype.isFloatingPoint
        ? Double(tensor.floats()[0]) : tensor.integers().map { Double($0[0]) }
    }
    return file.attributes[prefix + name]?.double
  }

  /// A text beside the tensors, or nil.
  func text(_ name: String) -> String? { file.attributes[prefix + name]?.string }

  /// A note on tensors that no reader uses.
  ///
  /// - Parameter known: The names that are used or are known not to matter.
  /// - Returns: One note, or none.
  func notes(besides known: Set<String>) -> [String] {
    let extra = names.filter { !known.contains($0) }
    guard !extra.isEmpty else { return [] }
    let listed = extra.prefix(12).map { name in
      let shape = file.tensors[stored(name)]?.shapeDescription ?? ""
      return "\(stored(name).printable(limit: 80)) \(shape)"
    }
    let rest = extra.count > 12 ? " and \(extra.count - 12) more" : ""
    return ["tensors that are not used: " + listed.joined(separator: ", ") + rest]
  }
}

extension Tensor {
  /// The same tensor without leading dimensions of size 1 beyond a rank.
  func droppingUnitDimensions(downTo rank: Int) -> Tensor {
    let extra = shape.count - rank
    guard extra > 0, shape.prefix(extra).allSatisfy({ $0 == 1 }) else { return self }
    let strides = strides ?? Self.rowMajorStrides(shape)
    return Tensor(
      name: name, dtype: dtype, shape: Array(shape.dropFirst(extra)),
      strides: Array(strides.dropFirst(extra)), byteOrder: byteOrder, storage: bytes)
  }
}
