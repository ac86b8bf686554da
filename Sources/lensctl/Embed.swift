import ArgumentParser
import Engine
import Foundation

/// Encodes labels and writes them as a label bank.
struct Embed: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Encode labels by a model's text tower and write a label bank.",
    discussion: """
      The bank is a safetensors file: `embeddings` [labels, width] f32, unit rows, and `status` \
      [labels] u8, with labels and provenance in the metadata. `lensctl scan --text-embeddings` \
      reads it.
      """)

  @Option(
    help:
      "A CLIP or SigLIP model: a directory or file, or org/name[@revision] in the local hub cache.")
  var model: String

  @Option(
    help: "The labels: imagenet, imagenet-synsets, or a file with one label a line.",
    completion: .file())
  var labels: String

  @OptionGroup var prompts: PromptOptions

  @Option(help: "The safetensors file to be made.")
  var out: String

  @Flag(name: .shortAndLong, help: "Replace a file that exists.")
  var force = false

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    _ = try validated { try prompts.template.map { try PromptTemplate($0) } }
  }

  func execute() throws {
    try OutputFile.checkTarget(out, replacesExisting: force)
    let printer = ProgressPrinter(isQuiet: compute.quiet)
    defer { printer.finish() }
    printer.show(.opening)
    let request = try BankRequest(
      model: model, tokenizer: prompts.tokenizer, labels: labels,
      templates: try prompts.templates(), masksDuplicates: compute.dedupe,
      digestCache: compute.digestCache, workers: try compute.workers)
    try OutputFile.refuse(out, ifAmong: request.inputPaths + prompts.files)
    try request.check(writingTo: out)
    let (bank, wasCached) = try request.bank(
      cache: compute.bankCache, workers: try compute.workers,
      memoryLimit: try compute.memory.limit(), progress: { printer.show($0) })
    if compute.strict, !bank.faults.isEmpty {
      throw RunError(subject: labels, reason: .strict(bank.faults))
    }
    try bank.write(to: out)
    printer.finish()
    guard !compute.quiet else { return }
    // A bank from the cache took no product.
    for warning in bank.warnings + (wasCached ? [] : BLAS.kernel.warnings) {
      Messages.print("warning: \(warning.printable(limit: 400))")
    }
    Messages.print(
      "\(bank.count(of: .usable)) of \(bank.labels.count) labels "
        + (wasCached ? "taken from the cache" : "encoded") + ": \(out.printable())")
  }
}
