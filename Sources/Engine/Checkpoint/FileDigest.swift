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

  /// The digest of a file, read once from the start.
  ///
  /// - Parameter path: The file.
  /// - Returns: 64 digits.
  /// - Throws: `CheckpointError` if the file cannot be read.
  public static func sha256(contentsOf path: String) throws(CheckpointError) -> String {
    sha256(try MappedFile.contents(of: path))
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
