internal import CKernels
internal import Foundation

/// Converts stored floating-point elements to `Float`.
///
/// - Parameters:
///   - bytes: The elements, little-endian, of any alignment.
///   - dtype: Their type: `f64`, `f32`, `f16` or `bf16`.
///   - result: Receives one value for each element.
///   - start: Where the first one goes.
/// - Precondition: The dtype is a floating-point type, and `result` has room.
func widen(
  _ bytes: RawSpan, dtype: DType, into result: inout MutableSpan<Float>, at start: Int = 0
) {
  let count = bytes.byteCount / dtype.byteWidth
  precondition(
    start >= 0 && start + count <= result.count, "\(count) elements into \(result.count)")
  guard count > 0 else { return }
  if dtype == .f64 {
    for i in 0..<count {
      let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)
      result[start + i] = Float(Double(bitPattern: bits))
    }
    return
  }
  unsafe bytes.withUnsafeBytes { source in
    unsafe result.withUnsafeMutableBufferPointer { target in
      guard let source = source.baseAddress, let target = target.baseAddress else { return }
      switch dtype {
      case .f32: unsafe memcpy(target + start, source, 4 * count)
      case .f16: unsafe kernel_widen_f16(source, target + start, count)
      case .bf16: unsafe kernel_widen_bf16(source, target + start, count)
      default: preconditionFailure("\(dtype.rawValue) elements as Float")
      }
    }
  }
}
