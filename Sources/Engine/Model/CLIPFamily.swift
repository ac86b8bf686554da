/// The kinds of checkpoints that a model can be read from.
public enum CLIPFamily: String, Sendable, CaseIterable {
  /// `config.json` with `model_type` `clip`, and the names of transformers' `CLIPModel`.
  case huggingFace = "Hugging Face CLIP"
  /// `config.json` with `model_type` `siglip` or `siglip2`, and the names of `SiglipModel`.
  case sigLIP = "Hugging Face SigLIP"
  /// `open_clip_config.json`, and the names of open_clip's `CLIP`.
  case openCLIP = "OpenCLIP"
  /// `open_clip_config.json`, and the names of open_clip's `CustomTextCLIP`.
  case openCLIPCustomText = "OpenCLIP custom text"
  /// The names of open_clip's `CLIP` and no configuration: OpenAI's own files.
  case openAI = "OpenAI CLIP"
}

/// The files of a model: which of those in a directory are read.
struct ModelFiles: Sendable {
  /// `config.json` or `open_clip_config.json`; nil if there is none.
  var configuration: String?
  /// The weights, or the index of their shards.
  var weights: String
  /// Whether the configuration is of the Hugging Face layout.
  var isHuggingFace: Bool
  /// Why these files, where there are others.
  var notes: [String] = []

  static let huggingFaceWeights = [
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
    "pytorch_model.bin.index.json",
  ]
  static let openCLIPWeights = ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]
  static let huggingFaceConfiguration = "config.json"
  static let openCLIPConfiguration = "open_clip_config.json"

  /// Finds the files of a model.
  ///
  /// In a directory that has both forms complete the Hugging Face form is read, which is the form
  /// that more programs read; naming a file of the other form chooses that one.
  ///
  /// - Parameter place: A directory, or one of the files: weights or a configuration.
  /// - Throws: `CheckpointError` if the files are not there or a configuration is not JSON.
  init(at place: String) throws(CheckpointError) {
    if MappedFile.isDirectory(place) {
      try self.init(in: place)
      return
    }
    let name = place.split(separator: "/").last.map(String.init) ?? ""
    let parent = String(place.dropLast(name.count)).withoutFinalSlash
    let directory = parent.isEmpty ? "." : parent
    if name == Self.openCLIPConfiguration {
      self = Self.openCLIP(in: directory)
    } else if name == Self.huggingFaceConfiguration {
      self = Self.huggingFace(in: directory)
    } else {
      try self.init(weights: place, in: directory)
    }
  }

  private init(
    configuration: String?, weights: String, isHuggingFace: Bool, notes: [String] = []
  ) {
    self.configuration = configuration
    self.weights = weights
    self.isHuggingFace = isHuggingFace
    self.notes = notes
  }

  private init(in directory: String) throws(CheckpointError) {
    let has = { (names: [String]) in
      names.contains { MappedFile.exists(directory + "/" + $0) }
    }
    let hasOpenCLIP = has([Self.openCLIPConfiguration]) && has(Self.openCLIPWeights)
    let hasHuggingFace = has([Self.huggingFaceConfiguration])
    var isHuggingFace = hasHuggingFace && !hasOpenCLIP
    if hasHuggingFace, hasOpenCLIP {
      isHuggingFace = has(Self.huggingFaceWeights)
      if isHuggingFace { isHuggingFace = try Self.isModel(directory) }
    }
    if isHuggingFace {
      self = Self.huggingFace(in: directory)
      if hasOpenCLIP {
        notes.append(
          "the directory holds an OpenCLIP form too, which is read if its "
            + "\(Self.openCLIPConfiguration) is named")
      }
    } else if has([Self.openCLIPConfiguration]) {
      self = Self.openCLIP(in: directory)
    } else if has(Self.huggingFaceWeights) {
      let weights = Self.first(of: Self.huggingFaceWeights, in: directory)
      self.init(configuration: nil, weights: weights, isHuggingFace: false)
    } else {
      throw CheckpointError(
        path: directory + "/" + Self.huggingFaceConfiguration, reason: .notFound)
    }
  }

  /// Weights that are named: their layout says which configuration beside them counts.
  private init(weights: String, in directory: String) throws(CheckpointError) {
    let file = try TensorFile(contentsOf: weights)
    let isHuggingFace = file.tensors.keys.contains { $0.hasPrefix("text_model.") }
    let name = isHuggingFace ? Self.huggingFaceConfiguration : Self.openCLIPConfiguration
    let configuration = (directory == "." ? "" : directory + "/") + name
    self.init(
      configuration: isHuggingFace || MappedFile.exists(configuration) ? configuration : nil,
      weights: weights, isHuggingFace: isHuggingFace)
  }

  private static func huggingFace(in directory: String) -> ModelFiles {
    ModelFiles(
      configuration: directory + "/" + huggingFaceConfiguration,
      weights: first(of: huggingFaceWeights, in: directory), isHuggingFace: true)
  }

  private static func openCLIP(in directory: String) -> ModelFiles {
    ModelFiles(
      configuration: directory + "/" + openCLIPConfiguration,
      weights: first(of: openCLIPWeights, in: directory), isHuggingFace: false)
  }

  /// The first file that is there, or the first of all.
  private static func first(of names: [String], in directory: String) -> String {
    directory + "/" + (names.first { MappedFile.exists(directory + "/" + $0) } ?? names[0])
  }

  /// Whether `config.json` is that of a model that is read here; timm has files of that name too.
  private static func isModel(_ directory: String) throws(CheckpointError) -> Bool {
    let json = try JSONValue(contentsOf: directory + "/" + huggingFaceConfiguration)
    return json["text_config"] != nil || json["text_config_dict"] != nil
  }
}
