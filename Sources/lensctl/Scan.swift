import ArgumentParser
import Engine
import Foundation

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

  @OptionGroup var lens: LensOptions

  @Option(help: "How many most and least likely labels are kept.")
  var top = 10

  @Option(help: "The run directory to be made, or with --format jsonl a file.")
  var out: String?

  @Option(help: "A run directory, or one JSON object for each feature on standard output.")
  var format: Format = .directory

  @Flag(name: .shortAndLong, help: "Replace a run or file that exists.")
  var force = false

  @OptionGroup var shards: ShardOptions

  @OptionGroup var compute: ComputeOptions

  /// What is thrown where validation made sure of an option.
  private static let noOutput = ValidationError(
    "--out: found none, expected a directory to be made")

  func validate() throws {
    if format == .directory, out == nil { throw Self.noOutput }
    if let kind = lens.alpha?.kind {
      throw ValidationError(
        "--alpha: found \(kind.rawValue), expected a number: verdict alone takes factors by feature"
      )
    }
    if top < 1 { throw ValidationError("--top: found \(top), expected at least 1") }
  }

  func execute() throws {
    if let out {
      switch format {
      case .directory:
        let isThere = try !force && request().isRecorded(at: out)
        try RunWriter.checkTarget(out, replacesExisting: force || isThere)
      case .jsonl: try OutputFile.checkTarget(out, replacesExisting: force)
      }
    }
    for output in outputs { try OutputFile.refuse(output, ifAmong: lens.prompts.files) }
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
    var request = try lens.request(compute)
    request.topCount = top
    request.shardSize = shards.shardSize
    request.outputs = outputs
    return request
  }

  private func writeDirectory(_ run: LensRun, printer: ProgressPrinter) throws {
    guard let out else { throw Self.noOutput }
    if !force, try run.written(at: out) != nil {
      RunWriter.removeLeftovers(of: out)
      printer.finish()
      if !compute.quiet { Messages.print("\(out.printable(limit: 1000)): complete, nothing to do") }
      return
    }
    let description = try Signals.deferring { stop in
      let options = WritingOptions(replacesExisting: force) { () throws in try stop.check(out) }
      return try run.write(to: out, options) { printer.show($0) }
    }
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
      masked += block.rows - block.readCount
      try sink.forEachPiece(of: block, write)
    }
    try run.checkSomethingRead(masked: masked)
    try run.checkStrictly(masked: masked)
    return masked
  }
}
