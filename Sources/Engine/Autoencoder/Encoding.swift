/// How an autoencoder turns an input into the activations of its features.
///
/// With x the input after `inputSteps`, W the encoder rows and b the encoder bias:
///
///     z = W (x - inputBias) + b         each of the two left out where it is nil
///     z = z ‖d_i‖                       if scalesByDecoderNorm, d_i the decoder rows
///     z = (z - mean z) / √(var z + ε) gain + shift       if there is a featureNorm
///     a = softCap tanh(activation(z) / softCap)          without softCap: activation(z)
public struct Encoding: Sendable, Equatable {
  /// What is done to an input before anything else.
  public enum InputStep: Sendable, Equatable {
    /// (x - mean x) / (s + epsilon), s the standard deviation of a sample, over d - 1.
    case layerNorm(epsilon: Double)
    /// x √d / ‖x‖.
    case constantNorm
    /// (x - mean) scale, with a mean of [d].
    case center(mean: [Float], scale: Double)
    /// x times a factor.
    case scale(Double)
  }

  /// Which of the greatest values are kept.
  public struct TopK: Sendable, Equatable {
    /// How many.
    public var k: Int
    /// Whether those that are kept go through ReLU.
    public var isRectified = true
    /// Whether values are compared without their signs.
    public var isByMagnitude = false
    /// Whether k times the number of inputs are kept of all values of a batch.
    public var isOverBatch = false
  }

  /// The two paths of a gated encoder, all [n]: z without bias opens a feature where z + bias is
  /// above zero, and its value is ReLU(exp(logScale) z + magnitudeBias).
  public struct Gate: Sendable, Equatable {
    public var bias: [Float]
    public var logScale: [Float]
    public var magnitudeBias: [Float]
  }

  /// What is done to the values of the features.
  public enum Activation: Sendable, Equatable {
    case relu
    case tanhReLU
    case topK(TopK)
    /// ReLU(z) where it is above the threshold, [n], or `atThreshold` equal to it.
    case jumpReLU(threshold: [Float], atThreshold: Bool)
    case gated(Gate)
    /// The greatest of each of some groups of neighbouring features, after ReLU.
    case groupMax(groups: Int)
  }

  /// A layer normalisation over the features of an input.
  public struct FeatureNorm: Sendable, Equatable {
    public var gain: [Float]
    public var shift: [Float]
    public var epsilon: Double
  }

  /// What is done to an input, in order.
  public var inputSteps: [InputStep] = []

  /// What is subtracted from an input after that, [d]; nil for nothing.
  public var inputBias: [Float]?

  /// The encoder bias, [n].
  public var encoderBias: [Float]?

  /// Whether values are multiplied by the lengths of the decoder directions.
  public var scalesByDecoderNorm = false

  /// The normalisation before the activation, if there is one.
  public var featureNorm: FeatureNorm?

  /// The activation; nil if the files do not say.
  public var activation: Activation?

  /// The bound that values approach, c of c tanh(a / c); nil for none.
  public var softCap: Double?

  /// What the files do not say and an encoding needs, such as `k`; empty as a rule.
  public var missing: [String] = []

  /// Whether nothing is missing but the activation, so that stating it is enough.
  var lacksActivationAlone = false
}

extension Encoding.Activation {
  /// The activation in a few words.
  var summary: String {
    switch self {
    case .relu: return "relu"
    case .tanhReLU: return "tanh of relu"
    case .topK(let top):
      let parts = [
        "top \(top.k)", top.isOverBatch ? "for each input of a batch on average" : nil,
        top.isByMagnitude ? "by magnitude" : nil, top.isRectified ? "then relu" : "of any sign",
      ]
      return parts.compactMap { $0 }.joined(separator: " ")
    case .jumpReLU(_, let atThreshold):
      return "relu " + (atThreshold ? "from" : "above") + " a threshold"
    case .gated: return "gated"
    case .groupMax(let groups): return "greatest of each of \(groups) groups"
    }
  }
}

extension Encoding {
  /// What is done to inputs and values, in words.
  var summary: String {
    var parts = inputSteps.map { step in
      switch step {
      case .layerNorm: "layer norm"
      case .constantNorm: "norm √d"
      case .center(_, let scale): "less a mean, times \(scale)"
      case .scale(let factor): "times \(factor)"
      }
    }
    if inputBias != nil { parts.append("less the bias") }
    if scalesByDecoderNorm { parts.append("times decoder lengths") }
    if featureNorm != nil { parts.append("layer norm over features") }
    parts.append(activation?.summary ?? "unknown activation")
    if let softCap { parts.append("soft cap \(softCap)") }
    return parts.joined(separator: ", ")
  }
}
