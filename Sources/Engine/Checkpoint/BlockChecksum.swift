internal import CXXHash
public import Foundation

/// A checksum that finds damage as fast as memory is read; it is no protection from intent.
public enum BlockChecksum {
  /// The checksum of bytes, XXH3 of 64 bits without a seed.
  ///
  /// The corresponding C function is `XXH3_64bits`.
  ///
  /// - Parameter bytes: The bytes.
  /// - Returns: `xxh3:` and 16 hexadecimal digits, highest first.
  public static func xxh3(_ bytes: Data) -> String {
    let value = unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
    let digits = String(value, radix: 16)
    return "xxh3:" + String(repeating: "0", count: 16 - digits.count) + digits
  }
}
