/// A model that cannot be used as it is asked for, and why.
public struct ModelError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case notCLIP(modelType: String)
    case unknownActivation(String)
    case headsDoNotDivide(width: Int, headCount: Int)
    case headsOf64(width: Int)
    case notOpenCLIP
    case noLayout
    case ambiguousLayout([String])
    case noOpenCLIPConfiguration(prefix: String)
    case noTextTower(String)
    case noImageHead(String)
    case noVisionBlocks(String)
    case noBlock(Int, count: Int)
    case badLogitScale(String)
    case badLogitBias(String)
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
    case .headsOf64(let width):
      "text width: found \(width), expected a multiple of 64, the width of OpenAI's heads; "
        + "a model of open_clip has an open_clip_config.json beside it"
    case .noTextTower(let found):
      "text tower: found \(found.printable()), expected one that is computed here; "
        + "--text-embeddings takes label embeddings made elsewhere"
    case .noImageHead(let found):
      "image head: found \(found.printable()), expected a layer norm and a linear projection; "
        + "--map native reads autoencoders of the joint space"
    case .noVisionBlocks(let found):
      "blocks of the vision tower: found \(found.printable()), expected those of CLIP's own tower"
    case .noBlock(let index, let count):
      "block of the vision tower: found \(index), expected 0 to \(count), their number"
    case .badLogitBias(let found):
      "logit_bias: found \(found.printable(limit: 80)), expected one finite number"
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
    case .notOpenCLIP, .noLayout, .ambiguousLayout, .noOpenCLIPConfiguration: layoutMessage
    case .noUsableLabel: "labels: found none that is finite and has a length, expected at least 1"
    }
  }

  private var layoutMessage: String {
    switch reason {
    case .notOpenCLIP:
      "not a configuration of open_clip: expected model_cfg with embed_dim and text_cfg"
    case .noLayout:
      "layout: found neither token_embedding.weight nor text.* beside visual.*, also behind "
        + "module. or state_dict., expected the names of open_clip or OpenAI"
    case .ambiguousLayout(let found):
      "layout: found text towers at \(found.joined(separator: " and ")), expected one"
    case .noOpenCLIPConfiguration(let prefix):
      "configuration: found names \(prefix)* and no open_clip_config.json, expected one beside the "
        + "weights: the names do not say heads and activation"
    default: ""
    }
  }
}
