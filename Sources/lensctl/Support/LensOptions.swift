public import ArgumentParser
public import Engine

extension Direction: ExpressibleByArgument {}
extension LensMap: ExpressibleByArgument {}
extension Orientation: ExpressibleByArgument {}
extension AutoencoderFamily: ExpressibleByArgument {}

/// The options that say what is read, by which lens, in which words.
struct LensOptions: ParsableArguments {
  @Option(
    help:
      "A CLIP or SigLIP model: a directory or file, or org/name[@revision] in the local hub cache.")
  var model: String?

  @Option(
    help: "An autoencoder: a checkpoint of a known family, or with --keys any file of tensors.",
    completion: .file())
  var sae: String

  @Option(help: "Names of tensors: W_dec=NAME[,W_enc=NAME][,b_dec=NAME].")
  var keys: String?

  @Option(help: "The family of the autoencoder, where several fit.")
  var family: AutoencoderFamily?

  @Option(help: "Which way the features run in a stored matrix that leaves it open.")
  var orientation: Orientation?

  @Option(help: "Which direction of a feature is read.")
  var direction: Direction = .decoder

  @Option(
    help: ArgumentHelp(
      "The factor a of shifted directions, b_dec + a d (default: 1).",
      discussion: "For verdict also mean or max: that of the activations of each feature."))
  var alpha: AlphaOption?

  @Option(
    help: ArgumentHelp(
      "How directions are mapped into the joint space.",
      discussion: "Default: native if the autoencoder states the joint space, else full."))
  var map: LensMap?

  @Option(
    help: ArgumentHelp(
      "The labels: imagenet, imagenet-synsets, or a file with one label a line.",
      discussion:
        "imagenet has OpenAI's names of the classes, imagenet-synsets WordNet's, as data sets have them."
    ),
    completion: .file())
  var labels: String?

  @OptionGroup var prompts: PromptOptions

  @Option(
    help: "Ready label embeddings in a safetensors or NPY file, instead of --labels.",
    completion: .file())
  var textEmbeddings: String?

  @Option(help: "The tensor that holds the embeddings, where the file has several.")
  var embeddingsKey: String?

  @Option(help: "A file with the names of the embeddings, one a line.", completion: .file())
  var names: String?

  @Option(
    help: "1 over the factor on cosines (default: the model's own, else the bank's, else 0.01).")
  var temperature: Double?

  @Option(help: "Only these features, such as 17,200-299.")
  var features: String?

  /// What is thrown where validation made sure of an option.
  private static let noLabels = ValidationError(
    "found neither --labels nor --text-embeddings, expected one of them")

  func validate() throws {
    if labels == nil, textEmbeddings == nil { throw Self.noLabels }
    if labels != nil, textEmbeddings != nil {
      throw ValidationError("found both --labels and --text-embeddings, expected one of them")
    }
    if labels != nil, model == nil {
      throw ValidationError("--labels: found no --model, expected one to encode them")
    }
    if textEmbeddings == nil, embeddingsKey != nil || names != nil {
      throw ValidationError("--names and --embeddings-key go with --text-embeddings")
    }
    if textEmbeddings != nil, !prompts.isDefault {
      throw ValidationError("--template, --template-file and --tokenizer go with --labels")
    }
    if let temperature, !(1e-6...1e6).contains(temperature) {
      throw ValidationError("--temperature: found \(temperature), expected 1e-6 to 1e6")
    }
    _ = try validated {
      try LensVariant(direction: direction, map: map ?? .full, alpha: alpha?.number)
    }
    _ = try validated { try keys.map { try TensorKeys(parsing: $0) } }
    if keys != nil, family != nil {
      throw ValidationError("found both --keys and --family, expected one of them")
    }
    _ = try validated { try prompts.template.map { try PromptTemplate($0) } }
    // How many features there are is known once the autoencoder is open.
    _ = try validated {
      try features.map { try FeatureSelection(parsing: $0, featureCount: Int(Int32.max)) }
    }
  }

  /// What is asked for.
  ///
  /// - Parameter compute: How it is computed.
  /// - Returns: A request without outputs.
  /// - Throws: `TextError` if a file of templates cannot be used.
  func request(_ compute: ComputeOptions) throws -> ScanRequest {
    let source: LabelSource =
      if let textEmbeddings {
        .embeddings(textEmbeddings, key: embeddingsKey, namesPath: names)
      } else if let labels {
        .vocabulary(labels, templates: try prompts.templates())
      } else {
        throw Self.noLabels
      }
    var request = ScanRequest(
      model: model, autoencoder: sae, direction: direction, map: map, labels: source,
      workers: try compute.workers)
    request.tokenizer = prompts.tokenizer
    request.keys = keys
    request.family = family
    request.orientation = orientation
    request.alpha = alpha?.number
    request.masksDuplicates = compute.dedupe
    request.temperature = temperature
    request.features = features
    request.memoryLimit = try compute.memory.limit()
    request.isStrict = compute.strict
    request.bankCache = compute.bankCache
    request.digestCache = compute.digestCache
    return request
  }
}
