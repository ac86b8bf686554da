/// Work that ended before it was done, because it was asked to.
public struct Interruption: EngineError, Equatable {
  /// What was being made.
  public let subject: String

  /// How far it has come, and how it goes on.
  public let state: String

  /// Makes an interruption.
  public init(subject: String, state: String) {
    self.subject = subject
    self.state = state
  }

  public var kind: FaultKind { .interrupted }

  public var description: String { "\(subject.printable(limit: 1000)): \(state)" }
}
