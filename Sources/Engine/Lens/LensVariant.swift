/// Which direction of a feature is read.
public enum Direction: String, Sendable, CaseIterable {
  /// The encoder row w: what the feature detects.
  case encoder
  /// The decoder row d: what the feature writes.
  case decoder
  /// The decoder bias plus alpha times the decoder row, `b_dec + α d`.
  case shifted
}

/// How a direction is brought into the joint space.
public enum LensMap: String, Sendable, CaseIterable {
  /// Layer normalisation with its shift, then projection: `P (γ ⊙ (x - mean) / σ + β)`.
  case full
  /// The same without σ and β, which is linear: `P (γ ⊙ (x - mean))`.
  case linear
  /// As it is: the autoencoder was trained on the joint space.
  case native
}

/// One reading of features: a direction and a map.
public struct LensVariant: Sendable, Equatable {
  /// Which direction is read.
  public let direction: Direction

  /// How it is brought into the joint space.
  public let map: LensMap

  /// The factor on the decoder row of a shifted direction; nil for the others.
  public let alpha: Double?

  /// Makes a variant.
  ///
  /// - Parameters:
  ///   - direction: Which direction is read.
  ///   - map: How it is brought into the joint space.
  ///   - alpha: The factor of a shifted direction, 1 if nil; must be nil for the others.
  /// - Throws: `LensError` if the three do not go together.
  public init(direction: Direction, map: LensMap, alpha: Double? = nil) throws(LensError) {
    let subject = direction.rawValue
    guard direction == .shifted || alpha == nil else {
      throw LensError(subject: subject, reason: .alphaNeedsShifted)
    }
    guard direction != .shifted || map == .full else {
      throw LensError(subject: subject, reason: .shiftedNeedsFull(map))
    }
    if let alpha, !alpha.isFinite || alpha == 0 {
      throw LensError(subject: subject, reason: .alphaNotFinite(alpha))
    }
    self.direction = direction
    self.map = map
    self.alpha = direction == .shifted ? alpha ?? 1 : nil
  }

  /// The short name of the variant, as the literature of the lens has it.
  public var id: String {
    switch (direction, map) {
    case (.encoder, .full): "enc.full"
    case (.encoder, .linear): "enc.lin"
    case (.encoder, .native): "enc.native"
    case (.decoder, .full): "dec.full"
    case (.decoder, .linear): "dec.lin"
    case (.decoder, .native): "native"
    case (.shifted, _): "dec.abs"
    }
  }
}
