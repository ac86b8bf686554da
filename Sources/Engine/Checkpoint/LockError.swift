/// A lock that cannot be had, and why.
public struct LockError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// Another holds it: `PROCESS@HOST since TIME`, or nil if it has not yet said who it is.
    case held(by: String?)
    /// A machine holds it by a lease, and has not been heard of for some time.
    case leased(by: String?)
    /// The file of the lock cannot be made.
    case file(OutputError)
  }

  /// What is locked, as it was named.
  public let subject: String

  /// The file of the lock.
  public let path: String

  /// What is wrong.
  public let reason: Reason

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - subject: What is locked, as it was named.
  ///   - path: The file of the lock.
  ///   - reason: What is wrong.
  public init(subject: String, path: String, reason: Reason) {
    self.subject = subject
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .held, .leased: .temporary
    case .file(let error): error.kind
    }
  }

  public var description: String {
    let place = subject.printable(limit: 1000)
    return switch reason {
    case .held(let holder):
      "\(place): locked by \(Self.name(holder)), expected nobody to work on it"
    case .leased(let holder):
      "\(place): locked by \(Self.name(holder)), expected nobody to work on it; if that machine is "
        + "gone: lensctl unlock --force \(path.printable(limit: 1000))"
    case .file(let error): error.description
    }
  }

  private static func name(_ holder: String?) -> String {
    holder?.printable(limit: 200) ?? "another process"
  }
}
