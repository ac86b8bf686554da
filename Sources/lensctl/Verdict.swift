public import ArgumentParser
public import Engine
import Foundation

extension LensForm: ExpressibleByArgument {}

extension ControlScope: ExpressibleByArgument {}

/// Judges how well variants of the lens read an autoencoder, beside null banks.
struct Verdict: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Judge how well variants of the lens read an autoencoder, beside chance.",
    discussion: """
      Every variant names all features by several scores, and so are two kinds of null features: \
      rotated copies of the same features, and random vectors that lie in the same directions of the \
      joint space. "beyond" is the share of features that are nearer to their best label than such null \
      features are, with its interval, "found" how many at a false discovery rate of 5 %. With --truth, \
      "right" is the share of names that are what the feature fires on most, and "of what can be" that \
      share of what pictures in the place of words would name. Below stand the verdicts that hold, by rules that \
      MODEL.md tabulates. --max-memory bounds the scan and the verdict. Results are a \
      run directory, as scan writes it, with verdict.json and verdict.safetensors.

      Example:
        lensctl verdict --model openai/clip-vit-large-patch14 --sae sae/ --labels imagenet --out run/
      """)

  @OptionGroup var lens: LensOptions

  @Option(
    help: ArgumentHelp(
      "A variant that is judged; repeat it for several.",
      discussion: "Default: all that the autoencoder allows."))
  var variant: [LensForm] = []

  @Option(help: "The number of rotated copies of the features.")
  var rotations = 4

  @Option(
    help: ArgumentHelp(
      "The number of null banks that each variant as a whole is compared with.",
      discussion: "0 for no such comparison."))
  var nullBanks = 200

  @Option(
    help: ArgumentHelp(
      "Which controls are made of the form in use.",
      discussion:
        "usual: directions that are random, shuffled, or made of labels and of classes, and labels "
        + "exchanged; all: words that mean nothing besides, which are encoded."))
  var controls = ControlScope.usual

  @Option(help: "What random numbers start from.")
  var seed: UInt64 = 1

  @Option(
    help: "What features fire on: residuals or activations with class ids, or the like (MODEL.md).",
    completion: .file())
  var truth: String?

  @Option(
    help: "The names of the truth's classes, one a line; by default class ids are label ids.",
    completion: .file())
  var classes: String?

  @Option(
    help:
      "A file with the embedding of the prompt of the empty label, to go with --text-embeddings.",
    completion: .file())
  var emptyEmbedding: String?

  @Option(help: "The tensor that holds it, where the file has several.")
  var emptyKey: String?

  @OptionGroup var inputs: VariantOptions

  @Flag(help: "Print a line for each score that has null banks, not for centred ones alone.")
  var allScores = false

  @OptionGroup var foreign: ForeignOptions

  @OptionGroup var replayed: ReplayOptions

  @OptionGroup(title: "Meaning of names") var semantics: SemanticsOptions

  @Option(help: "The run directory to be made.")
  var out: String

  @Flag(name: .shortAndLong, help: "Replace a run that exists.")
  var force = false

  @OptionGroup var output: OutputOptions

  @OptionGroup var shards: ShardOptions

  @OptionGroup var compute: ComputeOptions

  func validate() throws {
    if classes != nil, truth == nil {
      throw ValidationError("--classes: found no --truth, expected one whose classes they are")
    }
    if emptyEmbedding != nil, lens.textEmbeddings == nil {
      throw ValidationError(
        "--empty-embedding: found no --text-embeddings, expected some that it goes with")
    }
    if emptyKey != nil, emptyEmbedding == nil {
      throw ValidationError("--empty-key goes with --empty-embedding")
    }
    if let kind = lens.alpha?.kind, truth == nil, inputs.activationsStats == nil {
      throw ValidationError(
        "--alpha \(kind.rawValue): found neither --truth nor --activations-stats, expected one of them"
      )
    }
    if inputs.activationsStats != nil, lens.alpha?.kind == nil {
      throw ValidationError("--activations-stats goes with --alpha mean or max")
    }
    try replayed.check(lens)
    if foreign.listing != nil, foreign.results == nil, replayed.writeMisfiled == nil {
      throw ValidationError("--listing goes with --results or --write-misfiled")
    }
    try replayed.checkApart(from: RunWriter.directories(of: out))
    let limits = VerdictRequest.rotationLimits
    guard limits.contains(rotations) else {
      throw ValidationError(
        "--rotations: found \(rotations), expected \(limits.lowerBound) to \(limits.upperBound)")
    }
    let bankLimits = VerdictRequest.nullBankLimits
    guard nullBanks == 0 || bankLimits.contains(nullBanks) else {
      throw ValidationError(
        "--null-banks: found \(nullBanks), expected 0 or \(bankLimits.lowerBound) to \(bankLimits.upperBound)"
      )
    }
  }

  func execute() throws {
    try RunWriter.checkTarget(out, replacesExisting: force)
    let meaning = try semantics.request(lens)
    if let path = replayed.writeMisfiled { try ExplanationFolders.checkTarget(path) }
    let outputs = RunWriter.directories(of: out) + replayed.outputs
    for output in outputs {
      try OutputFile.refuse(
        output,
        ifAmong: lens.prompts.files + [truth, classes, emptyEmbedding].compactMap { $0 }
          + inputs.files + foreign.files + meaning.files)
    }
    let printer = ProgressPrinter(isQuiet: compute.quiet)
    defer { printer.finish() }
    var request = try lens.request(compute)
    request.outputs = outputs
    request.shardSize = shards.shardSize
    replayed.replay?.apply(to: &request)
    func show(_ progress: RunProgress) {
      // What one stage alone will use is not what the verdict does.
      if case .planned = progress { return }
      printer.show(progress)
    }
    let run = try LensRun(request, progress: show)
    var asked = VerdictRequest(
      forms: variant.isEmpty ? nil : variant, rotations: rotations, seed: seed)
    asked.nullBanks = nullBanks
    asked.controls = controls
    asked.truth = truth
    asked.classes = classes
    asked.emptyEmbedding = emptyEmbedding
    asked.emptyKey = emptyKey
    try inputs.add(to: &asked, alpha: lens.alpha?.kind)
    foreign.apply(to: &asked)
    replayed.apply(to: &asked)
    asked.semantics = meaning
    let verdict = try VerdictRun(run, asked, progress: show)
    let report = try verdict.judge { printer.show(judging: $0.rawValue) }
    let description = try write(verdict, report, printer)
    printer.finish()
    if !compute.quiet {
      for warning in description["warnings"]?.array ?? [] {
        Messages.print("warning: \(warning.string?.printable(limit: 400) ?? "")")
      }
      if let line = report.permutationLine { Messages.print(line) }
      let times =
        report.seconds.map { "\($0.form.rawValue) \($0.seconds.text(1)) s" }
        + [report.controlSeconds.map { "controls \($0.text(1)) s" }].compactMap { $0 }
      Messages.print("judged: " + times.joined(separator: ", "))
      for notice in report.scoreNotices { Messages.print("note: \(notice)") }
      if !report.omitted.isEmpty {
        let names = report.omitted.map(\.form.rawValue).joined(separator: ", ")
        Messages.print("variants not judged (verdict.json has why): \(names)")
      }
    }
    let lines =
      output.json
      ? [JSONValue.object(report.json).serialized(indent: 2)]
      : Self.table(report, allScores).lines(output.style) + report.semanticLines(output.style)
        + [""] + [report.controlLine].compactMap { $0 } + report.ladderLines(output.style)
        + Self.findings(report, output.style)
    try Output.print(lines)
  }

  /// The verdicts that hold, each with what was found and what changes it, and the names of those not judged.
  private static func findings(_ report: VerdictReport, _ style: OutputStyle) -> [String] {
    var table = Table([("verdict", .left), ("what to do", .left), ("found", .left)])
    for finding in report.findings where finding.holds {
      table.add([finding.name.rawValue, finding.remedy, finding.sentence])
    }
    let open = report.findings.filter { $0.status.isOpen }.map(\.name.rawValue)
    return table.lines(style) + [report.formInUseLine].compactMap { $0 }
      + (open.isEmpty ? [] : ["not judged (verdict.json has why): " + open.joined(separator: ", ")])
  }

  /// Writes the run with the verdict in it, and what else is asked for.
  private func write(
    _ verdict: VerdictRun, _ report: VerdictReport, _ printer: ProgressPrinter
  ) throws -> JSONObject {
    var folders = replayed.writeMisfiled.map { _ in
      ExplanationFolders(order: verdict.folderOrder, labels: verdict.run.labels.labels)
    }
    var options = WritingOptions(replacesExisting: force)
    options.writesBeside = true
    return try verdict.run.write(to: out, options) {
      printer.show($0)
    } alongside: {
      try folders?.add($0)
    } beside: { (directory) throws(OutputError) in
      try report.write(to: directory)
      if let path = replayed.writeMisfiled { try folders?.write(to: path) }
    }
  }

  /// The summary: a line for each variant, or for each score of it that has null banks.
  private static func table(_ report: VerdictReport, _ hasAllScores: Bool) -> Table {
    let hasTruth = report.lines.contains { $0.right != nil }
    var table = Table(
      [
        ("variant", .left), ("alignment", .right), ("score", .left), ("beyond rotated", .right),
        ("found", .right), ("beyond random", .right), ("found", .right),
      ] + (hasTruth ? [("right", .right), ("of what can be", .right)] : []) + [
        ("labels", .right), ("most frequent label", .left),
      ])
    for line in report.lines {
      guard let rotated = line.rotated, let inPlace = line.inPlace,
        hasAllScores || line.score == .centred
      else { continue }
      let truth = [line.right?.percent ?? "", line.efficiency?.percent ?? ""]
      table.add(
        [
          line.form.rawValue, line.ratio.value.text(2) + " +- " + line.ratio.nullDeviation.text(2),
          line.score.rawValue, rotated.nullShare.complement.percent, "\(rotated.discoveries)",
          inPlace.nullShare.complement.percent, "\(inPlace.discoveries)",
        ] + (hasTruth ? truth : []) + [
          line.effectiveLabels.text(1),
          line.hub.map {
            $0.label.printable(limit: 60) + " " + (100 * $0.share).text(1) + "%"
          } ?? "",
        ])
    }
    return table
  }
}
