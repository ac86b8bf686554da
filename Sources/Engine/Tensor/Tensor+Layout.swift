internal import Foundation

/// The order in which the bytes of a number are stored.
public enum ByteOrder: String, Sendable {
  /// The lowest byte first.
  case little
  /// The highest byte first.
  case big
}

extension Tensor {
  /// The stored elements from the first of a tensor to its last, both included.
  ///
  /// - Parameters:
  ///   - shape: The sizes of the dimensions, from 0.
  ///   - strides: The elements from one index of each dimension to the next, from 0.
  ///   - width: The bytes of an element.
  /// - Returns: The number; 0 if the tensor is empty, nil if there are not as many strides as
  ///   sizes, if one of either is negative, or if the extent or the bytes of the elements
  ///   (sizes of 0 left out) are too many for `Int`.
  static func extent(shape: [Int], strides: [Int], width: Int) -> Int? {
    guard shape.count == strides.count, (shape + strides).allSatisfy({ $0 >= 0 }) else {
      return nil
    }
    // Without sizes of 0, so that no other order of the product overflows.
    var (extent, bytes) = (1, width)
    for (size, stride) in zip(shape, strides) {
      let (product, productOverflows) = bytes.multipliedReportingOverflow(by: max(1, size))
      let (span, spanOverflows) = max(0, size - 1).multipliedReportingOverflow(by: stride)
      let (sum, sumOverflows) = extent.addingReportingOverflow(span)
      guard !productOverflows, !spanOverflows, !sumOverflows else { return nil }
      (extent, bytes) = (sum, product)
    }
    return shape.contains(0) ? 0 : extent
  }

  /// The strides of a contiguous row-major tensor.
  ///
  /// - Parameter shape: The sizes of the dimensions.
  /// - Returns: One stride for each dimension.
  static func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var next = 1
    for i in shape.indices.reversed() {
      strides[i] = next
      next *= max(1, shape[i])
    }
    return strides
  }

  /// Whether elements follow one another in row-major order; strides of dimensions of size 1 say
  /// nothing.
  static func isContiguous(shape: [Int], strides: [Int]) -> Bool {
    shape.contains(0)
      || zip(shape, zip(strides, rowMajorStrides(shape))).allSatisfy { size, strides in
        size == 1 || strides.0 == strides.1
      }
  }

  /// Whether the elements are stored as they are given: contiguous, lowest byte first.
  var isPlain: Bool { strides == nil && byteOrder == .little }

  /// The contiguous matrix of which this is a view with rows and columns exchanged, or nil if it
  /// is something else.
  var contiguousTranspose: Tensor? {
    guard shape.count == 2, strides == [1, shape[0]] else { return nil }
    return Tensor(
      name: name, dtype: dtype, shape: [shape[1], shape[0]], strides: [shape[0], 1],
      byteOrder: byteOrder, storage: bytes)
  }

  /// Some elements, contiguous and lowest byte first: a slice of the file if they are stored so,
  /// else a copy.
  ///
  /// - Parameter range: The elements wanted, as indices into the row-major order.
  /// - Returns: `range.count * dtype.byteWidth` bytes.
  func storedBytes(in range: Range<Int>) -> Data {
    guard !isPlain else {
      let start = bytes.startIndex + range.lowerBound * dtype.byteWidth
      return bytes[start..<(start + range.count * dtype.byteWidth)]
    }
    return switch dtype.byteWidth {
    case 1: gathered(range, of: UInt8.self)
    case 2: gathered(range, of: UInt16.self)
    case 4: gathered(range, of: UInt32.self)
    default: gathered(range, of: UInt64.self)
    }
  }

  /// Copies elements run by run along the last dimension.
  private func gathered<Bits: FixedWidthInteger>(_ range: Range<Int>, of type: Bits.Type) -> Data {
    let strides = strides ?? Self.rowMajorStrides(shape)
    let (runLength, step) = (shape.last ?? 1, strides.last ?? 1)
    var result = Data(count: range.count * dtype.byteWidth)
    unsafe result.withUnsafeMutableBytes { target in
      unsafe bytes.withUnsafeBytes { source in
        var index = range.lowerBound
        while index < range.upperBound {
          let column = index % runLength
          let count = min(runLength - column, range.upperBound - index)
          var from = start(ofRun: index / runLength, strides) + column * step
          for i in (index - range.lowerBound)..<(index - range.lowerBound + count) {
            let bits = unsafe source.loadUnaligned(
              fromByteOffset: from * dtype.byteWidth, as: Bits.self)
            let ordered = byteOrder == .big ? Bits(bigEndian: bits) : Bits(littleEndian: bits)
            unsafe target.storeBytes(
              of: ordered.littleEndian, toByteOffset: i * dtype.byteWidth, as: Bits.self)
            from += step
          }
          index += count
        }
      }
    }
    return result
  }

  /// Where a run along the last dimension starts, in elements.
  private func start(ofRun run: Int, _ strides: [Int]) -> Int {
    var (run, start) = (run, 0)
    for i in shape.indices.dropLast().reversed() {
      start += run % shape[i] * strides[i]
      run /= shape[i]
    }
    return start
  }
}
