/// A pickle that cannot be used, and why; whoever reads a file adds its name.
public struct PickleError: EngineError, Equatable {
  /// What is wrong with the pickle.
  public enum Reason: Equatable, Sendable {
    /// The bytes end within an operation.
    case truncated(operation: String)
    case lengthPastEnd(UInt64, remaining: Int)
    case unknownOperation(UInt8)
    case emptyStack
    case noMark
    case missingMemo(Int)
    case wrongOperand(String)
    case tooMany(String, limit: Int)
    case protocolVersion(Int)
    /// A name that stands for something to be called or imported that no tensor needs.
    case refusedGlobal(String)
    case extensionCode(Int)
    case trailingBytes(Int)
  }

  /// Where, in bytes from the start of the pickle.
  public let offset: Int

  /// What is wrong there.
  public let reason: Reason

  init(_ reason: Reason, at offset: Int) {
    self.offset = offset
    self.reason = reason
  }

  public var kind: FaultKind { .badData }

  public var description: String { "pickle: byte \(offset): \(message)" }

  private var message: String {
    switch reason {
    case .truncated(let operation): "the pickle ends within \(operation)"
    case .lengthPastEnd(let length, let remaining):
      "a length of \(length) bytes, but \(remaining) are left"
    case .unknownOperation(let code): "operation \(Self.hexadecimal(code)) is not known"
    case .emptyStack: "nothing on the stack to work on"
    case .noMark: "no mark on the stack"
    case .missingMemo(let index): "memo \(index) was never stored"
    case .wrongOperand(let what): what
    case .tooMany(let what, let limit): "more than \(limit) \(what)"
    case .protocolVersion(let version): "protocol \(version), expected 0 to 5"
    case .refusedGlobal(let name):
      "calls or names \(name.printable()), which no tensor needs; nothing was run"
    case .extensionCode(let code):
      "extension code \(code) stands for a name that is not in the file; nothing was run"
    case .trailingBytes(let count): "\(count) bytes after the pickle"
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 16 ? "0x0" : "0x") + String(byte, radix: 16)
  }
}
