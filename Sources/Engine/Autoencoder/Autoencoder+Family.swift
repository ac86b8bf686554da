internal import Foundation

extension Autoencoder {
  /// Opens a file of weights as what it is.
  ///
  /// - Parameters:
  ///   - weights: The file.
  ///   - path: The file or directory, as it was given.
  ///   - family: The family, if it was stated.
  ///   - orientation: Which way the features of the decoder run, if that was stated.
  /// - Throws: `CheckpointError` or `AutoencoderError`.
  init(
    weights: String, path: String, family: AutoencoderFamily?, orientation: Orientation?
  ) throws {
    let contents = try CheckpointContents(contentsOf: weights)
    let (family, tensors, reason) = try Self.recognise(contents, stated: family)
    let parts = try family.reader.read(
      FamilySource(contents: contents, tensors: tensors, orientation: orientation))
    let below = tensors.prefix.isEmpty ? "" : ", tensors below \(tensors.prefix.printable())"
    try self.init(
      parts, path: path, weights: contents.file, family: family, evidence: reason + below)
  }

  /// The family of a checkpoint.
  private static func recognise(
    _ contents: CheckpointContents, stated: AutoencoderFamily?
  ) throws(AutoencoderError) -> (AutoencoderFamily, FamilyTensors, String) {
    let path = contents.file.path
    if let stated {
      switch stated.reader.recognise(contents) {
      case .fits(let tensors, let reason): return (stated, tensors, reason)
      case .no(let why):
        throw AutoencoderError(path: path, reason: .otherFamily(stated, why: why))
      }
    }
    let fitting = fitting(contents)
    guard fitting.count <= 1 else {
      throw AutoencoderError(path: path, reason: .severalFamilies(fitting.map(\.0)))
    }
    guard let first = fitting.first else {
      throw AutoencoderError(path: path, reason: .keysNeeded(tensors: contents.listing))
    }
    return first
  }

  private static func fitting(
    _ contents: CheckpointContents
  ) -> [(AutoencoderFamily, FamilyTensors, String)] {
    AutoencoderFamily.allCases.compactMap { family in
      guard case .fits(let tensors, let reason) = family.reader.recognise(contents) else {
        return nil
      }
      return (family, tensors, reason)
    }
  }

  /// Whether a file of weights is of a known family, or of several.
  ///
  /// - Parameter weights: The file.
  /// - Returns: False if it is of none; true if it cannot be said, so that opening it says why.
  static func isKnown(weights: String) -> Bool {
    guard let contents = try? CheckpointContents(contentsOf: weights) else { return true }
    return !fitting(contents).isEmpty
  }

  /// Completes what a family's rules have made of a checkpoint.
  init(
    _ parts: FamilyParts, path: String, weights: TensorFile, family: AutoencoderFamily,
    evidence: String
  ) throws {
    let place = parts.configurationPaths.first ?? weights.path
    let sides = try HookSides(parts.hook, isSAELens: family == .saelens, path: place)
    let bank = parts.layout.encoder ?? parts.layout.decoder
    var notes = parts.notes + sides.notes
    notes += [
      Self.note(onBias: parts.decoderBias),
      Self.note(onTraining: parts.layout),
    ].compactMap { $0 }
    notes += Self.notes(onInitialisation: parts.layout)
    self.init(
      path: path, sourcePaths: parts.configurationPaths + weights.filePaths,
      family: family.rawValue, familyEvidence: evidence, architecture: parts.architecture,
      featureCount: bank?.count ?? 0, inputWidth: bank?.width ?? 0,
      encoder: parts.layout.encoder, decoder: parts.layout.decoder,
      decoderBias: parts.decoderBias, encoding: parts.encoding,
      isTranscoder: parts.hook.isTranscoder, skipConnection: parts.skipConnection,
      space: sides.input,
      decoderSpace: sides.output, hookName: parts.hook.name,
      outputHookName: parts.hook.outputName, layer: parts.hook.layer,
      modelName: parts.hook.model, notes: notes, evidence: parts.layout.evidence,
      inflatedBytes: weights.heldBytes)
  }
}

// MARK: - Directories

extension Autoencoder {
  /// The ends of the names of files of weights.
  private static let suffixes = [
    ".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pkl.gz", ".pickle", ".npz",
  ]

  /// The names that families give to their weights.
  private static let usualNames = [
    weightsName, "sae.safetensors", "weights.pt", "ae.pt", "sparse_autoencoder_final.pt",
  ]

  /// The one file of weights in a directory.
  ///
  /// - Parameter directory: The directory.
  /// - Returns: Its name, or nil if there is none.
  /// - Throws: `AutoencoderError` if there are several, none of which has a family's name.
  static func weightsName(in directory: String) throws(AutoencoderError) -> String? {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    let names = all.filter { name in
      suffixes.contains { name.hasSuffix($0) } && !name.contains("sparsity.")
    }
    let usual = names.filter { usualNames.contains($0) }
    if usual.count == 1 { return usual[0] }
    guard names.count <= 1 else {
      throw AutoencoderError(path: directory, reason: .severalFiles(names.sorted()))
    }
    return names.first
  }

  /// Whether a directory holds the configuration of an autoencoder under the name that CLIP models
  /// have for theirs.
  ///
  /// - Parameter directory: The directory.
  /// - Returns: True if `config.json` has the members that autoencoders have.
  static func hasConfiguration(in directory: String) -> Bool {
    guard let json = try? JSONValue(contentsOf: directory + "/config.json") else { return false }
    return json["trainer"] != nil || json["hook_point_layer"] != nil
      || json["layer_subtype"] != nil
  }
}

// MARK: - Signs of training

extension Autoencoder {
  /// The least cosine that counts as 1.
  private static let parallel = 1 - 1e-6

  /// Notes on directions that are as random as an initialisation leaves them.
  static func notes(onInitialisation layout: MatrixLayout) -> [String] {
    [
      InitialisationEvidence.note(on: layout.encoder, name: "encoder"),
      InitialisationEvidence.note(on: layout.decoder, name: "decoder"),
    ].compactMap { $0 }
  }

  /// A note on an encoder whose directions all point along those of the decoder, or nil.
  ///
  /// Many trainers begin with such weights, and trained ones never stay so but where they are tied.
  /// One feature that differs ends the look; a few of its elements mostly show it, where all of them
  /// lie on as many pages of the file.
  private static func note(onTraining layout: MatrixLayout) -> String? {
    guard let encoder = layout.encoder, let decoder = layout.decoder,
      encoder.width == decoder.width, encoder.count == decoder.count, encoder.count > 0
    else { return nil }
    let (first, other) = (encoder.start(ofDirection: 0), decoder.start(ofDirection: 0))
    if let cosine = cosine(first.span, other.span), cosine < 0.9 { return nil }
    guard allCosines(encoder, decoder, satisfy: { $0.map { $0 >= parallel } ?? false }) else {
      return nil
    }
    return "every encoder direction is parallel to its decoder direction: tied weights, or an "
      + "initialisation that was never trained"
  }
}
