internal import Foundation

/// The tensors of a file of any kind, to be written as one safetensors file.
///
/// Elements keep their type and every bit; they are laid out contiguous, lowest byte first, the widest
/// types first so that all are aligned. Tensors that share a storage are written one by one. Strings of a
/// safetensors header are kept, and so are plain values beside the tensors, as strings of the metadata.
struct TensorCopy: Sendable {
  /// The longest plain value that is kept, and the most of them together, in bytes with names.
  private static let valueLimits = (one: 4096, all: 1 << 20)

  /// The elements that are copied at a time.
  private static let pieceCount = 1 << 20

  /// The tensors, in the order of the file.
  let tensors: [Tensor]

  /// The header of the file.
  let layout: SafetensorsLayout

  /// The plain values that are not kept, by name.
  let leftOut: [String]

  /// Takes all tensors of a file.
  ///
  /// - Parameter file: The file.
  /// - Throws: `CheckpointError` if a tensor cannot be read, or safetensors cannot hold it.
  init(of file: TensorFile) throws(CheckpointError) {
    for name in file.unreadable.keys.sorted() { _ = try file.tensor(name) }
    for name in file.names { try Self.check(file.tensor(name), path: file.path) }
    tensors = file.tensors.values.sorted {
      (-$0.dtype.byteWidth, $0.dtype.rawValue, $0.name)
        < (-$1.dtype.byteWidth, $1.dtype.rawValue, $1.name)
    }
    let values = Self.plainValues(of: file)
    leftOut = values.leftOut
    layout = SafetensorsLayout(
      tensors.map { .init(name: $0.name, dtype: $0.dtype, shape: $0.shape) },
      metadata: values.kept)
  }

  private static func check(_ tensor: Tensor, path: String) throws(CheckpointError) {
    let limit = SafetensorsHeader.dimensionLimit
    let fault: String? =
      if tensor.name == "__metadata__" {
        "a name that safetensors keeps for something else"
      } else if tensor.name.unicodeScalars.contains("\0") {
        "a name with a null character"
      } else if tensor.shape.count > limit {
        "\(tensor.shape.count) dimensions, expected at most \(limit)"
      } else {
        nil
      }
    guard let fault else { return }
    throw CheckpointError(path: path, reason: .malformedEntry(tensor: tensor.name, what: fault))
  }

  /// The strings of the metadata: those of the file, then plain values beside the tensors.
  ///
  /// Files of PyTorch say so in `format`, without which transformers refuses weights.
  private static func plainValues(
    of file: TensorFile
  ) -> (kept: [(String, String)], leftOut: [String]) {
    var kept = file.metadata.keys.sorted().map { ($0, file.metadata[$0] ?? "") }
    var leftOut: [String] = []
    let arrays: Set<TensorFile.Container> = [.safetensors, .npy, .npz, .rawFloats]
    if !arrays.contains(file.container), file.attributes["format"] == nil {
      kept.append(("format", "pt"))
    }
    var size = 0
    for name in file.attributes.names {
      let text = file.attributes[name].flatMap { value in
        value.string ?? (value.isFinite ? value.serialized() : nil)
      }
      let bytes = name.utf8.count + (text?.utf8.count ?? 0)
      guard let text, bytes <= valueLimits.one, size + bytes <= valueLimits.all else {
        leftOut.append(name)
        continue
      }
      size += bytes
      kept.append((name, text))
    }
    return (kept, leftOut)
  }

  /// Calls `body` with the bytes of the file, piece after piece.
  ///
  /// - Parameter body: Receives the bytes.
  /// - Throws: What `body` throws.
  func forEachPiece(_ body: (Data) throws -> Void) throws {
    try body(layout.header)
    for tensor in tensors {
      for start in stride(from: 0, to: tensor.elementCount, by: Self.pieceCount) {
        let end = min(start + Self.pieceCount, tensor.elementCount)
        try body(tensor.storedBytes(in: start..<end))
      }
    }
  }
}

extension JSONValue {
  /// Whether JSON can say the value: no number in it is infinite or NaN.
  fileprivate var isFinite: Bool {
    switch self {
    case .number(let value): value.isFinite
    case .array(let values): values.allSatisfy(\.isFinite)
    case .object(let object): object.names.allSatisfy { object[$0]?.isFinite ?? true }
    default: true
    }
  }
}
