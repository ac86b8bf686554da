public import Engine

/// A cluster that cannot be asked, and why.
public struct SlurmError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case notFound
    case notStarted(String)
    case failed(status: Int, message: String)
    case unreadable(String, expected: String)
    case wrongOption(found: String, expected: String)
    case controlCharacter(String)
    case noSubmission
    case malformedRecord(String)
  }

  /// The program, option or file concerned.
  public let subject: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(subject: String, reason: Reason) {
    self.subject = subject
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .notFound, .notStarted, .failed, .unreadable: .unavailable
    case .wrongOption, .controlCharacter: .usage
    case .noSubmission: .missingInput
    case .malformedRecord: .badData
    }
  }

  public var description: String { "\(subject.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .notFound: "found none in PATH, expected the programs of Slurm"
    case .notStarted(let what): "cannot be started: \(what.printable())"
    case .failed(let status, let message):
      "ended with status \(status): \(message.isEmpty ? "no message" : message.printable(limit: 400))"
    case .unreadable(let found, let expected):
      "found \"\(found.printable())\", expected \(expected)"
    case .wrongOption(let found, let expected):
      "found \"\(found.printable())\", expected \(expected)"
    case .controlCharacter(let text):
      "found \"\(text.printable(limit: 1000))\", expected text without control characters, such as "
        + "line ends, which cannot stand in a script"
    case .noSubmission: "nothing was submitted; lensctl slurm submit does that"
    case .malformedRecord(let what): what
    }
  }
}
