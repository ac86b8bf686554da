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
  /// M Σ w: the pattern that belongs to the filter w (Haufe et al. 2014).
  case encoderPattern = "enc.pattern"
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
    case .encoderLinear, .encoderFull, .encoderPattern, .encoderNative: .encoder
    case .decoderAbsolute, .decoderDifference: .shifted
    case .decoderLinear, .decoderFull, .decoderJacobian, .projected, .decoderNative: .decoder
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

  /// Whether it reads directions of the joint space.
  var isNative: Bool { self == .decoderNative || self == .encoderNative }
}

/// What the variants of the lens are made of.
struct LensMaterials: Sendable {
  /// Where the directions come from.
  let autoencoder: Autoencoder

  /// The image head of the model; nil if directions lie in the joint space.
  let head: ImageHead?

  /// The width of the joint space, D.
  let embeddingWidth: Int

  /// Which features.
  let selection: FeatureSelection

  /// The factor a of all features, or with `alphas` that of those that have none there.
  var alpha = 1.0

  /// The factor of each feature, [n].
  var alphas: [Float]?

  /// x₀ of the derivative, [d]; the decoder bias if nil.
  var reference: [Double]?

  /// Σ, [d, d].
  var covariance: Matrix?
}

extension LensMaterials {
  /// The features as unit vectors of the joint space.
  ///
  /// - Parameter form: The variant of the lens.
  /// - Returns: The features.
  /// - Throws: `LensError` if something that the variant is made of is not there, or lies in another
  ///   space.
  func bank(_ form: LensForm) throws(LensError) -> JointBank {
    let variant = try LensVariant(
      direction: form.direction,
      map: form.isNative ? .native : form.direction == .shifted ? .full : .linear)
    let directions = try LensScan.directions(of: autoencoder, variant: variant)
    return JointBank(
      source: DirectionSource(
        bank: directions, selection: selection, shift: try shift(of: form)),
      map: try map(of: form, width: directions.width))
  }

  private func shift(of form: LensForm) throws(LensError) -> DirectionShift? {
    guard form.direction == .shifted else { return nil }
    return DirectionShift(bias: try bias(), alpha: alpha, alphas: alphas)
  }

  private func bias() throws(LensError) -> [Float] {
    guard let bias = autoencoder.decoderBias else {
      throw LensError(subject: autoencoder.path, reason: .missingBias)
    }
    guard bias.allSatisfy(\.isFinite) else {
      throw LensError(subject: autoencoder.path, reason: .nonFinite("decoder bias"))
    }
    return bias
  }

  private func map(of form: LensForm, width: Int) throws(LensError) -> DirectionMap {
    let space = autoencoder.space(of: form.direction)
    guard space == .unstated || (space == .joint) == form.isNative else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongSpace(
          space, hook: autoencoder.hook(of: form.direction),
          map: form.isNative ? .native : .linear))
    }
    if form.isNative { return DirectionMap(nativeWidth: embeddingWidth) }
    guard let head else { throw LensError(subject: form.rawValue, reason: .missingHead(.linear)) }
    guard width == head.width else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongWidth(
          directions: width, expected: head.width,
          of: "the residual stream of the model's vision tower"))
    }
    switch form {
    case .decoderLinear, .encoderLinear: return DirectionMap(head, isLinear: true)
    case .decoderFull, .encoderFull, .decoderAbsolute: return DirectionMap(head, isLinear: false)
    case .decoderDifference:
      return DirectionMap(
        head, isLinear: false, lessReference: head.image(of: try bias().map(Double.init)))
    case .decoderJacobian:
      let point: [Double]
      if let reference { point = reference } else { point = try bias().map(Double.init) }
      return DirectionMap(linear: head.jacobian(at: point), isCentred: true)
    case .encoderPattern:
      guard let covariance else {
        throw LensError(subject: form.rawValue, reason: .missingCovariance)
      }
      var pattern = Matrix(rows: head.embeddingWidth, columns: head.width)
      BLAS.gemm(head.linearPart, covariance, into: &pattern)
      return DirectionMap(linear: pattern)
    case .projected: return DirectionMap(linear: head.projection)
    case .decoderNative, .encoderNative: return DirectionMap(nativeWidth: embeddingWidth)
    }
  }
}
