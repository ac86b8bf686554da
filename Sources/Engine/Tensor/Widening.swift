/// Converts stored floating-point elements to `Float`.
///
/// - Parameters:
///   - bytes: The elements, little-endian, of any alignment.
///   - dtype: Their type: `f64`, `f32`, `f16` or `bf16`.
///   - result: Receives one value for each element, from its start.
/// - Precondition: The dtype is a floating-point type, and `result` has room.
func widen(_ bytes: RawSpan, dtype: DType, into result: inout MutableSpan<Float>) {
  let count = bytes.byteCount / dtype.byteWidth
  precondition(count <= result.count, "\(count) elements into \(result.count)")
  switch dtype {
  case .f32:
    for i in 0..<count {
      result[i] = unsafe Float(
        bitPattern: bytes.unsafeLoadUnaligned(fromByteOffset: 4 * i, as: UInt32.self))
    }
  case .bf16:
    for i in 0..<count {
      let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)
      result[i] = Float(bitPattern: UInt32(bits) << 16)
    }
  case .f16:
    for i in 0..<count {
      result[i] = widenHalf(
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * i, as: UInt16.self))
    }
  case .f64:
    for i in 0..<count {
      let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * i, as: UInt64.self)
      result[i] = Float(Double(bitPattern: bits))
    }
  default:
    preconditionFailure("\(dtype.rawValue) elements as Float")
  }
}

/// The value of an IEEE 754 binary16 number.
///
/// Written in integer arithmetic and one exact subtraction of normal numbers, so that the compiler
/// can vectorize it for any processor and the result does not depend on how subnormal operands are
/// treated.
func widenHalf(_ half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let magnitude = UInt32(half & 0x7FFF) << 13
  let exponent = magnitude & 0x0F80_0000
  let rebiased = magnitude &+ (127 - 15) << 23
  if exponent == 0x0F80_0000 {
    // Infinity and NaN keep their fraction.
    return Float(bitPattern: sign | (magnitude &+ (255 - 31) << 23))
  }
  if exponent == 0 {
    // A subnormal is fraction * 2^-24: put the fraction under the exponent of 2^-14, then take
    // 2^-14 away.
    let shifted = Float(bitPattern: rebiased &+ 1 << 23) - Float(bitPattern: 113 << 23)
    return Float(bitPattern: sign | shifted.bitPattern)
  }
  return Float(bitPattern: sign | rebiased)
}
