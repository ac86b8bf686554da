internal import Foundation

/// What a file or directory is, what it holds, and how it would be read.
public struct Inspection: Sendable {
  /// What a path can be.
  public enum Kind: String, Sendable, CaseIterable {
    case autoencoder
    case keyedAutoencoder = "autoencoder by --keys"
    case model = "CLIP model"
    case run = "run directory"
    case labelBank = "label bank"
    case tensors = "safetensors"
    case checkpoint = "checkpoint"
    case array = "NPY array"
    case tokenizer = "tokenizer"
    case labels = "label file"
  }

  /// A tensor and what its values look like.
  public struct TensorEntry: Sendable {
    public let name: String
    public let dtype: DType
    public let shape: [Int]
    public let summary: TensorSummary
  }

  /// The path, as it was given.
  public let path: String

  /// What it is.
  public let kind: Kind

  /// What it holds and how it would be read, by name, in order: strings, numbers, and lists of
  /// them.
  public internal(set) var facts: JSONObject = [:]

  /// The tensors, by name.
  public internal(set) var tensors: [TensorEntry] = []

  /// How facts were proven, and what else should be known, one line each.
  public internal(set) var notes: [String] = []

  /// Why it cannot be read as what it is, or nil if it can.
  public internal(set) var refusal: (any EngineError)?

  init(path: String, kind: Kind) {
    self.path = path
    self.kind = kind
  }
}

extension Inspection {
  /// Looks at a file or directory, and reads all values of its tensors.
  ///
  /// - Parameters:
  ///   - path: The path, or `org/name[@revision]` of a model in the local hub cache.
  ///   - keys: The names of an autoencoder's tensors; nil to go by the files.
  ///   - family: The family of an autoencoder, where several fit.
  ///   - orientation: Which way the features of an autoencoder run, where that is not proven.
  ///   - workers: The number of threads.
  /// - Throws: `CheckpointError`, `TextError` or `ModelError` if a file of a known kind is wrong;
  ///   `RunError` that says what was tried if the kind is not known.
  public init(
    contentsOf path: String, keys: TensorKeys? = nil, family: AutoencoderFamily? = nil,
    orientation: Orientation? = nil, workers: Int
  ) throws {
    let place = try Self.place(of: path)
    let options = InspectionOptions(
      path: path, place: place, keys: keys, family: family, orientation: orientation,
      workers: workers)
    if keys != nil {
      self = try .keyedAutoencoder(options)
    } else if family != nil {
      self = try .autoencoder(options)
    } else if MappedFile.isDirectory(place) {
      self = try .directory(options)
    } else {
      self = try .file(options)
    }
  }

  /// Where a path leads; names of models are looked up only if nothing stands at the path.
  private static func place(of path: String) throws(CheckpointError) -> String {
    let isName = path.hasPrefix("hf:")
    if !isName, MappedFile.exists(path) {
      return path.withoutFinalSlash
    }
    do {
      return try HubCache().resolve(path).directory
    } catch {
      // What would stand in a directory that is there is no name of a model.
      let parent = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
      if isName || !MappedFile.isDirectory(parent) { throw error }
      // Which says why: a directory on the way may not be entered.
      _ = try FileIdentity(of: path)
      throw CheckpointError(path: path, reason: .notFound)
    }
  }

  private static func directory(_ options: InspectionOptions) throws -> Inspection {
    let has = { MappedFile.exists(options.place + "/" + $0) }
    if has("run.json") { return try run(options) }
    if has(Autoencoder.configurationName) || Autoencoder.hasConfiguration(in: options.place) {
      return try autoencoder(options)
    }
    if has(ModelFiles.huggingFaceConfiguration) || has(ModelFiles.openCLIPConfiguration) {
      return try model(options)
    }
    if let name = ModelFiles.huggingFaceWeights.first(where: has) {
      let file = try TensorFile(contentsOf: options.place + "/" + name)
      if OpenCLIPNames.isLikely(in: file) { return try model(options) }
      return Autoencoder.isKnown(weights: options.place + "/" + name)
        ? try autoencoder(options) : tensors(file, options)
    }
    if let weights = try Autoencoder.weightsName(in: options.place) {
      var options = options
      options.place += "/" + weights
      return try tensorFile(options)
    }
    do {
      return try tokenizer(options)
    } catch let error as TextError where error.reason == .noTokenizer {
      throw RunError(
        subject: options.path,
        reason: .unknownKind(tried: [
          "run directory: no run.json", "autoencoder: no cfg.json and no file of weights",
          "CLIP model: no config.json or open_clip_config.json", "weights: no model.safetensors",
          "tokenizer: no tokenizer.json, vocab.json with merges.txt, or "
            + "bpe_simple_vocab_16e6.txt.gz",
        ]))
    }
  }

  private static func file(_ options: InspectionOptions) throws -> Inspection {
    var options = options
    let name = options.place.split(separator: "/").last.map(String.init) ?? ""
    let parent = String(options.place.dropLast(name.count + 1))
    let directory = parent.isEmpty ? (options.place.hasPrefix("/") ? "/" : ".") : parent
    switch name {
    case ModelFiles.openCLIPConfiguration: return try model(options)
    case "run.json", "config.json", "cfg.json":
      options.place = directory
      return try self.directory(options)
    case Autoencoder.weightsName where MappedFile.exists(directory + "/cfg.json"):
      options.place = directory
      return try autoencoder(options)
    case "tokenizer.json", "vocab.json", "merges.txt":
      if name == "merges.txt" { options.place = directory + "/vocab.json" }
      return try tokenizer(options)
    default: break
    }
    let start = try MappedFile.contents(of: options.place).prefix(16)
    if name.hasSuffix(".index.json") || name.hasSuffix(".safetensors") || name.hasSuffix(".npy")
      || start.starts(with: NPYHeader.magic)
    {
      return try tensorFile(options)
    }
    let isGzipped = start.starts(with: [0x1F, 0x8B])
    if isGzipped, !TensorFile.holdsObjects(gzippedAt: options.place) {
      return try tokenizer(options)
    }
    // What opens like an archive or a pickle is nothing else, so its own message is the best.
    if isGzipped || start.starts(with: Data("PK".utf8)) || start.first == 0x80 {
      return try tensorFile(options)
    }
    return try unnamed(options)
  }

  /// A file whose name and first bytes do not say what it is.
  private static func unnamed(_ options: InspectionOptions) throws -> Inspection {
    var tried: [String] = []
    do {
      return try tensorFile(options)
    } catch {
      tried.append("safetensors: \(options.reason(of: error))")
    }
    do {
      return try labels(options)
    } catch {
      tried.append("label file: \(options.reason(of: error))")
    }
    throw RunError(subject: options.path, reason: .unknownKind(tried: tried))
  }
}

/// What is looked at, and how.
struct InspectionOptions {
  /// The path, as it was given.
  var path: String
  /// The file or directory that it leads to.
  var place: String
  var keys: TensorKeys?
  var family: AutoencoderFamily?
  var orientation: Orientation?
  var workers: Int

  /// An error without the name of the file at its start.
  func reason(of error: any Error) -> String {
    let text = "\(error)"
    let prefix = place.printable(limit: 1000) + ": "
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
  }
}
