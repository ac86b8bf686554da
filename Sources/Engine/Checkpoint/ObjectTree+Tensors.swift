internal import Foundation

extension ObjectTree {
  /// Adds a tensor that a call describes.
  ///
  /// - Parameters:
  ///   - function: What is called.
  ///   - arguments: The arguments.
  ///   - name: The path of the tensor.
  ///   - state: What the result is built from, or nil.
  /// - Throws: `CheckpointError` if the call is not known, or the tensor does not fit its storage.
  mutating func rebuild(
    _ function: String, _ arguments: [Int], _ name: String, state: Int? = nil
  ) throws(CheckpointError) {
    switch (function, arguments.count) {
    case ("torch._utils._rebuild_tensor", 4), ("torch._utils._rebuild_tensor_v2", 6...7):
      let storage = try storage(arguments[0], name)
      try add(storage, storage.type, arguments, metadata: 6, name)
    case ("torch._utils._rebuild_tensor_v3", 7...8):
      guard let type = pickle.globalName(arguments[6]) else {
        throw fail(name, "a tensor without a type")
      }
      try add(
        try storage(arguments[0], name), .ofElements(type), arguments, metadata: 7, name)
    case ("numpy.core.multiarray._reconstruct", 3), ("numpy._core.multiarray._reconstruct", 3):
      guard let state else { throw fail(name, "an array that is not filled") }
      try addArray(state: state, name)
    case ("numpy.core.numeric._frombuffer", 4), ("numpy._core.numeric._frombuffer", 4):
      try addArray(buffer: arguments, name)
    default:
      throw fail(
        name, "\(function.printable(limit: 80)) of \(arguments.count) arguments, expected a tensor")
    }
  }

  /// The storage that a value is: one outside of the pickle, or one in a file within it.
  mutating func storage(_ id: Int, _ name: String) throws(CheckpointError) -> TorchStorage {
    switch pickle.nodes[id] {
    case .persistent(let tuple):
      guard let identifier = TorchStorageID(tuple, in: pickle) else {
        throw fail(name, "a storage of an unknown form")
      }
      return try storage(identifier, of: document)
    case .call(let call) where pickle.globalName(call.head) == "torch.storage._load_from_bytes":
      let arguments = pickle.sequence(call.arguments ?? id) ?? []
      let inner = try innerDocument(arguments, name)
      guard case .persistent(let tuple) = inner.pickle.nodes[inner.pickle.root],
        let identifier = TorchStorageID(tuple, in: inner.pickle)
      else { throw fail(name, "a torch file without a storage") }
      return TorchStorage(
        type: identifier.type, bytes: try inner.bytes(of: identifier, path: path),
        byteOrder: inner.byteOrder)
    default: throw fail(name, "a tensor without a storage")
    }
  }

  /// A storage of the document, looked up once, since deflated ones are inflated for that.
  private mutating func storage(
    _ id: TorchStorageID, of document: TorchDocument
  ) throws(CheckpointError) -> TorchStorage {
    let key = id.view.map { "\(id.key)[\($0.start), \($0.count)]" } ?? id.key
    if let known = storages[key] {
      let width = id.byteWidth ?? 1
      let count = id.view?.count ?? id.elementCount
      let isWhole = known.bytes.count % width == 0 && known.bytes.count / width == count
      guard known.type == id.type, isWhole || id.byteWidth == nil
      else { throw fail("two descriptions of storage \"\(id.key.printable())\"") }
      return known
    }
    let storage = TorchStorage(
      type: id.type, bytes: try document.bytes(of: id, path: path),
      byteOrder: document.byteOrder)
    storages[key] = storage
    return storage
  }

  /// Adds a storage that is no part of a tensor, as a tensor of one dimension.
  mutating func add(_ storage: TorchStorage, _ name: String) throws(CheckpointError) {
    switch storage.type ?? .known(.u8) {
    case .other(let type): try add(name, unreadable: type)
    case .known(let dtype):
      try add(
        Tensor(
          name: name.isEmpty ? Self.rootName : name, dtype: dtype,
          shape: [storage.bytes.count / dtype.byteWidth], strides: [1],
          byteOrder: storage.byteOrder, storage: storage.bytes))
    }
  }

  /// Adds a view of a storage, everything about it checked: `(storage, offset, sizes, strides,
  /// ...)`.
  private mutating func add(
    _ storage: TorchStorage, _ type: TorchType?, _ arguments: [Int], metadata: Int, _ name: String
  ) throws(CheckpointError) {
    guard let offset = pickle.integer(arguments[1]), let shape = integers(arguments[2]),
      let strides = integers(arguments[3])
    else { throw fail(name, "offset, sizes or strides that are no whole numbers") }
    if arguments.count > metadata, case .mapping(let object) = pickle.nodes[arguments[metadata]],
      !object.items.isEmpty
    {
      return try add(name, unreadable: "a conjugated or negated view")
    }
    switch type ?? .known(.u8) {
    case .other(let type): try add(name, unreadable: type)
    case .known(let dtype):
      try add(
        name, dtype, shape, strides, offset: offset, storage.bytes, storage.byteOrder)
    }
  }

  /// Adds a tensor after checking that it lies in its storage.
  mutating func add(
    _ name: String, _ dtype: DType, _ shape: [Int], _ strides: [Int], offset: Int,
    _ bytes: Data, _ order: ByteOrder
  ) throws(CheckpointError) {
    guard shape.count <= SafetensorsHeader.dimensionLimit else {
      throw fail(
        name,
        "\(shape.count) dimensions, expected at most \(SafetensorsHeader.dimensionLimit)")
    }
    let described = "shape \(shape) by strides \(strides) from element \(offset)"
    let width = dtype.byteWidth
    guard let extent = Tensor.extent(shape: shape, strides: strides, width: width), offset >= 0
    else {
      throw fail(name, "\(described): expected whole numbers from 0 that stay within 2^63 bytes")
    }
    let count = bytes.count / dtype.byteWidth
    guard extent == 0 || (offset <= count && extent <= count - offset) else {
      throw fail(name, "\(described): ends outside of its storage of \(count) elements")
    }
    let size = shape.reduce(dtype.byteWidth, *)
    guard size <= byteLimit else {
      throw fail(name, "\(described): \(size) bytes, expected at most \(byteLimit) in this file")
    }
    try add(
      Tensor(
        name: name.isEmpty ? Self.rootName : name, dtype: dtype, shape: shape, strides: strides,
        byteOrder: order, storage: bytes, offset: extent == 0 ? 0 : offset))
  }

  /// Whole numbers of a tuple, list or `torch.Size`.
  private func integers(_ id: Int) -> [Int]? {
    guard let elements = pickle.sequence(id) else { return nil }
    let numbers = elements.compactMap { pickle.integer($0) }
    return numbers.count == elements.count ? numbers : nil
  }
}

// MARK: - NumPy

extension ObjectTree {
  /// Adds an array: `(version, shape, type, whether in Fortran order, elements)`, the first left
  /// out in older files.
  private mutating func addArray(state: Int, _ name: String) throws(CheckpointError) {
    let parts = pickle.sequence(state)?.suffix(4).map { $0 } ?? []
    guard parts.count == 4, let shape = integers(parts[0]),
      case .bool(let isFortranOrder) = pickle.nodes[parts[2]]
    else { throw fail(name, "an array of an unknown form") }
    guard let bytes = pickle.bytes(parts[3]) else {
      return try add(name, unreadable: "pickled objects")
    }
    try addArray(bytes, type: parts[1], shape, isFortranOrder: isFortranOrder, name)
  }

  /// Adds an array of a buffer: `(bytes, type, shape, order)`.
  private mutating func addArray(buffer: [Int], _ name: String) throws(CheckpointError) {
    guard let bytes = pickle.bytes(buffer[0]), let shape = integers(buffer[2]),
      let order = pickle.string(buffer[3]), ["C", "F"].contains(order)
    else { throw fail(name, "an array of an unknown form") }
    try addArray(bytes, type: buffer[1], shape, isFortranOrder: order == "F", name)
  }

  private mutating func addArray(
    _ bytes: Data, type: Int, _ shape: [Int], isFortranOrder: Bool, _ name: String
  ) throws(CheckpointError) {
    guard let descriptor = numPyDescriptor(type) else {
      throw fail(name, "an array without a type")
    }
    guard let (dtype, order) = NPYHeader.type(of: descriptor) else {
      return try add(name, unreadable: "numpy dtype \(descriptor)")
    }
    guard shape.allSatisfy({ $0 >= 0 }), let size = byteCount(shape: shape, dtype: dtype),
      size == bytes.count
    else { throw fail(name, "\(bytes.count) bytes, expected \(descriptor) of shape \(shape)") }
    try add(
      name, dtype, shape, NPYHeader.strides(shape, isFortranOrder: isFortranOrder), offset: 0,
      bytes, order)
  }

  /// A number of NumPy.
  func numPyScalar(
    type: Int, _ bytes: Data, _ name: String
  ) throws(CheckpointError) -> JSONValue {
    guard let descriptor = numPyDescriptor(type),
      let (dtype, order) = NPYHeader.type(of: descriptor), bytes.count == dtype.byteWidth
    else { throw fail(name, "a number of NumPy of an unknown form") }
    let tensor = Tensor(
      name: name, dtype: dtype, shape: [], strides: [], byteOrder: order, storage: bytes)
    if let integers = tensor.integers() {
      return dtype == .bool ? .bool(integers[0] != 0) : .integer(integers[0])
    }
    guard dtype.isFloatingPoint else { throw fail(name, "a number beyond 2^63") }
    guard dtype == .f64 else { return .number(Double(tensor.floats()[0])) }
    let bits = tensor.storedBytes(in: 0..<1).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return .number(Double(bitPattern: bits))
  }

  /// The type code of `numpy.dtype('f4', False, True)`, whose state says the order of bytes, such
  /// as `<f4`.
  private func numPyDescriptor(_ id: Int) -> String? {
    guard case .call(let call) = pickle.nodes[id], pickle.globalName(call.head) == "numpy.dtype",
      let arguments = call.arguments.flatMap({ pickle.sequence($0) }),
      let code = arguments.first.flatMap({ pickle.string($0) })
    else { return nil }
    let order = call.state.flatMap { pickle.sequence($0) }.flatMap { parts in
      parts.count > 1 ? pickle.string(parts[1]) : nil
    }
    return (order ?? "|") + code
  }
}
