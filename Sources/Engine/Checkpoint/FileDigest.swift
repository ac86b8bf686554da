internal import Crypto
public import Foundation

/// SHA-256 digests of files and texts, in lower-case hexadecimal digits.
public enum FileDigest {
  /// The digest of bytes.
  ///
  /// - Parameter bytes: The bytes.
  /// - Returns: 64 digits.
  public static func sha256(_ bytes: some DataProtocol) -> String {
    hexadecimal(SHA256.hash(data: bytes))
  }

  /// The digest of a file, read once from the start in pieces.
  ///
  /// Read rather than mapped: a file that shrinks meanwhile is only shorter.
  ///
  /// - Parameter path: The file.
  /// - Returns: 64 digits.
  /// - Throws: `CheckpointError` if the file cannot be read.
  public static func sha256(contentsOf path: String) throws(CheckpointError) -> String {
    let handle = try MappedFile.handle(of: path)
    var hash = SHA256()
    do {
      while let piece = try handle.read(upToCount: pieceSize), !piece.isEmpty {
        hash.update(data: piece)
      }
      try handle.close()
    } catch {
      throw CheckpointError(path: path, reason: .unreadable(error.localizedDescription))
    }
    return hexadecimal(hash.finalize())
  }

  /// What is read at once, in bytes: little enough to stay in the second-level cache.
  private static let pieceSize = 1 << 18

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
