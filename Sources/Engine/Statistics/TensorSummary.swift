internal import Foundation

/// What the values of a tensor look like.
public struct TensorSummary: Sendable, Equatable {
  /// The least finite value, or nil if there is none.
  public let minimum: Double?

  /// The greatest finite value, or nil if there is none.
  public let maximum: Double?

  /// The elements that are NaN or infinite.
  public let nonFiniteCount: Int

  /// The rows of a matrix that are zero throughout; nil for other shapes.
  public let zeroRowCount: Int?

  /// The fewest elements of a block, the unit of work of a thread.
  private static let blockSize = 1 << 18

  /// Reads a whole tensor, block by block.
  ///
  /// All values are exact, `f64` included; whole numbers beyond 2^53 are rounded.
  ///
  /// - Parameters:
  ///   - tensor: The tensor.
  ///   - workers: The number of threads; the result is the same for any.
  public init(of tensor: Tensor, workers: Int) {
    let isMatrix = tensor.shape.count == 2
    let width = isMatrix ? tensor.shape[1] : tensor.elementCount
    let rows = isMatrix ? tensor.shape[0] : 1
    // Rows without elements are one block, since a header can claim any number of them.
    let rowsOfBlock = isMatrix ? max(1, width == 0 ? rows : Self.blockSize / width) : 1
    let ranges: [Range<Int>]
    if isMatrix {
      ranges = stride(from: 0, to: rows, by: rowsOfBlock).map {
        ($0 * width)..<(min($0 + rowsOfBlock, rows) * width)
      }
    } else {
      ranges = stride(from: 0, to: width, by: Self.blockSize).map {
        $0..<min($0 + Self.blockSize, width)
      }
    }
    let parts = mapInParallel(count: ranges.count, workers: workers) { index in
      ValueExtremes(of: tensor, in: ranges[index], rowWidth: isMatrix ? width : nil)
    }
    let whole = parts.reduce(ValueExtremes()) { $0.joined(with: $1) }
    minimum = whole.minimum <= whole.maximum ? whole.minimum : nil
    maximum = whole.minimum <= whole.maximum ? whole.maximum : nil
    nonFiniteCount = whole.nonFiniteCount
    zeroRowCount = isMatrix ? (width == 0 ? rows : whole.zeroRowCount) : nil
  }
}

/// The extremes of some elements; the least is above the greatest where none is finite.
private struct ValueExtremes {
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var nonFiniteCount = 0
  var zeroRowCount = 0

  init() {}

  /// Reads some elements of a tensor, whole rows if it has rows.
  init(of tensor: Tensor, in range: Range<Int>, rowWidth: Int?) {
    let width = max(1, rowWidth ?? range.count)
    guard tensor.dtype.isFloatingPoint, tensor.dtype != .f64 else {
      for start in stride(from: range.lowerBound, to: range.upperBound, by: width) {
        add(tensor.exactValues(in: start..<min(start + width, range.upperBound)))
      }
      return
    }
    var scratch: [Float] = []
    tensor.withFloats(in: range, scratch: &scratch) { values in
      for start in stride(from: 0, to: values.count, by: width) {
        add(values.extracting(start..<min(start + width, values.count)))
      }
    }
  }

  /// Adds a row.
  private mutating func add(_ row: Span<Float>) {
    var (low, high) = (Float.infinity, -Float.infinity)
    var finiteCount = 0
    for j in row.indices {
      let value = row[j]
      guard value.isFinite else { continue }
      finiteCount += 1
      low = min(low, value)
      high = max(high, value)
    }
    add(low: Double(low), high: Double(high), finiteCount: finiteCount, of: row.count)
  }

  private mutating func add(_ row: [Double]) {
    let finite = row.filter(\.isFinite)
    add(
      low: finite.min() ?? .infinity, high: finite.max() ?? -.infinity,
      finiteCount: finite.count, of: row.count)
  }

  private mutating func add(low: Double, high: Double, finiteCount: Int, of count: Int) {
    minimum = min(minimum, low)
    maximum = max(maximum, high)
    nonFiniteCount += count - finiteCount
    if finiteCount == count, low == 0, high == 0 { zeroRowCount += 1 }
  }

  func joined(with other: ValueExtremes) -> ValueExtremes {
    var result = self
    result.minimum = min(minimum, other.minimum)
    result.maximum = max(maximum, other.maximum)
    result.nonFiniteCount += other.nonFiniteCount
    result.zeroRowCount += other.zeroRowCount
    return result
  }
}

extension Tensor {
  /// Elements of a type that `Float` cannot hold: `f64` or a whole number.
  fileprivate func exactValues(in range: Range<Int>) -> [Double] {
    let stored = storedBytes(in: range)
    let width = dtype.byteWidth
    return (0..<range.count).map { index in
      let start = stored.startIndex + index * width
      var bits: UInt64 = 0
      for byte in stored[start..<(start + width)].reversed() { bits = bits << 8 | UInt64(byte) }
      return exactValue(bits)
    }
  }

  private func exactValue(_ bits: UInt64) -> Double {
    switch dtype {
    case .f64: Double(bitPattern: bits)
    case .i64: Double(Int64(bitPattern: bits))
    case .i32: Double(Int32(truncatingIfNeeded: bits))
    case .i16: Double(Int16(truncatingIfNeeded: bits))
    case .i8: Double(Int8(truncatingIfNeeded: bits))
    case .u64, .u32, .u16, .u8, .bool: Double(bits)
    case .f32, .f16, .bf16: preconditionFailure("\(dtype.rawValue) elements one by one")
    }
  }
}
