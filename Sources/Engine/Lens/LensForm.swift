/// A variant of the lens: which vector of the joint space stands for a feature, before it is made a
/// unit vector.
///
/// w and d are encoder and decoder row of a feature, b the decoder bias, a a factor,
/// E(x) = P LN(x) the image head and M = P diag(γ) C its linear part, Σ the covariance of the
/// activations. In the joint space E, M and P are left out.
public enum LensForm: String, Sendable, CaseIterable {
  /// M d.
  case decoderLinear = "dec.lin"
  /// M w.
  case encoderLinear = "enc.lin"
  /// E(d).
  case decoderFull = "dec.full"
  /// E(w).
  case encoderFull = "enc.full"
  /// E(b + a d).
  case decoderAbsolute = "dec.abs"
  /// E(b + a d) - E(b).
  case decoderDifference = "dec.diff"
  /// J(x₀) d with J the derivative of E, the limit of the difference for small a where x₀ = b.
  case decoderJacobian = "dec.jvp"
  /// J(x̄) d with x̄ the mean of the residuals.
  case decoderJacobianAtMean = "dec.jvp.mean"
  /// f(b + a d) with f the rest of the model, for a CLS token that attends to itself alone.
  case blocks
  /// f(b + a d) - f(b).
  case blocksDifference = "blocks.diff"
  /// E(A d + c) or B d with a translator of the user's.
  case translated = "map.A"
  /// B d with B fitted from residuals to image embeddings by ridge regression.
  case ridge = "map.ridge"
  /// B d with B fitted likewise, of orthonormal rows.
  case procrustes = "map.procrustes"
  /// M Σ w: the pattern that belongs to the filter w (Haufe et al. 2014).
  case encoderPattern = "enc.pattern"
  /// The correlation of w · x with t · M x that Σ implies, by `LabelTransform`.
  case sigma
  /// w · M⁺t, by `LabelTransform`: what w would detect if the residual carried the text.
  case read
  /// P d: without layer normalisation.
  case projected = "raw.P"
  /// d, in the joint space.
  case decoderNative = "native"
  /// w, in the joint space.
  case encoderNative = "enc.native"
}

extension LensForm {
  /// The direction that is read.
  var direction: Direction {
    switch self {
    case .encoderLinear, .encoderFull, .encoderPattern, .encoderNative, .sigma, .read: .encoder
    case .decoderAbsolute, .decoderDifference, .blocks, .blocksDifference: .shifted
    case .decoderLinear, .decoderFull, .decoderJacobian, .decoderJacobianAtMean, .translated,
      .ridge, .procrustes, .projected, .decoderNative:
      .decoder
    }
  }

  /// The same direction as it is read linearly: without bias and normalisation.
  var isolated: LensForm {
    switch self {
    case .encoderLinear, .encoderFull: .encoderLinear
    case .decoderLinear, .decoderFull, .decoderAbsolute, .decoderDifference: .decoderLinear
    default: self
    }
  }

  /// Whether directions pass the remaining blocks of the vision tower.
  var passesBlocks: Bool { self == .blocks || self == .blocksDifference }

  /// Whether it compares features and labels in a space of its own (`LabelTransform`), not in the joint space.
  var hasOwnSpace: Bool { self == .sigma || self == .read }

  /// Whether it reads directions of the joint space.
  var isNative: Bool { self == .decoderNative || self == .encoderNative }

  /// Whether it can read directions of the joint space, or of the residual stream.
  ///
  /// - Parameter isJoint: Which of the two.
  /// - Returns: Whether it can.
  func canRead(isJoint: Bool) -> Bool { self == .sigma || isNative == isJoint }
}
