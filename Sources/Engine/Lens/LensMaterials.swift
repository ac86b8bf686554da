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

  /// The mean of the residuals x̄, [d].
  var mean: [Double]?

  /// Σ, [d, d].
  var covariance: Matrix?

  /// The blocks of the vision tower that come after.
  var blocks: VisionBlocks?

  /// Why there are none.
  var blocksObstacle = "found no model"

  /// What the blocks make of the shifted directions of the selection, if that is kept for all variants that read
  /// it.
  private(set) var ends: DirectionBank?

  /// A translator of the user's.
  var translator: Translator?

  /// Matrices B that were fitted, [D, d], by their variant.
  var fits: [LensForm: Matrix] = [:]

  /// Why there are none.
  var fitObstacle = "found no residuals with embeddings beside them"
}

extension LensMaterials {
  /// The features as unit vectors of the space in which a variant compares them with labels, and what takes
  /// labels there; nil if it is the joint space.
  ///
  /// - Parameter form: The variant of the lens.
  /// - Returns: Both.
  /// - Throws: `LensError` if something that the variant is made of is not there, or lies in another
  ///   space.
  func made(_ form: LensForm) throws(LensError) -> (bank: JointBank, transform: LabelTransform?) {
    let isJoint = isJoint(form)
    let variant = try LensVariant(
      direction: form.direction,
      map: isJoint ? .native : form.direction == .shifted ? .full : .linear)
    let directions = try LensScan.directions(of: autoencoder, variant: variant)
    let transform = try labelTransform(form)
    var source = DirectionSource(
      bank: directions, selection: selection, shift: try shift(of: form),
      transform: try self.transform(of: form))
    if form.passesBlocks, let ends {
      source = DirectionSource(
        bank: ends, selection: FeatureSelection(all: ends.count), shift: nil)
    }
    let map = try map(of: form, width: directions.width, transform)
    return (JointBank(source: source, map: map), transform)
  }

  /// Keeps what the blocks make of the shifted directions of the selection, or lets go of it.
  ///
  /// The variants that pass blocks, and the passes over each, then go through the blocks once.
  ///
  /// - Parameters:
  ///   - form: The variant that is read next: if it passes no blocks, or has none, nothing is kept.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Complexity: That of `VisionBlocks`, and [n, d] `Float` of memory.
  mutating func keepEnds(for form: LensForm, workers: Int) {
    guard form.passesBlocks else {
      ends = nil
      return
    }
    guard ends == nil, let source = try? bank(form).source else { return }
    let (count, width, size) = (source.selection.count, source.bank.width, JointBank.tileRows)
    var elements: [Float] = []
    elements.reserveCapacity(count * width)
    forEachInOrder(
      count: (count + size - 1) / size, workers: workers,
      makeState: { [Float](repeating: 0, count: size * width) },
      produce: { room, tile in
        let positions = (tile * size)..<min((tile + 1) * size, count)
        source.read(positions, into: &room)
        return Array(room.prefix(positions.count * width))
      }
    ) { elements += $0 }
    ends = DirectionBank(
      Tensor(name: "\(form.rawValue): ends", shape: [count, width], elements: elements),
      isTransposed: false, isComputed: true)
  }

  /// The features as unit vectors of the joint space.
  ///
  /// - Parameter form: The variant of the lens.
  /// - Returns: The features.
  /// - Throws: `LensError` if something that the variant is made of is not there, or lies in another
  ///   space.
  func bank(_ form: LensForm) throws(LensError) -> JointBank { try made(form).bank }

  /// The space of its own in which a variant compares features and labels; nil for the joint space.
  ///
  /// - Parameter form: The variant of the lens.
  /// - Returns: The transform of labels.
  /// - Throws: `LensError` if something that it is made of is not there.
  func labelTransform(_ form: LensForm) throws(LensError) -> LabelTransform? {
    switch form {
    case .sigma:
      guard let covariance else {
        throw LensError(subject: form.rawValue, reason: .missingCovariance)
      }
      let transform = LabelTransform.sigma(
        linearPart: head?.linearPart, covariance: covariance)
      guard let transform else { throw LensError(subject: form.rawValue, reason: .noVariance) }
      return transform
    case .read:
      guard let head, let transform = LabelTransform.read(linearPart: head.linearPart) else {
        throw LensError(subject: form.rawValue, reason: .missingHead(.linear))
      }
      return transform
    default: return nil
    }
  }

  /// Whether a variant reads directions of the joint space.
  private func isJoint(_ form: LensForm) -> Bool {
    form.isNative || (form == .sigma && head == nil)
  }

  private func transform(of form: LensForm) throws(LensError) -> DirectionTransform? {
    switch form {
    case .blocks, .blocksDifference:
      guard let blocks else {
        throw LensError(subject: form.rawValue, reason: .missingBlocks(blocksObstacle))
      }
      return .blocks(blocks)
    case .translated:
      guard let translator else {
        throw LensError(subject: form.rawValue, reason: .missingTranslator)
      }
      return translator.target == .joint
        ? nil : .affine(AffineMap(translator.matrix, shift: translator.shift))
    default: return nil
    }
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

  private func map(
    of form: LensForm, width: Int, _ transform: LabelTransform?
  ) throws(LensError) -> DirectionMap {
    let space = autoencoder.space(of: form.direction)
    let isJoint = isJoint(form)
    guard space == .unstated || (space == .joint) == isJoint else {
      throw LensError(
        subject: autoencoder.path,
        reason: .wrongSpace(
          space, hook: autoencoder.hook(of: form.direction),
          map: isJoint ? .native : .linear))
    }
    if form.isNative { return DirectionMap(nativeWidth: embeddingWidth) }
    if isJoint, let transform {
      return DirectionMap(linear: transform.directions)
    }
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
    case .decoderFull, .encoderFull, .decoderAbsolute, .blocks:
      return DirectionMap(head, isLinear: false)
    case .decoderDifference:
      return DirectionMap(
        head, isLinear: false, lessReference: head.image(of: try bias().map(Double.init)))
    case .decoderJacobian:
      return DirectionMap(
        linear: head.jacobian(at: try bias().map(Double.init)), isCentred: true)
    case .decoderJacobianAtMean:
      guard let mean else { throw LensError(subject: form.rawValue, reason: .missingMean) }
      return DirectionMap(linear: head.jacobian(at: mean), isCentred: true)
    case .blocksDifference:
      let end = (blocks?.applied(to: try bias()) ?? []).map { Double($0) }
      return DirectionMap(head, isLinear: false, lessReference: head.image(of: end))
    case .translated:
      guard let translator, translator.target == .joint else {
        return DirectionMap(head, isLinear: false)
      }
      // A shift of the joint space is a mean, which is not part of a direction.
      return DirectionMap(linear: translator.matrix)
    case .ridge, .procrustes:
      guard let fit = fits[form] else {
        throw LensError(subject: form.rawValue, reason: .missingFit(fitObstacle))
      }
      return DirectionMap(linear: fit)
    case .sigma, .read:
      guard let transform else { return DirectionMap(head, isLinear: true) }
      // M Σ has no direction that it takes to nothing, M has.
      return DirectionMap(linear: transform.directions, isCentred: form == .read)
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
