/// A question about a run that has no answer, and why.
public struct QueryError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case noFeature(Int, first: Int, last: Int)
    case noFeatures
    case noLabel(String, nearest: [String])
    case ambiguousLabel(String, count: Int, candidates: [String])
    case noPictureNames(found: Int, needed: Int)
    case features(found: Int, needed: Int)
    case noStatistic(String, nearest: [String])
    case noVerdict
    case notPattern(String, what: String)
    case nothingShared(String, with: String)
  }

  /// The run or file, as it was named.
  public let subject: String

  /// What is wrong.
  public let reason: Reason

  /// Makes an error.
  public init(subject: String, reason: Reason) {
    self.subject = subject
    self.reason = reason
  }

  public var kind: FaultKind {
    switch reason {
    case .noFeature, .noFeatures, .noLabel, .ambiguousLabel, .noStatistic, .noVerdict, .notPattern:
      .usage
    case .noPictureNames, .features, .nothingShared: .badData
    }
  }

  public var description: String { "\(subject.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .noFeature(let id, let first, let last):
      "feature \(id): not part of the run, which has features from \(first) to \(last)"
    case .noFeatures: "the run has no features"
    case .noLabel(let text, let nearest):
      "label \"\(text.printable(limit: 80))\": found none, nearest: \(nearest.joined(separator: ", "))"
    case .ambiguousLabel(let text, let count, let candidates):
      "label \"\(text.printable(limit: 80))\": found \(count), expected one of: "
        + candidates.joined(separator: ", ")
        + (count > candidates.count ? " and \(count - candidates.count) more" : "")
    case .noPictureNames(let found, let needed):
      "names of pictures: found \(found), expected at least \(needed)"
    case .features(let found, let needed):
      "features: found \(found), expected at least \(needed), those of the run"
    case .noStatistic(let name, let nearest):
      "statistic \"\(name.printable(limit: 80))\": found none, nearest: "
        + nearest.map { $0.printable(limit: 80) }.joined(separator: ", ")
    case .noVerdict: "verdict.json: found none, expected one, as lensctl verdict writes it"
    case .notPattern(let pattern, let what):
      "pattern \"\(pattern.printable(limit: 80))\": found \(what.printable(limit: 200)), "
        + "expected part of a label, a glob with * or ?, or /a regular expression/"
    case .nothingShared(let what, let other):
      "\(what): found none that \(other.printable(limit: 1000)) has too, expected some"
    }
  }
}
