internal import CZlib
internal import CZstd
internal import Foundation

/// Compresses bytes as a gzip file without name and time.
///
/// The corresponding C function is `deflate`, in one call.
///
/// - Parameter bytes: The contents.
/// - Returns: The file, or nil if there is no memory for it or the contents have 4 GiB or more.
func gzipped(_ bytes: [UInt8]) -> Data? {
  guard let count = UInt32(exactly: bytes.count) else { return nil }
  var stream = unsafe z_stream()
  // 16 more than the window asks for the header and trailer of gzip.
  guard
    unsafe deflateInit2_(
      &stream, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size)) == Z_OK
  else { return nil }
  defer { unsafe deflateEnd(&stream) }
  guard let bound = unsafe UInt32(exactly: deflateBound(&stream, uLong(count))) else { return nil }
  var result = [UInt8](repeating: 0, count: Int(bound))
  let status = unsafe bytes.withUnsafeBufferPointer { source in
    unsafe result.withUnsafeMutableBufferPointer { target in
      unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
      unsafe stream.next_out = target.baseAddress
      unsafe (stream.avail_in, stream.avail_out) = (count, bound)
      return unsafe deflate(&stream, Z_FINISH)
    }
  }
  guard status == Z_STREAM_END else { return nil }
  return unsafe Data(result.prefix(Int(stream.total_out)))
}

/// Compresses bytes as one frame of Zstandard.
///
/// The corresponding C function is `ZSTD_compress`.
///
/// - Parameter bytes: The contents.
/// - Returns: The frame, or nil if there is no memory for it.
func zstandardFrame(_ bytes: [UInt8]) -> [UInt8]? {
  var result = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
  let size = unsafe bytes.withUnsafeBytes { source in
    unsafe result.withUnsafeMutableBytes { target in
      unsafe ZSTD_compress(
        target.baseAddress, target.count, source.baseAddress, source.count,
        zstandardLevel)
    }
  }
  guard ZSTD_isError(size) == 0 else { return nil }
  return Array(result.prefix(size))
}

/// The level that Zstandard has by default.
private let zstandardLevel: Int32 = 3
