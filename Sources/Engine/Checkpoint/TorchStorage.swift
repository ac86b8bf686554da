internal import Foundation

/// A run of numbers that tensors of PyTorch are views of.
struct TorchStorage {
  /// The type of the elements, or the name of one that is not supported; nil if views state it.
  var type: TorchType?
  /// The elements.
  var bytes: Data
  var byteOrder: ByteOrder
}

/// A type of elements as PyTorch names it.
enum TorchType: Equatable {
  case known(DType)
  /// The name of another, such as `torch.ComplexFloatStorage`.
  case other(String)

  /// The type of a storage class, or nil for a storage of bytes whose views have types.
  static func ofStorage(_ name: String) -> TorchType? {
    let untyped = ["torch.UntypedStorage", "torch.storage.UntypedStorage"]
    guard !untyped.contains(name) else { return nil }
    return storageTypes[name].map { .known($0) } ?? .other(name)
  }

  /// The type of a `torch.dtype`.
  static func ofElements(_ name: String) -> TorchType {
    elementTypes[name].map { .known($0) } ?? .other(name)
  }

  private static let storageTypes: [String: DType] = [
    "torch.DoubleStorage": .f64, "torch.FloatStorage": .f32, "torch.HalfStorage": .f16,
    "torch.BFloat16Storage": .bf16, "torch.LongStorage": .i64, "torch.IntStorage": .i32,
    "torch.ShortStorage": .i16, "torch.CharStorage": .i8, "torch.ByteStorage": .u8,
    "torch.BoolStorage": .bool,
  ]

  private static let elementTypes: [String: DType] = [
    "torch.float64": .f64, "torch.double": .f64, "torch.float32": .f32, "torch.float": .f32,
    "torch.float16": .f16, "torch.half": .f16, "torch.bfloat16": .bf16, "torch.int64": .i64,
    "torch.long": .i64, "torch.int32": .i32, "torch.int": .i32, "torch.int16": .i16,
    "torch.short": .i16, "torch.int8": .i8, "torch.uint8": .u8, "torch.uint16": .u16,
    "torch.uint32": .u32, "torch.uint64": .u64, "torch.bool": .bool,
  ]
}

/// What a pickle says of a storage that is kept outside of it:
/// `('storage', type, key, location, number of elements[, view])`.
struct TorchStorageID {
  var type: TorchType?
  var key: String
  var elementCount: Int
  /// Where a view of the storage starts and how many elements it has, or nil for all.
  var view: (start: Int, count: Int)?

  /// Reads an identifier.
  ///
  /// The result is nil if it is of another form.
  ///
  /// - Parameters:
  ///   - id: The tuple.
  ///   - pickle: Where it stands.
  init?(_ id: Int, in pickle: Pickle) {
    guard case .tuple(let parts) = pickle.nodes[id], (5...6).contains(parts.count),
      pickle.string(parts[0]) == "storage", let type = pickle.globalName(parts[1]),
      let key = pickle.string(parts[2]), let elementCount = pickle.integer(parts[4]),
      elementCount >= 0
    else { return nil }
    self.type = TorchType.ofStorage(type)
    self.key = key
    self.elementCount = elementCount
    if parts.count == 6, case .tuple(let view) = pickle.nodes[parts[5]] {
      guard view.count == 3, let start = pickle.integer(view[1]),
        let count = pickle.integer(view[2]), start >= 0, count >= 0,
        start <= elementCount, count <= elementCount - start
      else { return nil }
      self.view = (start, count)
    }
  }

  /// The bytes of an element; types that are not supported are not measured.
  var byteWidth: Int? {
    switch type {
    case nil: 1
    case .known(let dtype): dtype.byteWidth
    case .other: nil
    }
  }
}
