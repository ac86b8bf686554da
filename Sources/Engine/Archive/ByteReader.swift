internal import Foundation

/// Reads little-endian numbers from bytes, never past their end.
struct ByteReader {
  private let bytes: Data

  /// The next byte to be read, from the start of the bytes.
  private(set) var position: Int

  /// Makes a reader.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - position: Where to start.
  init(_ bytes: Data, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// The bytes that are left.
  var remaining: Int { max(0, bytes.count - position) }

  /// Takes bytes, or nothing and nil if fewer are left.
  mutating func take(_ count: Int) -> Data? {
    guard count >= 0, position >= 0, position <= bytes.count, count <= remaining else { return nil }
    defer { position += count }
    let start = bytes.startIndex + position
    return bytes[start..<(start + count)]
  }

  /// Takes a number of 1 to 8 bytes, lowest first.
  mutating func number(_ width: Int) -> UInt64? {
    take(width)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Takes a number of up to 4 bytes.
  mutating func integer(_ width: Int) -> Int? { number(width).map(Int.init) }
}
