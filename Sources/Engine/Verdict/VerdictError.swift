/// A verdict that cannot be given, and why.
public struct VerdictError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case tooFewLabels(Int)
    case equalLabels(Int)
    case nothingJudged([String])
    case emptyLabel(found: String, expected: String)
    case labelWidth(found: Int, expected: Int)
    case labelCount(found: Int, expected: Int)
    case otherLabel(found: String, expected: String)
    case notScanned(Int)
    case setSize(String, found: Int, labels: Int)
    case noHypernyms(Int)
    case noActivations(AlphaKind)
    case noJointVariant([String])
  }

  /// The file concerned.
  public let subject: String

  /// What is wrong with it.
  public let reason: Reason

  public var kind: FaultKind { .badData }

  public var description: String { "\(subject.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .tooFewLabels(let count):
      "labels: found \(count) that can be used, expected two at least to choose from"
    case .equalLabels(let count):
      "labels: found \(count) with one and the same embedding, expected different ones"
    case .emptyLabel(let found, let expected):
      "embedding of the empty label: found \(found), expected \(expected)"
    case .labelWidth(let found, let expected):
      "width of embeddings: found \(found), expected \(expected) as of the labels of the scan"
    case .labelCount(let found, let expected):
      "embeddings of labels: found \(found), expected \(expected) as of the labels of the scan"
    case .otherLabel(let found, let expected):
      "label: found \"\(found.printable(limit: 200))\", expected \"\(expected.printable(limit: 200))\" as "
        + "of the scan"
    case .notScanned(let id):
      "features to be decomposed: found \(id), expected ones that are scanned"
    case .setSize(let name, let found, let labels):
      "set \"\(name.printable(limit: 200))\": found \(found) labels that take part, expected 1 to "
        + "\(labels - 1)"
    case .noHypernyms(let least):
      "hypernyms: found none of \(least) labels or more and half of them at most, expected one"
    case .noActivations(let kind):
      "\(kind.rawValue) activations of features: found none that are finite and not 0, expected "
        + "those of a truth or of a file"
    case .noJointVariant(let found):
      "found \(found.joined(separator: ", ")), expected one that compares features with labels in the joint "
        + "space, as other vocabularies, templates, sums and sets of labels need"
    case .nothingJudged(let reasons):
      "variants: found none that can be judged: "
        + reasons.enumerated().filter { !reasons[..<$0.offset].contains($0.element) }
        .map { $0.element.printable(limit: 400) }.joined(separator: "; ")
    }
  }
}
