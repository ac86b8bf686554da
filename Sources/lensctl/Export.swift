public import ArgumentParser
import Engine
public import Export
import Foundation

extension ExportFormat: ExpressibleByArgument {}
extension VerdictSelection: ExpressibleByArgument {}

/// Writes a run for other programs.
struct Export: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a run for pandas, DuckDB, polars, NumPy, SQLite or Neuronpedia.",
    discussion: """
      Examples:
        lensctl export run --format parquet --out tables
        lensctl export run --format sqlite --out run.sqlite

      csv: one table, a record a feature, by RFC 4180. jsonl: an object a feature. Both have \
      their description and the provenance beside them, in OUT-metadata.json.

      npz: the columns of the run as they are, for numpy.load.

      sqlite: tables features, labels, top_labels, bottom_labels and verdict_..., indices, and a \
      search over labels: SELECT ... WHERE label_search MATCH 'dog'.

      parquet: a directory with features, top_labels, bottom_labels, labels and verdict .parquet.

      neuronpedia: a directory with features/batch-N.jsonl.gz and what they belong to.

      The run is checked from end to end before anything is written: a file that is not what \
      run.json says ends the command with status 65. MODEL.md, section 13, lists every column.
      """)

  @Argument(help: "A run directory, as scan and verdict write it.", completion: .directory)
  var run: String

  @Option(help: "What is made.")
  var format: ExportFormat

  @Option(help: "The file or directory to be made.")
  var out: String

  @Option(
    help: ArgumentHelp(
      "Which columns of the verdict are written, if the run has one.",
      discussion: "in-use: those of the variant in use, and those of no variant."))
  var verdict: VerdictSelection = .all

  @Flag(help: "With csv, put ' before texts that spreadsheets take for formulas (= + - @ tab).")
  var escapeFormulas = false

  @OptionGroup(title: "What Neuronpedia is told") var names: NeuronpediaOptions

  @Flag(name: .shortAndLong, help: "Replace an export that exists.")
  var force = false

  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  func validate() throws {
    if escapeFormulas, format != .csv {
      throw ValidationError("found --escape-formulas, which goes with --format csv")
    }
    if let name = names.given.first, format != .neuronpedia {
      throw ValidationError("found \(name), which goes with --format neuronpedia")
    }
  }

  func execute() throws {
    let printer = ProgressPrinter(isQuiet: quiet)
    defer { printer.finish() }
    printer.show(.opening)
    let exporter = try Exporter(request)
    try exporter.write { printer.show(exporting: $0, of: $1) }
    printer.finish()
    guard !quiet else { return }
    let verdict =
      exporter.verdictColumnCount > 0
      ? ", \(exporter.verdictColumnCount) columns of the verdict" : ""
    Messages.print(
      "\(exporter.featureCount) features\(verdict), as \(format.rawValue): \(out.printable(limit: 1000))"
    )
  }

  private var request: ExportRequest {
    var request = ExportRequest(run: run, format: format, out: out)
    request.verdict = verdict
    request.replacesExisting = force
    request.escapesFormulas = escapeFormulas
    request.neuronpedia = names.names
    return request
  }
}

/// Names that a run does not know.
struct NeuronpediaOptions: ParsableArguments {
  @Option(help: "modelId (default: the last part of the model's name).")
  var modelID: String?

  @Option(help: "Name of the source set (default: the last part of the autoencoder's path).")
  var sourceSet: String?

  @Option(help: "creatorName (default: empty).")
  var creator: String?

  @Option(help: "creatorId, a user of the instance that imports it (default: none).")
  var creatorID: String?

  /// The options that were given.
  var given: [String] {
    [
      ("--model-id", modelID), ("--source-set", sourceSet), ("--creator", creator),
      ("--creator-id", creatorID),
    ].filter { $0.1 != nil }.map(\.0)
  }

  var names: NeuronpediaNames {
    var names = NeuronpediaNames()
    names.model = modelID
    names.sourceSet = sourceSet
    names.creator = creator
    names.creatorID = creatorID
    return names
  }
}
