import ArgumentParser
import Engine

/// What is asked of a run; at most one thing.
struct ShowQuestion: ParsableArguments {
  @Flag(help: "What the verdict of the run says.")
  var verdict = false

  @Option(help: "These features, such as 17 or 17,200-299.")
  var feature: String?

  @Option(help: "The features that have this label among their best: a label, its id, or a part.")
  var label: String?

  @Option(
    help: ArgumentHelp(
      "The labels that a pattern means, and the features that say them.", valueName: "pattern"))
  var search: String?

  @Option(help: "So many features, those with the largest margin first.")
  var sharpest: Int?

  @Option(
    help: ArgumentHelp(
      "Features sorted by a statistic, the greatest first.", valueName: "statistic"))
  var sort: String?

  @Flag(help: "With --sort, the least first.")
  var ascending = false

  @Option(
    help: ArgumentHelp("How a statistic is spread over the features.", valueName: "statistic"))
  var histogram: String?

  @Option(help: "The bins of --histogram (default: 20).")
  var bins: Int?

  @Option(
    help: ArgumentHelp("What differs in another run, feature by feature.", valueName: "run"),
    completion: .directory)
  var compare: String?

  @Option(help: "A random sample of so many features.")
  var random: Int?

  @Option(help: "The seed of the random sample.")
  var seed = 0

  @Option(help: "The features nearest to a text, encoded by the model of the run.")
  var text: String?

  @Option(help: "A template with {label} for --text; without it the text stands alone.")
  var template: String?

  @Option(help: "Another model for --text than that of the run.", completion: .directory)
  var model: String?

  @Flag(help: "Digest the files of the run for --text even if that was done before.")
  var noCache = false

  func validate() throws {
    if asked.count > 1 {
      throw ValidationError("found \(asked.joined(separator: " and ")), expected one of them")
    }
    for (name, count) in [("--sharpest", sharpest), ("--random", random)] {
      if let count, count < 1 {
        throw ValidationError("\(name): found \(count), expected at least 1")
      }
    }
    if text == nil, template != nil || model != nil || noCache {
      throw ValidationError("--template, --model and --no-cache go with --text")
    }
    if sort == nil, ascending { throw ValidationError("--ascending goes with --sort") }
    if let bins {
      guard histogram != nil else { throw ValidationError("--bins goes with --histogram") }
      guard Self.binLimits.contains(bins) else {
        throw ValidationError(
          "--bins: found \(bins), expected \(Self.binLimits.lowerBound) to \(Self.binLimits.upperBound)"
        )
      }
    }
    if let text, text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
      throw ValidationError("--text: found a blank text, expected words")
    }
    do {
      _ = try selection()
      _ = try template.map { try PromptTemplate($0) }
      _ = try search.map { try LabelPattern($0) }
    } catch let error as any EngineError {
      throw ValidationError(error.description)
    }
  }

  /// The bins that a histogram may have.
  private static let binLimits = 1...10_000

  /// The options that ask for something.
  private var asked: [String] {
    [
      verdict ? "--verdict" : nil, feature.map { _ in "--feature" }, label.map { _ in "--label" },
      search.map { _ in "--search" }, sharpest.map { _ in "--sharpest" },
      sort.map { _ in "--sort" }, histogram.map { _ in "--histogram" },
      compare.map { _ in "--compare" }, random.map { _ in "--random" },
      text.map { _ in "--text" },
    ].compactMap { $0 }
  }

  /// The features asked for, or nil.
  func selection() throws -> FeatureSelection? {
    try feature.map { try FeatureSelection(parsing: $0, featureCount: Int(Int32.max)) }
  }
}
