/// A scan that cannot be made as it is asked for, and why.
public struct LensError: EngineError, Equatable {
  /// What is wrong.
  public enum Reason: Equatable, Sendable {
    case shiftedNeedsFull(LensMap)
    case alphaNeedsShifted
    case alphaNotFinite(Double)
    case missingDirections(Direction)
    case missingBias
    case unreadableSpace(Direction, hook: String?)
    case nonFinite(String)
    case wrongWidth(directions: Int, expected: Int, of: String)
    case wrongSpace(Autoencoder.Space, hook: String?, map: LensMap)
    case wrongEmbeddingWidth(labels: Int, expected: Int, of: String)
    case temperature(Double)
    case logitScale(Double)
    case missingHead(LensMap)
    case missingCovariance
    case missingMean
    case missingBlocks(String)
    case missingTranslator
    case missingFit(String)
    case translatorKeys(found: [String])
    case noVariance
    case topCount(Int)
    case featureOutOfRange(Int, count: Int)
    case featureTwice(Int)
    case malformedSelection(String)
  }

  /// What is asked for, or the file concerned.
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
    case .missingDirections, .missingBias, .unreadableSpace, .nonFinite, .wrongWidth, .wrongSpace,
      .wrongEmbeddingWidth, .translatorKeys, .noVariance:
      .badData
    default: .usage
    }
  }

  public var description: String { "\(subject.printable(limit: 1000)): \(message)" }

  private var message: String {
    switch reason {
    case .shiftedNeedsFull(let map):
      "map: found \(map.rawValue), expected full: "
        + (map == .linear
          ? "the linear map has no reference point, so a shift by the decoder bias means nothing"
          : "in the joint space the bias is a mean that is not part of a direction")
    case .alphaNeedsShifted: "alpha: only a shifted direction has one"
    case .alphaNotFinite(let alpha): "alpha: found \(alpha), expected a finite number other than 0"
    case .missingDirections(let direction):
      "\(direction.rawValue) directions: found none in the autoencoder"
    case .missingBias: "decoder bias: found none in the autoencoder, shifted directions need it"
    case .unreadableSpace(let direction, let hook):
      "\(direction.rawValue) directions: hook \"\(hook?.printable(limit: 80) ?? "not stated")\" is "
        + "in another space, expected the residual stream or the image embedding"
    case .nonFinite(let what): "\(what): found numbers that are not finite"
    case .wrongWidth(let directions, let expected, let of):
      "width of the directions: found \(directions), expected \(expected), that of \(of)"
    case .wrongSpace(let space, let hook, let map):
      "space: found \(space.rawValue) (hook \(hook?.printable(limit: 80) ?? "not stated")), "
        + "expected \(map == .native ? "joint for a native map" : "residual for a \(map.rawValue) map")"
    case .wrongEmbeddingWidth(let labels, let expected, let of):
      "width of the label embeddings: found \(labels), expected \(expected), that of \(of)"
    case .temperature(let value):
      "temperature: found \(value), expected a number from 1e-6 to 1e6"
    case .logitScale(let value):
      "factor on cosines: found \(value), expected a number from 1e-6 to 1e6"
    case .missingHead(let map): "image head: found none, a \(map.rawValue) map needs one"
    case .missingCovariance:
      "covariance of activations: found none, expected activations that this variant is made of"
    case .missingMean:
      "mean of residuals: found none, expected residuals that the point of the derivative is taken from"
    case .missingBlocks(let reason): "blocks of the vision tower: \(reason)"
    case .missingTranslator: "translator: found none, expected a file of one"
    case .missingFit(let reason): "translator: not fitted: \(reason)"
    case .translatorKeys(let found):
      "translator: found \(found.prefix(5).map { $0.printable(limit: 80) }.joined(separator: ", ")), "
        + "expected either A [d, d] or B [D, d], and bias if there is one"
    case .noVariance: "covariance of activations: found none in the joint space, expected some"
    case .topCount(let count): "top: found \(count), expected at least 1"
    case .featureOutOfRange(let id, let count):
      "feature: found \(id), expected less than \(count)"
    case .featureTwice(let id): "feature: found \(id) twice, expected each once"
    case .malformedSelection(let part):
      "features: found \"\(part.printable(limit: 80))\", expected ids and ranges such as 17,200-299"
    }
  }
}
