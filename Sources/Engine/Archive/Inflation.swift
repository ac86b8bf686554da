internal import CZlib
package import Foundation

/// The CRC-32 of bytes, as zip archives state it.
///
/// The corresponding C function is `crc32_z`.
///
/// - Parameters:
///   - bytes: The bytes.
///   - before: The CRC-32 of bytes before them, 0 of none.
/// - Returns: The CRC-32 of all.
package func crc32(of bytes: Data, after before: UInt32 = 0) -> UInt32 {
  unsafe bytes.withUnsafeBytes { raw in
    let start = unsafe raw.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return unsafe UInt32(truncatingIfNeeded: crc32_z(uLong(before), start, raw.count))
  }
}

/// Inflates raw deflated bytes.
///
/// The corresponding C function is `inflate`, without a zlib or gzip header.
///
/// - Parameters:
///   - compressed: The deflated bytes.
///   - count: The size that they must have when inflated, which is what is allocated.
/// - Returns: The bytes, or nil if they are corrupt, or more or fewer than `count`, or do not end
///   where `compressed` ends.
func inflated(_ compressed: Data, count: Int) -> Data? {
  // One byte more, so that contents which go on are noticed.
  var result = Data(count: count + 1)
  var stream = unsafe z_stream()
  guard
    unsafe inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
      == Z_OK
  else { return nil }
  defer { unsafe inflateEnd(&stream) }
  var status = Z_OK
  var (read, written) = (0, 0)
  let step = 1 << 30
  unsafe compressed.withUnsafeBytes { source in
    unsafe result.withUnsafeMutableBytes { target in
      while status == Z_OK {
        let (available, room) = (min(step, source.count - read), min(step, target.count - written))
        unsafe stream.next_in = UnsafeMutablePointer(
          mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: read))
        unsafe stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
          .advanced(by: written)
        unsafe (stream.avail_in, stream.avail_out) = (UInt32(available), UInt32(room))
        status = unsafe inflate(&stream, Z_NO_FLUSH)
        let (consumed, produced) = unsafe (
          available - Int(stream.avail_in), room - Int(stream.avail_out)
        )
        read += consumed
        written += produced
        if consumed == 0, produced == 0 { break }
      }
    }
  }
  guard status == Z_STREAM_END, written == count, read == compressed.count else { return nil }
  return result.prefix(count)
}
