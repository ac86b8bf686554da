/// The way from the residual stream of the vision tower into the joint space:
/// `E(x) = P · LN(x)` with the final layer normalisation and the visual projection.
public struct ImageHead: Sendable {
  /// The scale of the normalisation, γ: [width].
  public let weight: [Float]

  /// The shift of the normalisation, β: [width].
  public let bias: [Float]

  /// Added to the variance.
  public let epsilon: Double

  /// The projection, P: [embeddingWidth, width].
  public let projection: Matrix

  /// The width of the residual stream, d.
  public var width: Int { projection.columns }

  /// The width of the joint space, D.
  public var embeddingWidth: Int { projection.rows }

  /// Makes a head of its parts.
  ///
  /// - Parameters:
  ///   - weight: γ, [d].
  ///   - bias: β, [d].
  ///   - epsilon: Added to the variance.
  ///   - projection: P, [D, d].
  public init(weight: [Float], bias: [Float], epsilon: Double, projection: Matrix) {
    precondition(weight.count == projection.columns && bias.count == projection.columns)
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
    self.projection = projection
  }

  init(_ configuration: CLIPConfiguration, weights: TensorFile) throws(CheckpointError) {
    let joint = configuration.embeddingWidth
    let width: Int
    if let stated = configuration.vision.width {
      width = stated
    } else {
      width = try weights.weights("vision_model.post_layernorm.weight", shape: [nil]).shape[0]
    }
    guard width > 0 else {
      throw CheckpointError(
        path: weights.path,
        reason: .wrongShape(
          tensor: "vision_model.post_layernorm.weight", found: [0], expected: "[at least 1]"))
    }
    self.init(
      weight: try weights.weights("vision_model.post_layernorm.weight", shape: [width]).floats(),
      bias: try weights.weights("vision_model.post_layernorm.bias", shape: [width]).floats(),
      epsilon: configuration.vision.epsilon,
      projection: try weights.weights(
        "visual_projection.weight", shape: [joint, width]
      ).matrix())
  }
}
