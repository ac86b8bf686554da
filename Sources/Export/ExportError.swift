public import Engine

/// A run that cannot be exported, and why.
public struct ExportError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// A file of the run is not what `run.json` says.
    case digest(found: String, expected: String)
    /// A label holds a NUL, which databases take for its end.
    case nulInLabel(line: Int)
    /// A column has a name that the form cannot tell from another.
    case duplicateColumn(String)
  }

  /// The file, as it was named.
  public let path: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind { .badData }

  public var description: String { "\(path.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .digest(let found, let expected):
      "digest: found \(found.printable()), expected \(expected.printable()) by run.json"
    case .nulInLabel(let line): "line \(line): found a NUL, expected text"
    case .duplicateColumn(let name):
      "column \(name.printable()): found two, expected one of a name, whatever its case"
    }
  }
}
