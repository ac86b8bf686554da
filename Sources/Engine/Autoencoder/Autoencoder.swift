/// A sparse autoencoder of CLIP's image tower: the directions of its features.
///
/// Weights stay in their file; an autoencoder holds where they lie and how they are to be read.
public struct Autoencoder: Sendable {
  /// The space that the directions lie in.
  public enum Space: String, Sendable {
    /// The residual stream of the image tower.
    case residual
    /// The joint space of image and text embeddings.
    case joint
    /// Not stated in the files.
    case unstated
  }

  /// The file or directory, as it was given.
  public let path: String

  /// The files that were read.
  public let sourcePaths: [String]

  /// The layout of the files: `saelens` or `generic`.
  public let family: String

  /// The kind of autoencoder as its configuration names it; `unknown` without one.
  public let architecture: String

  /// The number of features, n.
  public let featureCount: Int

  /// The width of a direction, d.
  public let inputWidth: Int

  /// The encoder directions, n of width d, if they are in the file.
  public let encoder: DirectionBank?

  /// The decoder directions, n of width d, if they are in the file.
  public let decoder: DirectionBank?

  /// The decoder bias, [d], if it is in the file.
  public let decoderBias: [Float]?

  /// The space of the directions.
  public let space: Space

  /// Where the activations were taken, as the configuration says it.
  public let hookName: String?

  /// The model that the activations were taken from, as the configuration says it.
  public let modelName: String?

  /// What a reader of results should know about the files, a line each.
  public let notes: [String]

  /// How the orientation of each matrix was proven, a line each.
  public let evidence: [String]
}

extension Autoencoder {
  /// Opens an autoencoder by what it is.
  ///
  /// Without keys it is a SAELens directory, or the `sae_weights.safetensors` in one. With keys it
  /// is any file of named tensors, or a directory with `sae_weights.safetensors` or
  /// `model.safetensors`, whose configuration is not read.
  ///
  /// - Parameters:
  ///   - path: The file or directory.
  ///   - keys: The names of the tensors, or nil.
  ///   - orientation: Which way the features of the decoder (of the encoder, if there is no
  ///     decoder) run in the file; nil to have it proven.
  ///   - expectedWidth: The width of the space of CLIP that the directions should lie in, which
  ///     proves the orientation of a matrix that is not square.
  /// - Throws: `CheckpointError` or `AutoencoderError`.
  public init(
    contentsOf path: String, keys: TensorKeys? = nil, orientation: Orientation? = nil,
    expectedWidth: Int? = nil
  ) throws {
    if let keys {
      try self.init(
        path: path, keys: keys, orientation: orientation, expectedWidth: expectedWidth)
    } else if MappedFile.isDirectory(path) {
      try self.init(directory: path, orientation: orientation)
    } else if let directory = Self.directory(ofWeights: path),
      MappedFile.exists(directory + "/" + Self.configurationName)
    {
      try self.init(directory: directory, orientation: orientation)
    } else {
      let file = try TensorFile(contentsOf: path)
      let tensors = file.names.map { "\($0) \(file.tensors[$0]?.shapeDescription ?? "")" }
      throw AutoencoderError(path: path, reason: .keysNeeded(tensors: tensors))
    }
  }

  /// The directory that holds a file, if the file has the name of SAELens weights.
  private static func directory(ofWeights path: String) -> String? {
    if path == weightsName { return "." }
    guard path.hasSuffix("/" + weightsName) else { return nil }
    return String(path.dropLast(weightsName.count + 1))
  }

  /// The weights in a SAELens directory.
  static let weightsName = "sae_weights.safetensors"

  /// The configuration in a SAELens directory.
  static let configurationName = "cfg.json"

  /// A note on elements of the decoder bias that are not finite, or nil if all are.
  static func note(onBias bias: [Float]?) -> String? {
    let count = (bias ?? []).count { !$0.isFinite }
    return count == 0 ? nil : "b_dec has \(count) elements that are not finite"
  }
}

extension Tensor {
  /// The tensor itself, if it has an element.
  ///
  /// - Parameter path: The file, for the message.
  /// - Returns: The tensor.
  /// - Throws: `AutoencoderError` if a dimension is zero.
  func nonEmpty(in path: String) throws(AutoencoderError) -> Tensor {
    guard elementCount > 0 else {
      throw AutoencoderError(path: path, reason: .emptyMatrix(tensor: name, shape: shape))
    }
    return self
  }
}
