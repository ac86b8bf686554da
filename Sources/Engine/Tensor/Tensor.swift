public import Foundation

/// A named tensor in a file or in memory, whose elements are read when they are needed.
///
/// The bytes are a slice of a mapped file: making or copying a `Tensor` reads nothing. Elements
/// are always given in row-major order, however they are stored.
public struct Tensor: Sendable {
  /// The name in the checkpoint, verbatim.
  public let name: String

  /// The type of the stored elements.
  public let dtype: DType

  /// The sizes of the dimensions, slowest first; empty for a scalar.
  public let shape: [Int]

  /// The stored elements from one index of each dimension to the next; nil if the tensor is
  /// contiguous and row-major.
  public let strides: [Int]?

  /// The order of the bytes of a stored element.
  public let byteOrder: ByteOrder

  /// The bytes from the first element to the last: `elementCount * dtype.byteWidth` of them if
  /// `strides` is nil.
  public let bytes: Data

  /// Makes a tensor of stored bytes.
  ///
  /// - Precondition: The number of bytes is that of the shape.
  public init(name: String, dtype: DType, shape: [Int], bytes: Data) {
    let needed = shape.reduce(dtype.byteWidth, *)
    precondition(bytes.count == needed, "\(name): \(bytes.count) bytes for \(needed)")
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.bytes = bytes
    strides = nil
    byteOrder = .little
  }

  /// Makes a tensor of elements in memory.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - shape: The sizes of the dimensions.
  ///   - elements: The elements in row-major order.
  /// - Precondition: There are as many elements as the shape says.
  init(name: String, shape: [Int], elements: [Float]) {
    let bytes = unsafe elements.withUnsafeBytes { unsafe Data($0) }
    self.init(name: name, dtype: .f32, shape: shape, bytes: bytes)
  }

  /// Makes a tensor of elements that lie anywhere in stored bytes.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - dtype: The type of the elements.
  ///   - shape: The sizes of the dimensions.
  ///   - strides: The elements from one index of each dimension to the next, from 0.
  ///   - byteOrder: The order of the bytes of an element.
  ///   - storage: The bytes in which the elements lie.
  ///   - offset: The first element, in elements from the start of `storage`.
  /// - Precondition: All elements lie in `storage`.
  init(
    name: String, dtype: DType, shape: [Int], strides: [Int], byteOrder: ByteOrder = .little,
    storage: Data, offset: Int = 0
  ) {
    let width = dtype.byteWidth
    guard let extent = Self.extent(shape: shape, strides: strides, width: width), offset >= 0,
      storage.count / width >= offset, storage.count / width - offset >= extent
    else {
      preconditionFailure(
        "\(name): \(shape) by \(strides) from \(offset) in \(storage.count) bytes")
    }
    self.name = name
    self.dtype = dtype
    self.shape = shape
    self.byteOrder = width == 1 ? .little : byteOrder
    self.strides = Self.isContiguous(shape: shape, strides: strides) ? nil : strides
    let start = storage.startIndex + offset * width
    bytes = storage[start..<(start + extent * width)]
  }

  /// The number of elements; 1 for a scalar.
  public var elementCount: Int { shape.reduce(1, *) }

  /// The shape as it is written in messages, such as `[1000, 512]`.
  public var shapeDescription: String { "[" + shape.map(String.init).joined(separator: ", ") + "]" }
}

extension Tensor {
  /// All elements as `Float`, in order.
  ///
  /// Half precisions and `Float` are exact; `Double` is rounded to nearest.
  ///
  /// - Precondition: The dtype is a floating-point type.
  public func floats() -> [Float] {
    var result = [Float](repeating: 0, count: elementCount)
    var target = result.mutableSpan
    copyFloats(in: 0..<elementCount, into: &target, at: 0)
    return result
  }

  /// All elements as a matrix.
  ///
  /// - Precondition: The tensor has two dimensions and a floating-point type.
  public func matrix() -> Matrix {
    precondition(shape.count == 2, "\(name): \(shapeDescription) is not a matrix")
    return Matrix(rows: shape[0], columns: shape[1], elements: floats())
  }

  /// Whether `withFloats` gives elements where they lie: aligned `f32`.
  var isInPlace: Bool {
    guard dtype == .f32, isPlain else { return false }
    return unsafe bytes.withUnsafeBytes { raw in
      Int(bitPattern: raw.baseAddress) % MemoryLayout<Float>.alignment == 0
    }
  }

  /// Calls `body` with some of the elements as `Float`.
  ///
  /// Aligned `f32` elements are used where they lie in the mapped file; everything else is widened
  /// into `scratch`, which grows as needed and can be used again for the next call. Elements that
  /// lie apart or have their highest byte first are gathered before.
  ///
  /// - Parameters:
  ///   - range: The elements wanted, as indices into the row-major order.
  ///   - scratch: Room for widened elements.
  ///   - body: Receives the elements, [range.count].
  /// - Returns: The value of `body`.
  /// - Precondition: The dtype is a floating-point type and `range` lies in the tensor.
  public func withFloats<Result>(
    in range: Range<Int>, scratch: inout [Float], _ body: (Span<Float>) throws -> Result
  ) rethrows -> Result {
    precondition(dtype.isFloatingPoint, "\(name): \(dtype.rawValue) elements as Float")
    precondition(range.upperBound <= elementCount, "\(name): elements \(range)")
    return try unsafe storedBytes(in: range).withUnsafeBytes { raw in
      if dtype == .f32, let base = raw.baseAddress,
        Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0
      {
        let floats = unsafe raw.bindMemory(to: Float.self)
        return try unsafe body(Span(_unsafeElements: floats))
      }
      if scratch.count < range.count {
        scratch = [Float](repeating: 0, count: range.count)
      }
      var widened = scratch.mutableSpan
      unsafe widen(raw.bytes, dtype: dtype, into: &widened)
      return try body(scratch.span.extracting(0..<range.count))
    }
  }
}

extension Tensor {
  /// Copies some of the elements as `Float`.
  ///
  /// Half precisions and `Float` are exact; `Double` is rounded to nearest.
  ///
  /// - Parameters:
  ///   - range: The elements wanted, as indices into the row-major order.
  ///   - target: Receives them.
  ///   - start: Where the first one goes.
  /// - Precondition: The dtype is a floating-point type, `range` lies in the tensor, and `target`
  ///   has room.
  func copyFloats(in range: Range<Int>, into target: inout MutableSpan<Float>, at start: Int) {
    precondition(range.upperBound <= elementCount, "\(name): elements \(range)")
    unsafe storedBytes(in: range).withUnsafeBytes { raw in
      unsafe widen(raw.bytes, dtype: dtype, into: &target, at: start)
    }
  }
}

extension Tensor {
  /// Elements as `Int`, in order.
  ///
  /// - Parameter range: The elements wanted, as indices into the row-major order; nil for all.
  /// - Returns: The elements, or nil if the dtype is not an integer type of up to 64 bits or a value
  ///   does not fit in `Int`.
  /// - Precondition: `range` lies in the tensor.
  public func integers(in range: Range<Int>? = nil) -> [Int]? {
    let range = range ?? 0..<elementCount
    precondition(range.upperBound <= elementCount, "\(name): elements \(range)")
    return switch dtype {
    case .i64: read(Int64.self, in: range)
    case .i32: read(Int32.self, in: range)
    case .i16: read(Int16.self, in: range)
    case .i8: read(Int8.self, in: range)
    case .u64: read(UInt64.self, in: range)
    case .u32: read(UInt32.self, in: range)
    case .u16: read(UInt16.self, in: range)
    case .u8, .bool: read(UInt8.self, in: range)
    case .f64, .f32, .f16, .bf16: nil
    }
  }

  private func read<Stored: FixedWidthInteger>(_ type: Stored.Type, in range: Range<Int>) -> [Int]?
  {
    unsafe storedBytes(in: range).withUnsafeBytes { raw in
      var result: [Int] = []
      result.reserveCapacity(range.count)
      for offset in stride(from: 0, to: raw.count, by: MemoryLayout<Stored>.size) {
        let bits = unsafe raw.loadUnaligned(fromByteOffset: offset, as: Stored.self)
        guard let value = Int(exactly: Stored(littleEndian: bits)) else { return nil }
        result.append(value)
      }
      return result
    }
  }
}
