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

  /// Replaces the sums by those of the rows of a matrix.
  ///
  /// The corresponding C functions are `kernel_row_sums` and `kernel_row_sums_in_order`.
  ///
  /// - Parameters:
  ///   - elements: The rows, [rows, width].
  ///   - rows: How many there are, at most as many as there is room for.
  ///   - width: The length of a row.
  ///   - isInOrder: Whether each row is summed from its first element to its last, to the bits of
  ///     `addToColumns`, which is slower.
  mutating func sumRows(_ elements: Span<Float>, rows: Int, width: Int, isInOrder: Bool = false) {
    precondition(rows <= sums.count && elements.count >= rows * width, "\(rows) rows of \(width)")
    unsafe elements.withUnsafeBufferPointer { source in
      if isInOrder {
        unsafe kernel_row_sums_in_order(source.baseAddress, rows, width, &sums, &squares)
      } else {
        unsafe kernel_row_sums(source.baseAddress, rows, width, &sums, &squares)
      }
    }
  }

  /// Sets all sums to zero.
  mutating func removeAll() {
    for i in sums.indices { (sums[i], squares[i]) = (0, 0) }
  }

  /// Adds a row of a matrix to the sums of its columns, which start from `removeAll`.
  ///
  /// The corresponding C function is `kernel_add_to_columns`.
  ///
  /// - Parameter row: An element of each column, of which there are at most as many as there is
  ///   room for.
  mutating func addToColumns(_ row: Span<Float>) {
    precondition(row.count <= sums.count, "\(row.count) columns")
    unsafe row.withUnsafeBufferPointer { source in
      unsafe kernel_add_to_columns(source.baseAddress, source.count, &sums, &squares)
    }
  }

  /// Copies some columns of a matrix, and adds each row to their sums, which start from `removeAll`,
  /// to the bits of `addToColumns`.
  ///
  /// The corresponding C function is `kernel_copy_and_add_to_columns`.
  ///
  /// - Parameters:
  ///   - matrix: The matrix from the first of the columns on, [rows, pitch]; the last row may end with
  ///     the last of the columns.
  ///   - pitch: The length of a row.
  ///   - rows: How many there are.
  ///   - columns: How many columns are copied, at most as many as there is room for.
  ///   - target: Receives them from its start, [rows, columns].
  mutating func addToColumns(
    _ matrix: Span<Float>, pitch: Int, rows: Int, columns: Int,
    copiedTo target: inout MutableSpan<Float>
  ) {
    guard rows > 0 else { return }
    precondition(
      columns <= min(pitch, sums.count) && matrix.count >= (rows - 1) * pitch + columns
        && target.count >= rows * columns,
      "\(columns) columns of [\(rows), \(pitch)]")
    unsafe matrix.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        unsafe kernel_copy_and_add_to_columns(
          source.baseAddress, pitch, rows, columns, target.baseAddress, &sums, &squares)
      }
    }
  }
}

/// The sum of the squares of a row's elements, in `Double`.
///
/// The corresponding C function is `kernel_row_sums`.
func sumOfSquares(_ row: Span<Float>) -> Double {
  var (sum, square) = (0.0, 0.0)
  unsafe row.withUnsafeBufferPointer { source in
    unsafe kernel_row_sums(source.baseAddress, 1, source.count, &sum, &square)
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
