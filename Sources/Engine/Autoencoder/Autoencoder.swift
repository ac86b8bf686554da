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
    /// Another space, in which nothing can be read; found in transcoders only.
    case other
  }

  /// The file or directory, as it was given.
  public let path: String

  /// The files that were read.
  public let sourcePaths: [String]

  /// The layout of the files: a family's name, or `generic`.
  public let family: String

  /// What shows the family; empty for `generic`.
  public let familyEvidence: String

  /// The kind of autoencoder as the family names it; `unknown` if nothing says it.
  public let architecture: String

  /// The number of features, n.
  public let featureCount: Int

  /// The width of an encoder direction, d.
  public let inputWidth: Int

  /// The encoder directions, n of width d, if they are in the file.
  public let encoder: DirectionBank?

  /// The decoder directions, n of width d (in transcoders, of the width of their output), if they
  /// are in the file.
  public let decoder: DirectionBank?

  /// The decoder bias, as wide as a decoder direction, if it is in the file.
  public let decoderBias: [Float]?

  /// How inputs are encoded; nil if no family says it.
  public let encoding: Encoding?

  /// Whether it writes into another space than it reads.
  let isTranscoder: Bool

  /// What inputs are multiplied by and added to the output, [d_out, d] as a rule; not checked.
  let skipConnection: Tensor?

  /// The space of the encoder directions.
  public let space: Space

  /// The space of the decoder directions, another than `space` in transcoders only.
  public let decoderSpace: Space

  /// Where the activations were taken, as the configuration says it.
  public let hookName: String?

  /// Where a transcoder writes to, as the configuration says it.
  public let outputHookName: String?

  /// The layer, as the family counts.
  public let layer: Int?

  /// The model that the activations were taken from, as the configuration says it.
  public let modelName: String?

  /// What a reader of results should know about the files, a line each.
  public let notes: [String]

  /// How the orientation of each matrix was proven, a line each.
  public let evidence: [String]

  /// The bytes of files that were inflated, and so are in memory.
  var inflatedBytes = 0
}

extension Autoencoder {
  /// Opens an autoencoder by what it is.
  ///
  /// Without keys it is a checkpoint of a known family: a file, or a directory that holds one. With
  /// keys it is any file of named tensors, or a directory with `sae_weights.safetensors` or
  /// `model.safetensors`, whose configuration is not read.
  ///
  /// - Parameters:
  ///   - path: The file or directory.
  ///   - keys: The names of the tensors, or nil.
  ///   - family: The family, where several fit; nil to go by the evidence.
  ///   - orientation: Which way the features of the decoder (of the encoder, if there is no
  ///     decoder) run in the file; nil to have it proven.
  ///   - expectedWidth: The width of the space of CLIP that the directions should lie in, which
  ///     proves the orientation of a matrix that is not square.
  /// - Throws: `CheckpointError` or `AutoencoderError`.
  public init(
    contentsOf path: String, keys: TensorKeys? = nil, family: AutoencoderFamily? = nil,
    orientation: Orientation? = nil, expectedWidth: Int? = nil
  ) throws {
    if let keys {
      guard family == nil else { throw AutoencoderError(path: "--family", reason: .familyAndKeys) }
      try self.init(
        path: path, keys: keys, orientation: orientation, expectedWidth: expectedWidth)
      return
    }
    guard MappedFile.isDirectory(path) else {
      try self.init(weights: path, path: path, family: family, orientation: orientation)
      return
    }
    let root = path.withoutFinalSlash
    guard let name = try Self.weightsName(in: root) else {
      try self.init(directory: path, orientation: orientation)
      return
    }
    if name == Self.weightsName, family == nil || family == .saelens {
      try self.init(directory: path, orientation: orientation)
    } else {
      try self.init(
        weights: root + "/" + name, path: path, family: family, orientation: orientation)
    }
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

extension Autoencoder {
  /// The bytes in memory rather than mapped: directions that were computed, files that were inflated.
  var heldBytes: Int {
    (encoder?.heldBytes ?? 0) + (decoder?.heldBytes ?? 0) + inflatedBytes
  }

  /// How much of a bank of its directions is mapped, in bytes.
  func mappedBytes(of bank: DirectionBank) -> Int {
    max(0, bank.tensor.bytes.count - bank.heldBytes - inflatedBytes)
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
