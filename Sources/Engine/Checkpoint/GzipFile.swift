internal import CZlib
internal import Foundation

/// Reads gzip files.
enum GzipFile {
  /// The most bytes that a file may hold when inflated.
  static let sizeLimit = 64 << 20

  /// The first bytes of a gzip file when inflated.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - count: How many are wanted.
  /// - Returns: The bytes; fewer if there are fewer, or what follows is corrupt.
  /// - Throws: `CheckpointError` if the file cannot be opened.
  static func start(of path: String, count: Int) throws(CheckpointError) -> [UInt8] {
    let file = try unsafe open(path)
    var bytes = [UInt8](repeating: 0, count: count)
    let read = unsafe gzread(file, &bytes, UInt32(count))
    _ = unsafe gzclose(file)
    return Array(bytes.prefix(Int(max(0, read))))
  }

  /// The inflated contents of a gzip file, or the contents of a file that is not gzip.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes that are inflated.
  /// - Returns: The contents.
  /// - Throws: `CheckpointError` if the file is missing, not readable, cut short or corrupt, or if
  ///   it holds more than `limit` bytes.
  static func contents(
    of path: String, limit: Int = sizeLimit
  ) throws(CheckpointError) -> Data {
    try FileForm.checkFile(at: path)
    let file = try unsafe open(path)
    var bytes = Data()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    var count: Int32 = 0
    repeat {
      count = unsafe gzread(file, &chunk, UInt32(chunk.count))
      bytes.append(contentsOf: chunk.prefix(Int(max(0, count))))
    } while count > 0 && bytes.count <= limit
    let status = unsafe gzclose(file)
    guard bytes.count <= limit else {
      throw CheckpointError(path: path, reason: .tooLarge(limit: limit))
    }
    guard count == 0, status == Z_OK else {
      let isShort = status == Z_BUF_ERROR
      throw CheckpointError(
        path: path, reason: .malformedGzip(isShort ? "the file is cut short" : "corrupt contents"))
    }
    return bytes
  }

  private static func open(_ path: String) throws(CheckpointError) -> gzFile {
    try unsafe StaleHandle.retried { () throws(CheckpointError) in
      guard let file = unsafe gzopen(path, "rb") else {
        throw CheckpointError(path: path, POSIXErrorCode(rawValue: errno) ?? .EACCES)
      }
      return unsafe file
    }
  }
}
