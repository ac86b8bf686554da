internal import CKernels

/// Replaces a row by `(row + shifts) · factors`, element by element.
///
/// The corresponding C function is `kernel_shift_and_scale_each`.
///
/// - Parameters:
///   - rows: The rows, of which one is changed in place.
///   - start: Where it starts.
///   - count: Its length.
///   - shifts: What is added, [count]; nil for nothing.
///   - factors: What the sums are multiplied by, [count]; nil for nothing.
func shiftAndScaleEach(
  _ rows: inout MutableSpan<Float>, at start: Int, count: Int, shifts: [Float]?,
  factors: [Float]?
) {
  precondition(start >= 0 && start + count <= rows.count, "a row of \(count) at \(start)")
  for vector in [shifts, factors] {
    precondition(vector.map { $0.count == count } ?? true, "\(vector?.count ?? 0) for \(count)")
  }
  unsafe rows.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    if let shifts { unsafe kernel_shift_and_scale_each(base + start, shifts, nil, count) }
    if let factors { unsafe kernel_shift_and_scale_each(base + start, nil, factors, count) }
  }
}

/// The places of the values of a row that exceed a bound, rising; NaN exceeds nothing.
///
/// The corresponding C function is `kernel_places_above`.
///
/// - Parameters:
///   - bound: The bound.
///   - row: The values.
///   - places: Receives the places from its start; grows as needed.
/// - Returns: How many there are.
func placesAbove(_ bound: Float, in row: Span<Float>, into places: inout [Int32]) -> Int {
  if places.count < row.count { places = [Int32](repeating: 0, count: row.count) }
  return unsafe row.withUnsafeBufferPointer { source in
    unsafe kernel_places_above(source.baseAddress, source.count, bound, &places)
  }
}

/// The places of the greatest values of a row, greatest first and equal ones in the order of their
/// places.
///
/// The corresponding C function is `kernel_greatest`.
///
/// - Parameters:
///   - count: How many are wanted; there are fewer where the row has fewer that are not NaN.
///   - row: The values.
///   - isByMagnitude: Whether they are compared without their signs.
///   - scratch: Room for the values; grows as needed.
///   - places: Receives the places from its start; grows as needed.
/// - Returns: How many there are.
func placesOfGreatest(
  _ count: Int, in row: Span<Float>, isByMagnitude: Bool, scratch: inout [Float],
  into places: inout [Int32]
) -> Int {
  let capacity = min(count, row.count)
  if places.count < row.count { places = [Int32](repeating: 0, count: row.count) }
  if scratch.count < capacity { scratch = [Float](repeating: 0, count: capacity) }
  return unsafe row.withUnsafeBufferPointer { source in
    unsafe kernel_greatest(
      source.baseAddress, source.count, isByMagnitude ? 1 : 0, capacity, &scratch, &places)
  }
}
