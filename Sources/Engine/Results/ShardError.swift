/// Shards that cannot be taken for those of a run, and why.
public struct ShardError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case otherCommand([JSONValue.Difference])
    case otherShards([JSONValue.Difference])
    case otherRun([JSONValue.Difference])
    case otherVersion(found: String, expected: String)
    case otherPlan(found: String, expected: String)
    case notThere([Int])
    case damaged(String)
    case otherDigest
    case kernels([String])
  }

  /// The file or directory.
  public let path: String

  /// What is wrong with it.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .otherCommand, .otherRun: .cannotCreate
    default: .badData
    }
  }

  public var description: String { "\(path.printable(limit: 1000)): \(message)" }

  /// The differences that a message lists; more are counted.
  private static let differenceLimit = 5

  private static func list(_ differences: [JSONValue.Difference]) -> String {
    let listed = differences.prefix(differenceLimit).map(\.description).joined(separator: "; ")
    let others = differences.count - differenceLimit
    return others > 0 ? listed + "; and \(others) more" : listed
  }

  private var message: String {
    switch reason {
    case .otherCommand(let differences):
      "an unfinished run of another command: \(Self.list(differences)); --force starts anew"
    case .otherShards(let differences):
      "shards of another command: \(Self.list(differences))"
    case .otherRun(let differences):
      "a run of another command: \(Self.list(differences)); --force replaces it"
    case .otherVersion(let found, let expected):
      "computed by another version: found \(found.printable(limit: 100)), expected \(expected)"
    case .otherPlan(let found, let expected):
      "a shard of another plan: found \(String(found.prefix(16)).printable(limit: 100)), "
        + "expected \(expected.prefix(16))"
    case .notThere(let indices):
      "shards that are not there: \(IndexList.text(indices))"
    case .otherDigest:
      "has another SHA-256 than run.json says; --force makes the run anew"
    case .damaged(let what): "a damaged shard: \(what)"
    case .kernels(let kernels):
      "shards of several kernels, whose last digits may differ: found "
        + kernels.joined(separator: ", ") + ", expected one"
    }
  }
}
