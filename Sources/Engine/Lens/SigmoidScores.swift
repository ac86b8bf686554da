internal import RealModule

/// The scores that a model which was trained with a sigmoid gives pairs of images and texts.
///
/// σ(s · cos + b), with the model's own factor s and bias b: each pair is judged for itself, so the
/// scores of all labels are no distribution, and no label bears on another's. `--temperature` has no
/// part in them, since b was trained with s. Source: Zhai et al. 2023, section 3.2.
public struct SigmoidScores: Sendable, Equatable {
  /// The model's factor on cosines, s.
  public let scale: Double

  /// What is added to scaled cosines, b.
  public let bias: Double

  /// Makes the scores of a model.
  ///
  /// - Parameters:
  ///   - scale: The model's factor on cosines, finite and above 0.
  ///   - bias: What is added to scaled cosines, finite.
  /// - Precondition: Both are in range.
  public init(scale: Double, bias: Double) {
    precondition(scale > 0 && scale.isFinite && bias.isFinite, "scale \(scale), bias \(bias)")
    self.scale = scale
    self.bias = bias
  }

  /// The scores of a model, or else of the model that made a bank.
  ///
  /// - Parameters:
  ///   - model: The model, if there is one.
  ///   - labels: The labels, which may know the factor and the bias of theirs.
  /// - Returns: The scores; nil for a model that was trained with a softmax, or where either number
  ///   is not known.
  /// - Throws: `CheckpointError` or `ModelError` if the model's numbers cannot be used.
  static func scores(of model: CLIPModel?, or labels: LabelBank? = nil) throws -> SigmoidScores? {
    if let model {
      return try model.logitBias().map {
        SigmoidScores(scale: try model.logitScale(), bias: $0)
      }
    }
    guard let scale = labels?.logitScale, let bias = labels?.logitBias else { return nil }
    return SigmoidScores(scale: scale, bias: bias)
  }

  /// The score of a pair, from 0 to 1.
  ///
  /// Computed in `Double` by the exponential of -|s · cos + b|, which cannot overflow, and rounded
  /// once: within an ulp of `Float` of σ at the cosine given, and 0 below 7e-46. What the error of
  /// the cosine, about 1e-7, adds is s times that, relative to the score.
  ///
  /// - Parameter cosine: The cosine of the two embeddings.
  /// - Returns: The score; NaN for a cosine that is.
  public func score(_ cosine: Float) -> Float {
    let logit = scale * Double(cosine) + bias
    let exponential = Double.exp(-abs(logit))
    return Float((logit < 0 ? exponential : 1) / (1 + exponential))
  }
}
