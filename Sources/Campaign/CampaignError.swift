public import Engine

/// A campaign that cannot be planned, run or merged, and why.
public struct CampaignError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    // MARK: The file that describes it
    case notTOML(line: Int, column: Int?, what: String)
    case notStored(what: String)
    case unknownKey(String, nearest: String?, known: [String])
    case missingKey(String, expected: String)
    case wrongType(String, found: String, expected: String)
    case wrongValue(String, found: String, expected: String, nearest: String? = nil)
    case unusable(String, what: String)
    case noMatch(String, glob: String)
    case sameOutput(String, first: String, second: String)
    case longName(String, bytes: Int, limit: Int)

    // MARK: The table of work
    case noPlan
    case otherPlan(doneCount: Int, differences: [String])

    // MARK: The work
    case otherVersion(found: String, expected: String)
    case otherWork(found: String, expected: String)
    case inputChanged
    case damaged(String)
    case notDone([Int], count: Int)
    case heldItems([Int])
  }

  /// The file or directory concerned, as it was named.
  public let place: String

  /// What is wrong with it.
  public let reason: Reason

  /// Whether what is wrong stands in a file that this program wrote, not in one that a user wrote.
  private let isStored: Bool

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - place: The file or directory concerned.
  ///   - reason: What is wrong with it.
  ///   - isStored: Whether this program wrote the file.
  public init(place: String, reason: Reason, isStored: Bool = false) {
    self.place = place
    self.reason = reason
    self.isStored = isStored
  }

  public var kind: FaultKind {
    switch reason {
    case .noMatch, .noPlan: .missingInput
    case .otherPlan: .cannotCreate
    case .notStored, .otherVersion, .otherWork, .inputChanged, .damaged, .notDone: .badData
    case .heldItems: .temporary
    default: isStored ? .badData : .configuration
    }
  }

  public var description: String { "\(place.printable(limit: 1000)): \(message)" }
}

extension CampaignError {
  private var message: String {
    switch reason {
    case .notTOML(let line, let column, let what):
      "line \(line)" + (column.map { ", column \($0)" } ?? "") + ": not TOML: "
        + what.printable(limit: 400)
    case .notStored(let what): "not a table of work: \(what)"
    case .unknownKey(let key, let nearest, let known):
      "\(key.printable()): found a key that is not known here, "
        + (nearest.map { "did you mean \($0)?" }
          ?? "expected one of \(known.joined(separator: ", "))")
    case .missingKey(let key, let expected): "\(key.printable()): found none, expected \(expected)"
    case .wrongType(let key, let found, let expected):
      "\(key.printable()): found \(found), expected \(expected)"
    case .wrongValue(let key, let found, let expected, let nearest):
      "\(key.printable()): found \(found.printable(limit: 400)), expected \(expected)"
        + (nearest.map { "; did you mean \($0)?" } ?? "")
    case .unusable(let key, let what): "\(key.printable()): \(what.printable(limit: 1000))"
    case .noMatch(let key, let glob):
      "\(key.printable()): found nothing that matches \"\(glob.printable(limit: 1000))\""
    case .sameOutput(let name, let first, let second):
      "two runs with the output \(name.printable()): \(first.printable(limit: 1000)) and "
        + "\(second.printable(limit: 1000)); name in a reading tells them apart"
    case .longName(let name, let bytes, let limit):
      "output \(name.printable(limit: 60)): found a name of \(bytes) bytes, expected at most \(limit)"
    case .noPlan: "no table of work; lensctl campaign plan writes one"
    case .otherPlan(let count, let differences):
      "another plan, of which \(count) items are done: " + differences.joined(separator: "; ")
        + "; --force replaces it and keeps what is done of runs that are the same"
    case .otherVersion(let found, let expected):
      "made by another version: found \(found.printable(limit: 100)), expected \(expected)"
    case .otherWork(let found, let expected):
      "a verdict of another plan: found \(String(found.prefix(16)).printable()), "
        + "expected \(expected.prefix(16))"
    case .inputChanged:
      "has changed since the work was planned, expected it to stay as it is; "
        + "lensctl campaign plan plans anew"
    case .damaged(let what): "damaged: \(what.printable(limit: 400)); lensctl campaign run mends it"
    case .notDone(let ids, let count):
      "\(ids.count) of \(count) items are not done: \(IndexList.text(ids))"
    case .heldItems(let ids): "items that other processes hold: \(IndexList.text(ids))"
    }
  }
}
