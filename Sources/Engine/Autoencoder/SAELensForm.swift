internal import Foundation

/// An autoencoder in the terms of SAELens 6: what `cfg.json` says, and the tensors beside it.
///
/// `MODEL.md` lists what is taken as it is, what is folded into weights and biases, and what is refused.
struct SAELensForm: Sendable {
  /// A tensor of `sae_weights.safetensors`.
  struct Weights: Sendable {
    /// Where the elements come from.
    enum Source: Sendable {
      /// A stored matrix, or a view of one, times a factor.
      case matrix(Tensor, factor: Double)
      /// Elements in memory.
      case vector([Float])
    }

    let name: String
    let source: Source

    /// The sizes of the dimensions.
    var shape: [Int] {
      switch source {
      case .matrix(let tensor, _): tensor.shape
      case .vector(let elements): [elements.count]
      }
    }
  }

  /// The version of SAELens whose files these are; it treats files without one as older than 6.
  static let version = "6.54.12"

  /// The architecture.
  let architecture: SAELensConfiguration.Architecture

  /// The members of `cfg.json` but for `metadata`.
  let configuration: JSONObject

  /// The tensors, in the order of the file.
  let weights: [Weights]

  /// The type that all tensors are written in: F32, or the F16 or BF16 of all of them.
  let dtype: DType

  /// What was folded, rounded or computed, a line each.
  let notes: [String]
}

extension SAELensForm.Weights {
  /// The elements that are converted at a time.
  private static let pieceCount = 1 << 20

  /// Calls `body` with the bytes of the elements, piece after piece.
  ///
  /// - Parameters:
  ///   - dtype: The type to be written; every element is rounded to it once.
  ///   - body: Receives the bytes, lowest first.
  /// - Throws: What `body` throws.
  func forEachPiece(as dtype: DType, _ body: (Data) throws -> Void) throws {
    switch source {
    case .vector(let elements): try body(elements.stored(as: dtype))
    case .matrix(let tensor, let factor):
      let isUnchanged = factor == 1 && tensor.dtype == dtype
      for start in stride(from: 0, to: tensor.elementCount, by: Self.pieceCount) {
        let range = start..<min(start + Self.pieceCount, tensor.elementCount)
        guard !isUnchanged else {
          try body(tensor.storedBytes(in: range))
          continue
        }
        var elements = [Float](repeating: 0, count: range.count)
        var target = elements.mutableSpan
        tensor.copyFloats(in: range, into: &target, at: 0)
        if factor != 1 { elements = elements.map { Float(Double($0) * factor) } }
        try body(elements.stored(as: dtype))
      }
    }
  }
}

extension [Float] {
  /// Whether a type holds all elements exactly; NaN counts as held.
  func isExact(in dtype: DType) -> Bool {
    switch dtype {
    case .f16: allSatisfy { $0.isNaN || Float(Float16($0)) == $0 }
    case .bf16: allSatisfy { $0.isNaN || $0.bitPattern & 0xFFFF == 0 }
    default: true
    }
  }

  /// The elements as they are stored in a type that holds them exactly, lowest byte first.
  fileprivate func stored(as dtype: DType) -> Data {
    switch dtype {
    case .f16: littleEndianBytes(map { Float16($0).bitPattern })
    case .bf16: littleEndianBytes(map { UInt16($0.bitPattern >> 16) })
    default: littleEndianBytes(self)
    }
  }
}

extension DirectionBank {
  /// The directions as a stored matrix or a view of one, [count, width].
  var matrixOfRows: Tensor { isTransposed ? tensor.exchanged : tensor }

  /// The directions as a stored matrix or a view of one, [width, count].
  var matrixOfColumns: Tensor { isTransposed ? tensor : tensor.exchanged }
}

extension Tensor {
  /// The view of a matrix with rows and columns exchanged.
  fileprivate var exchanged: Tensor {
    let strides = strides ?? Self.rowMajorStrides(shape)
    return Tensor(
      name: name, dtype: dtype, shape: shape.reversed(), strides: strides.reversed(),
      byteOrder: byteOrder, storage: bytes)
  }
}
