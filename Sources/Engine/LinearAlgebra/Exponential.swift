internal import CKernels

/// Replaces each element by its exponential, with a relative error under 2e-7.
///
/// Elements under -87, whose exponentials are no normal numbers, give 0. The corresponding C function
/// is `kernel_exp`.
///
/// - Parameter elements: Any count, at most 88 each.
func exponentiate(_ elements: inout MutableSpan<Float>) {
  unsafe elements.withUnsafeMutableBufferPointer { buffer in
    unsafe kernel_exp(buffer.baseAddress, buffer.count)
  }
}
