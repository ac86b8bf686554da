extension CLIPConfiguration {
  /// The configuration of OpenAI's checkpoints, which state none: sizes are those of the tensors,
  /// heads are 64 wide and the activation is `quick_gelu`, as in `build_model` of OpenAI's `model.py`.
  ///
  /// - Parameter names: The names of the tensors.
  /// - Throws: `CheckpointError` or `ModelError` if tensors that sizes are taken from are missing.
  init(openAI names: OpenCLIPNames) throws {
    let file = names.file
    let token = try file.weights(names.text + "token_embedding.weight", shape: [nil, nil])
    let width = token.shape[1]
    let position = try file.weights(names.text + "positional_embedding", shape: [nil, width])
    let projection = try file.weights(names.text + "text_projection", shape: [width, nil])
    let inner = try file.weights(
      names.text + "transformer.resblocks.0.mlp.c_fc.weight", shape: [nil, width])
    for (tensor, least) in [
      (token, [1, 0]), (position, [2, 0]), (projection, [0, 1]), (inner, [1, 0]),
    ]
    where zip(tensor.shape, least).contains(where: { $0 < $1 }) {
      throw CheckpointError(
        path: file.path,
        reason: .wrongShape(tensor: tensor.name, found: tensor.shape, expected: "at least \(least)")
      )
    }
    guard width > 0, width % Self.openAIHeadWidth == 0 else {
      throw ModelError(path: file.path, reason: .headsOf64(width: width))
    }
    text = Text(
      width: width, intermediateWidth: inner.shape[0],
      layerCount: names.blockCount(of: names.text + "transformer.resblocks."),
      headCount: width / Self.openAIHeadWidth, contextLength: position.shape[0],
      vocabularySize: token.shape[0], activation: .quickGELU, epsilon: 1e-5, pooling: .largestID)
    embeddingWidth = projection.shape[1]
    let image = file.tensors[names.root + "visual.proj"]
    vision = Vision(
      width: image?.shape.first,
      layerCount: image == nil
        ? nil : names.blockCount(of: names.root + "visual.transformer.resblocks."),
      epsilon: 1e-5, activation: .quickGELU)
    if image == nil {
      let pool = names.root + "visual.attnpool."
      imageHeadObstacle =
        file.tensors.keys.contains { $0.hasPrefix(pool) }
        ? "a ResNet's attention pooling (visual.attnpool)" : "no tensor \(names.root)visual.proj"
    }
  }

  /// The width of every head: `transformer_width // 64` heads in `build_model`.
  private static let openAIHeadWidth = 64
}
