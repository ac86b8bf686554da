/// A zip archive that cannot be used, and why; whoever reads a file adds its name.
public struct ArchiveError: EngineError, Equatable {
  /// What is wrong with the archive.
  public enum Reason: Equatable, Sendable {
    /// It ends before it is complete, or its records contradict the format.
    case malformed(String)
    /// Two readers could see different contents.
    case ambiguous(String)
    case encrypted
    case unsupportedMethod(Int)
    case unsafeName
    case symbolicLink
    case wrongChecksum(found: UInt32, expected: UInt32)
    case corrupt(String)
    case missingEntry
    case tooLarge(bytes: Int, compressed: Int, limit: Int)
  }

  /// The entry, if it is one that is wrong.
  public let entry: String?

  /// What is wrong.
  public let reason: Reason

  init(_ reason: Reason, entry: String? = nil) {
    self.entry = entry
    self.reason = reason
  }

  public var kind: FaultKind { .badData }

  public var description: String {
    entry.map { "\($0.printable()): \(message)" } ?? message
  }

  private var message: String {
    switch reason {
    case .malformed(let what): "zip archive: \(what)"
    case .ambiguous(let what): "ambiguous archive: \(what)"
    case .encrypted: "encrypted, expected plain contents"
    case .unsupportedMethod(let method):
      "compression method \(method), expected 0 (stored) or 8 (deflated)"
    case .unsafeName: "unsafe name, expected a relative path without \"..\", backslash or null"
    case .symbolicLink: "symbolic link, expected a file"
    case .wrongChecksum(let found, let expected):
      "CRC-32 \(Self.hexadecimal(found)), expected \(Self.hexadecimal(expected))"
    case .corrupt(let what): what
    case .missingEntry: "no such entry in the archive"
    case .tooLarge(let bytes, let compressed, let limit):
      "\(bytes) bytes inflated from \(compressed), expected at most \(limit)"
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
