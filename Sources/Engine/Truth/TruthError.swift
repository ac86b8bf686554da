/// A truth that cannot be used, and why.
///
/// What is wrong with a file as such is a `CheckpointError`; this is what is wrong with it as what
/// features fire on.
public struct TruthError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    // MARK: The file
    case noForm(found: [String])
    case severalForms([String])
    case repeated(String, String)
    case shape(String, found: [Int], expected: String)
    case notWhole(String, row: Int)
    case notRising(String, row: Int)
    case outOfRange(String, row: Int, found: Int, limit: Int)
    case nonfinite(String, row: Int)
    case noLength(String, row: Int)
    case repeatedEntry(row: Int, feature: Int)
    case noEncoder
    case noPictures

    // MARK: Names of classes
    case unmatchedClasses([String], count: Int)
    case ambiguousClasses([String], count: Int)
    case sharedLabel(String, classes: [Int])
  }

  /// The file as it was named.
  public let path: String

  /// What is wrong.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind { .badData }

  public var description: String { "\(path.printable(limit: 1000)): \(message)" }
}

extension TruthError {
  private var message: String {
    switch reason {
    case .noForm(let found):
      "no truth that is known here; found \(listing(found)), expected "
        + TruthFile.Form.allCases.map(\.keyDescription).joined(separator: "; or ")
    case .severalForms(let forms):
      "found \(forms.joined(separator: " and ")), expected one of them"
    case .repeated(let first, let second):
      "found \(first.printable()) and \(second.printable()), expected one of them"
    case .shape(let tensor, let found, let expected):
      "\(tensor.printable()): shape \(found), expected \(expected)"
    case .notWhole(let tensor, let row):
      "\(tensor.printable()): element \(row) is no whole number"
    case .notRising(let tensor, let row):
      "\(tensor.printable()): element \(row) is less than the one before, or the last is not the "
        + "number of entries"
    case .outOfRange(let tensor, let row, let found, let limit):
      "\(tensor.printable()): element \(row) is \(found), expected "
        + (limit == .max ? "0 or more" : "0 to \(limit - 1)")
    case .nonfinite(let tensor, let row): "\(tensor.printable()): row \(row) is not finite"
    case .noLength(let tensor, let row):
      "\(tensor.printable()): row \(row) has no length, expected the embedding of a picture"
    case .repeatedEntry(let row, let feature):
      "found feature \(feature) of picture \(row) twice, expected once"
    case .noEncoder: "residuals: found no encoder to encode them with"
    case .noPictures: "found no pictures, expected at least 1"
    case .unmatchedClasses(let names, let count):
      "\(count) classes have no label of exactly their name: \(listing(names))"
    case .ambiguousClasses(let names, let count):
      "\(count) classes have more than one label of their name: \(listing(names))"
    case .sharedLabel(let label, let classes):
      "classes \(classes) have the same label \"\(label.printable())\", expected one each in a "
        + "table of classes"
    }
  }

  /// The first few of many names.
  private func listing(_ names: [String]) -> String {
    let shown = names.prefix(5).map { $0.printable(limit: 80) }.joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
