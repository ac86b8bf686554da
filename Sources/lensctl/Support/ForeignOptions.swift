import ArgumentParser
import Engine

/// The options that name results of another program.
struct ForeignOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Another program's labels: whether they are filed under the right features is found out.",
      discussion: """
        A table with the columns feature and label (TSV, CSV, or lines of JSON), or a directory with the \
        folders of the original experiment.
        """),
    completion: .file())
  var results: String?

  @Option(
    help: "The features in the order in which a program listed their folders, one a line.",
    completion: .file())
  var listing: String?

  @Flag(help: "Leave out rows of --results whose text is no label here.")
  var skipUnknownLabels = false

  /// The files that the options name.
  var files: [String] { [results, listing].compactMap { $0 } }

  /// Adds them to what is asked for.
  func apply(to request: inout VerdictRequest) {
    request.results = results
    request.listing = listing
    request.skipsUnknownLabels = skipUnknownLabels
  }

  func validate() throws {
    guard results == nil, skipUnknownLabels else { return }
    throw ValidationError("--skip-unknown-labels goes with --results")
  }
}
