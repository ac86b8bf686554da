internal import RealModule

/// A CLIP model on disk: its configuration and its tensors, of which parts are read on demand.
public struct CLIPModel: Sendable {
  /// The model as it was named: a path, or `org/name[@revision]`.
  public let reference: String

  /// The directory that holds its files.
  public let directory: String

  /// The directory or file that was opened.
  public let place: String

  /// The commit, if the model came from the hub's cache.
  public let commit: String?

  /// What kind of checkpoint it is.
  public let family: CLIPFamily

  /// How the family is known, one line each.
  public let evidence: [String]

  /// The sizes and switches.
  public let configuration: CLIPConfiguration

  /// The weights, by the names in their files.
  public let weights: TensorFile

  /// The files that determine what the model computes: configuration and weights.
  public let sourcePaths: [String]

  /// Where the tensors stand if they have open_clip's names.
  private let names: OpenCLIPNames?

  /// Opens a model; reads the configuration and the names of the tensors only.
  ///
  /// - Parameters:
  ///   - reference: A directory, a file of weights or a configuration in one, or
  ///     `org/name[@revision]` in the local hub cache.
  ///   - cache: The cache to look in.
  /// - Throws: `CheckpointError` or `ModelError` if there is no such model, or it is none that is
  ///   read here.
  public init(_ reference: String, cache: HubCache = HubCache()) throws {
    let resolved = try cache.resolve(reference)
    let files = try ModelFiles(at: resolved.directory)
    self.reference = reference
    commit = resolved.commit
    place = resolved.directory
    directory =
      MappedFile.isDirectory(resolved.directory)
      ? resolved.directory : Self.parent(of: resolved.directory)
    if files.isHuggingFace, let path = files.configuration {
      configuration = try CLIPConfiguration(contentsOf: path)
      weights = try TensorFile(contentsOf: files.weights)
      names = nil
      let isSigLIP = configuration.text.hasProjectionBias
      family = isSigLIP ? .sigLIP : .huggingFace
      evidence = Self.evidence(isSigLIP: isSigLIP) + files.notes
    } else {
      weights = try TensorFile(contentsOf: files.weights)
      let names = try OpenCLIPNames(in: weights)
      configuration = try names.configuration(files.configuration)
      family =
        files.configuration == nil ? .openAI : names.isCustomText ? .openCLIPCustomText : .openCLIP
      evidence = names.evidence(family) + files.notes
      self.names = names
    }
    sourcePaths = (files.configuration.map { [$0] } ?? []) + weights.filePaths
  }

  private static func parent(of file: String) -> String {
    let folder = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return folder.isEmpty ? "." : folder == [""] ? "/" : folder.joined(separator: "/")
  }

  private static func evidence(isSigLIP: Bool) -> [String] {
    [
      isSigLIP
        ? "config.json: a SigLIP model type; tensors by transformers' SiglipModel"
        : "config.json: model type clip; tensors by transformers' CLIPModel"
    ]
  }
}

// MARK: - Parts

extension CLIPModel {
  /// The factor on cosines that training ended with: `exp(logit_scale)`.
  ///
  /// - Returns: The factor; 100 for the OpenAI checkpoints.
  /// - Throws: `CheckpointError` or `ModelError` if the checkpoint has no such number, or it is
  ///   outside `LabelBank.logitScales`.
  public func logitScale() throws -> Double {
    let stored = try number("logit_scale")
    let scale = Double.exp(Double(stored))
    guard LabelBank.logitScales.contains(scale) else {
      throw ModelError(path: directory, reason: .badLogitScale("exp of \(stored)"))
    }
    return scale
  }

  /// What is added to scaled cosines before the sigmoid that turns them into probabilities.
  ///
  /// - Returns: The bias; nil for models that were trained with a softmax.
  /// - Throws: `CheckpointError` or `ModelError` if it is not one finite number.
  public func logitBias() throws -> Double? {
    guard weights.tensors[(names?.root ?? "") + "logit_bias"] != nil else { return nil }
    let bias = try number("logit_bias")
    guard bias.isFinite else {
      throw ModelError(path: directory, reason: .badLogitBias("\(bias)"))
    }
    return Double(bias)
  }

  private func number(_ name: String) throws -> Float {
    let tensor = try weights.tensor((names?.root ?? "") + name)
    guard tensor.dtype.isFloatingPoint, tensor.elementCount == 1 else {
      let found = "\(tensor.dtype.rawValue) \(tensor.shapeDescription)"
      throw ModelError(
        path: directory,
        reason: name == "logit_bias" ? .badLogitBias(found) : .badLogitScale(found))
    }
    return tensor.floats()[0]
  }

  /// The width of the residual stream of the vision tower, d; nil if neither the configuration nor
  /// an image head says it.
  public var visionWidth: Int? {
    configuration.vision.width ?? (try? imageHead())?.width
  }

  /// Checks that prompts can be encoded.
  ///
  /// - Throws: `ModelError` that names what is not computed here.
  public func checkTextTower() throws(ModelError) {
    guard let obstacle = configuration.textObstacle else { return }
    throw ModelError(path: directory, reason: .noTextTower(obstacle))
  }

  /// The text tower.
  ///
  /// - Returns: The tower; its large tensors are used where they lie in the file.
  /// - Throws: `CheckpointError` if a tensor is missing or has a wrong shape; `ModelError` if the
  ///   tower has a part that is not computed here.
  public func textTower() throws -> TextTower {
    try checkTextTower()
    return try TextTower(configuration, weights: try textWeights())
  }

  private func textWeights() throws(CheckpointError) -> TensorFile {
    if let names { return try names.textWeights(configuration) }
    guard family == .sigLIP else { return weights }
    let (width, joint) = (configuration.text.width, configuration.embeddingWidth)
    var tensors = weights.tensors
    tensors["text_projection.weight"] =
      try weights.weights("text_model.head.weight", shape: [joint, width])
    tensors["text_projection.bias"] = try weights.weights("text_model.head.bias", shape: [joint])
    return TensorFile(
      path: weights.path, filePaths: weights.filePaths, tensors: tensors, metadata: [:])
  }

  /// The way from the residual stream of the vision tower into the joint space.
  ///
  /// - Returns: The head.
  /// - Throws: `CheckpointError` if a tensor is missing or has a wrong shape; `ModelError` if the
  ///   model has another way into the joint space.
  public func imageHead() throws -> ImageHead {
    if let obstacle = configuration.imageHeadObstacle {
      throw ModelError(path: directory, reason: .noImageHead(obstacle))
    }
    return try ImageHead(
      configuration, weights: try names?.headWeights(configuration) ?? weights)
  }

  /// The last blocks of the vision tower.
  ///
  /// - Parameter first: The first of them, from 0.
  /// - Returns: The blocks; their large tensors are used where they lie in the file.
  /// - Throws: `CheckpointError` if a tensor is missing or has a wrong shape; `ModelError` if the
  ///   tower has a part that is not computed here, or too few blocks.
  func visionBlocks(from first: Int) throws -> VisionBlocks {
    let vision = configuration.vision
    if let obstacle = vision.blockObstacle {
      throw ModelError(path: directory, reason: .noVisionBlocks(obstacle))
    }
    guard let activation = vision.activation, let count = vision.layerCount, let width = visionWidth
    else {
      throw ModelError(
        path: directory, reason: .noVisionBlocks("a tower whose blocks are not stated"))
    }
    guard (0...count).contains(first) else {
      throw ModelError(path: directory, reason: .noBlock(first, count: count))
    }
    return try VisionBlocks(
      first..<count, width: width, activation: activation, epsilon: vision.epsilon,
      weights: try names?.visionBlocks(width: width, first..<count) ?? weights)
  }
}

extension OpenCLIPNames {
  /// The configuration of a file, or what its sizes say where there is none.
  fileprivate func configuration(_ path: String?) throws -> CLIPConfiguration {
    if let path { return try CLIPConfiguration(openCLIP: path) }
    guard root.isEmpty, !isCustomText else {
      throw ModelError(path: file.path, reason: .noOpenCLIPConfiguration(prefix: text))
    }
    return try CLIPConfiguration(openAI: self)
  }

  /// How the family is known.
  fileprivate func evidence(_ family: CLIPFamily) -> [String] {
    let stated =
      family == .openAI
      ? "no configuration: sizes of the tensors, heads of 64, quick_gelu, as OpenAI's build_model"
      : "open_clip_config.json"
    return [stated, "tensors by open_clip's names: \(text)token_embedding, \(root)visual"]
      + (root.isEmpty ? [] : ["names begin with \(root), as a training script writes them"])
  }
}
