/// Results of another program that cannot be used, and why.
public struct ForeignError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    /// The file cannot be read at all.
    case file(CheckpointError)
    /// The text of the file is none.
    case text(TextError)

    // MARK: Tables
    case noRows
    case missingColumn(String, found: [String])
    case wrongFieldCount(line: Int, found: Int, expected: Int)
    case unclosedQuote(line: Int)
    case textAfterQuote(line: Int)
    case malformedLine(line: Int, what: String)
    case badFeature(line: Int, found: String)
    case repeatedFeature(Int, line: Int)
    case featureOutOfRange(Int, line: Int, limit: Int)
    case unknownLabels([String])

    // MARK: Folders
    case noFolders
    case badFolder(String)
    case malformedExplanation(found: String)
  }

  /// The file or directory as it was named.
  public let path: String

  /// What is wrong.
  public let reason: Reason

  /// Makes an error.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .file(let error): error.kind
    case .text(let error): error.kind
    default: .badData
    }
  }

  public var description: String {
    switch reason {
    case .file(let error): error.description
    case .text(let error): error.description
    default: "\(path.printable(limit: 1000)): \(message)"
    }
  }
}

extension ForeignError {
  private var message: String {
    switch reason {
    case .file, .text: ""
    case .noRows: "found no rows, expected at least 1"
    case .missingColumn(let name, let found):
      "line 1: found columns \(listing(found)), expected one named \(name)"
    case .wrongFieldCount(let line, let found, let expected):
      "line \(line): found \(found) fields, expected \(expected) as in line 1"
    case .unclosedQuote(let line): "line \(line): found a quote that is not closed"
    case .textAfterQuote(let line):
      "line \(line): found text behind a closing quote, expected a comma or the end"
    case .malformedLine(let line, let what): "line \(line): \(what)"
    case .badFeature(let line, let found):
      "line \(line): feature: found \"\(found.printable(limit: 80))\", expected a whole number from 0 on"
    case .repeatedFeature(let feature, let line):
      "line \(line): found feature \(feature) a second time, expected once"
    case .featureOutOfRange(let feature, let line, let limit):
      (line > 0 ? "line \(line): " : "") + "feature: found \(feature), expected 0 to \(limit - 1)"
    case .unknownLabels(let names):
      "label: found \(listing(names)), expected exactly the text of a label here"
    case .noFolders: "found no folders, expected one for each feature, named by its number"
    case .badFolder(let name):
      "found folder \"\(name.printable(limit: 80))\", expected names that are numbers of features"
    case .malformedExplanation(let found):
      "line 1: found \"\(found.printable(limit: 80))\", expected \"A photo of a LABEL.\""
    }
  }

  /// The first few of many names.
  private func listing(_ names: [String]) -> String {
    let shown = names.prefix(5).map { "\"\($0.printable(limit: 80))\"" }.joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
