internal import RealModule

/// A CLIP model on disk: its configuration and its tensors, of which parts are read on demand.
public struct CLIPModel: Sendable {
  /// The model as it was named: a path, or `org/name[@revision]`.
  public let reference: String

  /// The directory that holds its files.
  public let directory: String

  /// The commit, if the model came from the hub's cache.
  public let commit: String?

  /// The sizes and switches.
  public let configuration: CLIPConfiguration

  /// The weights.
  public let weights: TensorFile

  /// The files that determine what the model computes: configuration and weights.
  public var sourcePaths: [String] { [directory + "/config.json"] + weights.filePaths }

  /// Opens a model; reads the configuration and the names of the tensors only.
  ///
  /// - Parameters:
  ///   - reference: A directory, or `org/name[@revision]` in the local hub cache.
  ///   - cache: The cache to look in.
  /// - Throws: `CheckpointError` or `ModelError` if there is no such model, or it is not CLIP.
  public init(_ reference: String, cache: HubCache = HubCache()) throws {
    let resolved = try cache.resolve(reference)
    self.reference = reference
    directory = resolved.directory
    commit = resolved.commit
    configuration = try CLIPConfiguration(contentsOf: resolved.directory + "/config.json")
    weights = try TensorFile(weightsIn: resolved.directory)
  }

  /// The factor on cosines that training ended with: `exp(logit_scale)`.
  ///
  /// - Returns: The factor; 100 for the OpenAI checkpoints.
  /// - Throws: `CheckpointError` or `ModelError` if the checkpoint has no such number, or it is
  ///   outside `LabelBank.logitScales`.
  public func logitScale() throws -> Double {
    let tensor = try weights.tensor("logit_scale")
    guard tensor.dtype.isFloatingPoint, tensor.elementCount == 1 else {
      throw ModelError(
        path: directory,
        reason: .badLogitScale("\(tensor.dtype.rawValue) \(tensor.shapeDescription)"))
    }
    let scale = Double.exp(Double(tensor.floats()[0]))
    guard LabelBank.logitScales.contains(scale) else {
      throw ModelError(path: directory, reason: .badLogitScale("exp of \(tensor.floats()[0])"))
    }
    return scale
  }

  /// The text tower.
  ///
  /// - Returns: The tower; its large tensors are used where they lie in the file.
  /// - Throws: `CheckpointError` if a tensor is missing or has a wrong shape.
  public func textTower() throws(CheckpointError) -> TextTower {
    try TextTower(configuration, weights: weights)
  }

  /// The way from the residual stream of the vision tower into the joint space.
  ///
  /// - Returns: The head.
  /// - Throws: `CheckpointError` if a tensor is missing or has a wrong shape.
  public func imageHead() throws(CheckpointError) -> ImageHead {
    try ImageHead(configuration, weights: weights)
  }
}
