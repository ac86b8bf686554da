internal import CKernels

/// Sums of the elements and of their squares, for each of some vectors, in `Double`.
struct VectorSums: Sendable {
  /// The sums of the elements.
  private(set) var sums: [Double]

  /// The sums of their squares.
  private(set) var squares: [Double]

  /// Makes room for so many vectors.
  init(count: Int) {
    sums = [Double](repeating: 0, count: count)
    squares = sums
  }

  /// Sums the rows of a matrix.
  ///
  /// The corresponding C function is `kernel_row_sums`.
  ///
  /// - Parameters:
  ///   - elements: The rows, [rows, width].
  ///   - rows: How many there are, at most as many as there is room for.
  ///   - width: The length of a row.
  mutating func addUpRows(_ elements: Span<Float>, rows: Int, width: Int) {
    precondition(rows <= sums.count && elements.count >= rows * width, "\(rows) rows of \(width)")
    unsafe elements.withUnsafeBufferPointer { source in
      unsafe kernel_row_sums(source.baseAddress, rows, width, width, &sums, &squares)
    }
  }

  /// Sums the columns of a matrix.
  ///
  /// The corresponding C function is `kernel_column_sums`.
  ///
  /// - Parameters:
  ///   - elements: The first column and all that follows, [height, stride].
  ///   - columns: How many there are, at most as many as there is room for.
  ///   - height: The length of a column.
  ///   - stride: The elements from one row to the next.
  mutating func addUpColumns(_ elements: Span<Float>, columns: Int, height: Int, stride: Int) {
    precondition(
      columns <= sums.count && columns <= stride
        && (height == 0 || elements.count >= (height - 1) * stride + columns),
      "\(columns) columns of \(height)")
    unsafe elements.withUnsafeBufferPointer { source in
      unsafe kernel_column_sums(source.baseAddress, columns, height, stride, &sums, &squares)
    }
  }
}

/// The sum of the squares of a row's elements, in `Double`.
///
/// The corresponding C function is `kernel_row_sums`.
func sumOfSquares(_ row: Span<Float>) -> Double {
  var (sum, square) = (0.0, 0.0)
  unsafe row.withUnsafeBufferPointer { source in
    unsafe kernel_row_sums(source.baseAddress, 1, source.count, source.count, &sum, &square)
  }
  return square
}

/// Replaces a row by `row · scale + shift`.
///
/// The corresponding C function is `kernel_scale_and_shift`.
///
/// - Parameters:
///   - rows: The rows, of which one is changed in place.
///   - start: Where it starts.
///   - scale: The factor.
///   - shift: What is added, as long as the row.
/// - Returns: The sum of the squares of the new elements, in `Double`.
func scaleAndShift(
  _ rows: inout MutableSpan<Float>, at start: Int, scale: Float, shift: [Float]
) -> Double {
  precondition(start >= 0 && start + shift.count <= rows.count, "a row at \(start)")
  return unsafe rows.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return 0 }
    return unsafe kernel_scale_and_shift(base + start, shift, scale, shift.count)
  }
}

/// Copies elements.
///
/// - Parameters:
///   - source: The elements.
///   - target: Receives them.
///   - start: Where they go.
func copy(_ source: Span<Float>, into target: inout MutableSpan<Float>, at start: Int) {
  precondition(start >= 0 && start + source.count <= target.count, "\(source.count) at \(start)")
  unsafe source.withUnsafeBufferPointer { from in
    unsafe target.withUnsafeMutableBufferPointer { to in
      guard let base = to.baseAddress, let first = from.baseAddress else { return }
      unsafe (base + start).update(from: first, count: from.count)
    }
  }
}
