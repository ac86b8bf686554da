/// A model that cannot be used as it is asked for, and why.
public struct ModelError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case notCLIP(modelType: String)
    case unknownActivation(String)
    case headsDoNotDivide(width: Int, headCount: Int)
    case badLogitScale(String)
    case noEndToken(id: Int, prompt: String)
    case tokenOutOfRange(id: Int, vocabularySize: Int)
    case ambiguousEmbeddings(tensors: [String])
    case labelCount(found: Int, rows: Int)
    case noUsableLabel
  }

  /// The model or file, as it was named.
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
    case .notCLIP(let type): "model type: found \(type.printable()), expected clip"
    case .unknownActivation(let name):
      "hidden_act: found \(name.printable()), expected one of "
        + ActivationFunction.allCases.map(\.rawValue).joined(separator: " ")
    case .headsDoNotDivide(let width, let headCount):
      "attention heads: found \(headCount), expected a divisor of the width \(width)"
    case .badLogitScale(let found):
      "logit_scale: found \(found.printable(limit: 80)), "
        + "expected one number that gives a factor from 1e-6 to 1e6"
    case .noEndToken(let id, let prompt):
      "prompt \"\(prompt.printable())\": no end token \(id) among its tokens; "
        + "the tokenizer and the configuration disagree"
    case .tokenOutOfRange(let id, let size):
      "token id: found \(id), expected less than the vocabulary size \(size); "
        + "the tokenizer and the weights disagree"
    case .ambiguousEmbeddings(let tensors):
      "label embeddings: found \(tensors.map { $0.printable(limit: 80) }.joined(separator: ", ")), "
        + "expected one tensor of two dimensions, or its name by --embeddings-key"
    case .labelCount(let found, let rows):
      "names of labels: found \(found), expected \(rows), one for each embedding"
    case .noUsableLabel: "labels: found none that is finite and has a length, expected at least 1"
    }
  }
}
