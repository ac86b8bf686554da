internal import Foundation

/// An output that cannot be written, and why.
public struct OutputError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case exists
    case isInput
    case missingParent(String)
    case headerTooLarge(with: String, bytes: Int, limit: Int)
    case notPermitted
    case diskFull
    case tooManyOpenFiles
    case cannotCreate(String)
    case writing(String)
  }

  /// The file or directory, as it was named.
  public let path: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Makes the error that says what Foundation says of a file operation.
  ///
  /// - Parameters:
  ///   - path: The file or directory.
  ///   - error: What was thrown.
  ///   - isCreation: Whether something was to be created, rather than written to.
  public init(path: String, _ error: any Error, isCreation: Bool) {
    let code = (error as? CocoaError)?.code
    let posix = (error as? POSIXError)?.code ?? (error as NSError).posixCode
    let reason: Reason
    switch (code, posix) {
    case (_, .EROFS): reason = .cannotCreate("read-only file system")
    case (.fileWriteNoPermission, _), (_, .EACCES), (_, .EPERM): reason = .notPermitted
    case (.fileWriteOutOfSpace, _), (_, .ENOSPC), (_, .EDQUOT): reason = .diskFull
    case (_, .EMFILE), (_, .ENFILE): reason = .tooManyOpenFiles
    // Nothing is wrong with the name then.
    case (_, .EIO): reason = .writing("input/output error")
    default:
      let what = posix.map { POSIXError($0).text } ?? (error as NSError).localizedDescription
      reason = isCreation ? .cannotCreate(what) : .writing(what)
    }
    self.init(path: path, reason: reason)
  }

  public var kind: FaultKind {
    switch reason {
    case .isInput: .usage
    case .exists, .missingParent, .headerTooLarge, .cannotCreate: .cannotCreate
    case .notPermitted: .permission
    case .tooManyOpenFiles: .system
    case .diskFull, .writing: .inputOutput
    }
  }

  public var description: String { "\(path.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .exists: "already exists; --force replaces it"
    case .isInput: "is an input too, expected another path"
    case .missingParent(let parent): "no directory \(parent.printable(limit: 1000)) to create it in"
    case .headerTooLarge(let contents, let bytes, let limit):
      "header with the \(contents): found \(bytes) bytes, expected at most \(limit), which readers accept"
    case .notPermitted: "not permitted to write"
    case .diskFull: "no space left"
    case .tooManyOpenFiles: CheckpointError.tooManyOpenFiles
    case .cannotCreate(let what): "cannot be created: \(what)"
    case .writing(let what): "cannot be written: \(what)"
    }
  }
}

extension NSError {
  /// The error number of the system call behind the error, if there is one.
  var posixCode: POSIXErrorCode? {
    if domain == NSPOSIXErrorDomain { return POSIXErrorCode(rawValue: Int32(code)) }
    return (userInfo[NSUnderlyingErrorKey] as? NSError)?.posixCode
  }
}

extension POSIXError {
  /// What the system says of the error, without what Foundation puts before it.
  var text: String {
    let words = localizedDescription.replacing("The operation could not be completed. ", with: "")
    return words.prefix(1).lowercased() + words.dropFirst()
  }
}
