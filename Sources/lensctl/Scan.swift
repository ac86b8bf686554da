public import ArgumentParser
public import Engine
import Foundation

extension Direction: ExpressibleByArgument {}
extension LensMap: ExpressibleByArgument {}
extension Orientation: ExpressibleByArgument {}
extension AutoencoderFamily: ExpressibleByArgument {}

/// Reads all features of an autoencoder in the words of a vocabulary.
struct Scan: EngineCommand {
  /// How results leave the command.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case directory, jsonl
  }

  static let configuration = CommandConfiguration(
    abstract: "Read every feature of an autoencoder in words.",
    discussion: """
      Example:
        lensctl scan --model openai/clip-vit-large-patch14 --sae sae/ --labels imagenet --out run/
      """)

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

  @Option(help: "The factor a of shifted directions, b_dec + a d (default: 1).")
  var alpha: Double?

  @Option(
    help: ArgumentHelp(
      "How directions are mapped into the joint space.",
      discussion: "Default: native if the autoencoder states the joint space, else full."))
  var map: LensMap?

  @Option(help: "The labels: imagenet, or a file with one label a line.", completion: .file())
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

  @Option(help: "How many most and least likely labels are kept.")
  var top = 10

  @Option(help: "Only these features, such as 17,200-299.")
  var features: String?

  @Option(help: "The run directory to be made, or with --format jsonl a file.")
  var out: String?

  @Option(help: "A run directory, or one JSON object for each feature on standard output.")
  var format: Format = .directory

  @Flag(name: .shortAndLong, help: "Replace a run or file that exists.")
  var force = false

  @OptionGroup var compute: ComputeOptions

  /// What is thrown where validation made sure of an option.
  private static let noOutput = ValidationError(
    "--out: found none, expected a directory to be made")
  private static let noLabels = ValidationError(
    "found neither --labels nor --text-embeddings, expected one of them")

  func validate() throws {
    if format == .directory, out == nil { throw Self.noOutput }
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
    if top < 1 { throw ValidationError("--top: found \(top), expected at least 1") }
    if let temperature, !(1e-6...1e6).contains(temperature) {
      throw ValidationError("--temperature: found \(temperature), expected 1e-6 to 1e6")
    }
    _ = try validated {
      try LensVariant(direction: direction, map: map ?? .full, alpha: alpha)
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

  func execute() throws {
    if let out {
      switch format {
      case .directory: try RunWriter.checkTarget(out, replacesExisting: force)
      case .jsonl: try OutputFile.checkTarget(out, replacesExisting: force)
      }
    }
    for output in outputs { try OutputFile.refuse(output, ifAmong: prompts.files) }
    let printer = ProgressPrinter(isQuiet: compute.quiet)
    defer { printer.finish() }
    let run = try LensRun(request()) { printer.show($0) }
    switch format {
    case .directory: try writeDirectory(run, printer: printer)
    case .jsonl: try writeLines(run, printer: printer)
    }
  }

  /// What is to be made.
  private var outputs: [String] {
    guard let out else { return [] }
    return format == .directory ? RunWriter.directories(of: out) : [out]
  }

  private func request() throws -> ScanRequest {
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
      workers: compute.workers)
    request.tokenizer = prompts.tokenizer
    request.keys = keys
    request.family = family
    request.orientation = orientation
    request.alpha = alpha
    request.masksDuplicates = compute.dedupe
    request.temperature = temperature
    request.topCount = top
    request.features = features
    request.memoryLimit = try compute.memoryLimit()
    request.isStrict = compute.strict
    request.bankCache = compute.bankCache
    request.digestCache = compute.digestCache
    request.outputs = outputs
    return request
  }

  private func writeDirectory(_ run: LensRun, printer: ProgressPrinter) throws {
    guard let out else { throw Self.noOutput }
    let description = try run.write(to: out, replacesExisting: force) { printer.show($0) }
    printer.finish()
    guard !compute.quiet else { return }
    for warning in description["warnings"]?.array ?? [] {
      Messages.print("warning: \(warning.string?.printable(limit: 400) ?? "")")
    }
    let read = description["counts"]?["read"]?.integer ?? 0
    Messages.print(
      "\(read) of \(run.scan.selection.count) features read by \(run.scan.variant.id) "
        + "against \(run.labels.count(of: .usable)) labels; next: lensctl show \(out.printable())")
  }

  private func writeLines(_ run: LensRun, printer: ProgressPrinter) throws {
    try run.checkStrictly(masked: 0)
    var masked = 0
    if let out {
      try OutputFile.write(to: out) { handle in
        masked = try write(run, printer: printer) { lines in
          do {
            try handle.write(contentsOf: Data(lines.utf8))
          } catch {
            throw OutputError(path: out, error, isCreation: false)
          }
        }
      }
    } else {
      masked = try write(run, printer: printer) { try Output.write($0) }
    }
    printer.finish()
    guard !compute.quiet else { return }
    for warning in run.warnings(masked: masked) {
      Messages.print("warning: \(warning.printable(limit: 400))")
    }
  }

  /// Scans, and writes lines as they come.
  ///
  /// - Returns: The features that were not read.
  private func write(
    _ run: LensRun, printer: ProgressPrinter, _ write: (_ lines: String) throws -> Void
  ) throws -> Int {
    let sink = JSONLines(labels: run.labels.labels, sigmoid: run.sigmoid)
    var masked = 0
    try run.forEachBlock(progress: { printer.show($0) }) { block in
      masked += block.statuses.count { $0 != FeatureStatus.read.rawValue }
      try sink.forEachPiece(of: block, write)
    }
    try run.checkSomethingRead(masked: masked)
    try run.checkStrictly(masked: masked)
    return masked
  }
}
