import ArgumentParser
import Engine
import Foundation

/// Reads a run in the terminal.
struct Show: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read a run: its summary, verdict, features and labels; or compare it with another.",
    discussion: """
      Without further options the summary of all features is printed. Sharpness is the margin: \
      the best cosine less the second best.

      A STATISTIC is a number of each feature: best_cosine, best_probability, least_cosine, mean, sd, skewness, kurtosis, \
      margin, entropy, log_partition, or a column of the verdict, such as dec.lin.centred.p; centred.p alone is that of the \
      variant in use. A PATTERN between slashes is a regular expression, one with * or ? is a glob for the whole label, any \
      other is a part of the label; case never matters.

      Examples:
        lensctl show run/ --verdict
        lensctl show run/ --sharpest 20
        lensctl show run/ --label 'snow leopard'
        lensctl show run/ --search '*leopard'
        lensctl show run/ --sort entropy --ascending
        lensctl show run/ --histogram centred.p
        lensctl show run/ --compare other/
        lensctl show run/ --text 'a dog in the snow'
      """)

  @Argument(help: "A run directory, as scan writes it.", completion: .directory)
  var run: String

  @OptionGroup(title: "What is shown") var question: ShowQuestion

  @Option(help: "How many labels of each feature are shown (default: 3; all of one feature).")
  var top: Int?

  @Option(
    name: [.long, .customLong("count")],
    help: "How many features or labels --label, --search, --sort, --compare and --text list.")
  var limit = 20

  @OptionGroup var firing: FiringOptions

  @OptionGroup var threads: ThreadOptions

  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top: found \(top), expected at least 1") }
    if limit < 1 { throw ValidationError("--limit: found \(limit), expected at least 1") }
  }

  func execute() throws {
    let directory = try RunDirectory(contentsOf: run)
    let pictures = try firing.pictures(for: directory)
    let reader = RunReader(run: directory, pictures: pictures, top: top, style: output.style)
    let answer = try answer(from: reader)
    try Output.print(
      output.json ? [JSONValue.object(answer.json).serialized(indent: 2)] : answer.lines)
  }

  private func answer(from reader: RunReader) throws -> Answer {
    if let selection = try question.selection() {
      return try reader.features(selection.ranges.lazy.joined())
    }
    if question.verdict { return try reader.verdictSummary() }
    if let label = question.label { return try reader.label(label, limit: limit) }
    if let pattern = question.search {
      return reader.search(try LabelPattern(pattern), limit: limit)
    }
    if let name = question.sort {
      return try reader.sorted(by: name, ascending: question.ascending, count: limit)
    }
    if let name = question.histogram {
      return try reader.histogram(of: name, bins: question.bins ?? Self.binCount)
    }
    if let path = question.compare {
      return try reader.comparison(with: RunDirectory(contentsOf: path), limit: limit)
    }
    if let count = question.sharpest { return reader.sharpest(count) }
    if let count = question.random { return reader.sample(count, seed: question.seed) }
    if let text = question.text {
      let query = try TextQuery(
        reader.run, model: question.model,
        digestCache: question.noCache ? nil : DigestCache(), workers: try threads.workers)
      let (matches, warnings) = try query.matches(
        for: text, template: try question.template.map { try PromptTemplate($0) } ?? .bare,
        workers: try threads.workers)
      for warning in warnings { Messages.print("warning: \(warning.printable(limit: 400))") }
      return reader.matches(matches, text: text, sigmoid: query.sigmoid, limit: limit)
    }
    return try reader.summary()
  }

  /// The bins of a histogram where nothing else is asked.
  private static let binCount = 20
}

/// The options that say what features fire on.
struct FiringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A safetensors file that says on which pictures each feature fires most.",
      discussion: "It holds top_picture_ids [features, pictures], strongest first, -1 for none."),
    completion: .file(extensions: ["safetensors"]))
  var firesOn: String?

  @Option(help: "A file with the names of those pictures, one a line.", completion: .file())
  var firesOnNames: String?

  func validate() throws {
    if firesOn == nil, firesOnNames != nil {
      throw ValidationError("--fires-on-names goes with --fires-on")
    }
  }

  /// The pictures of a run's features, or nil if there is no such file.
  func pictures(for run: RunDirectory) throws -> TopPictures? {
    guard let firesOn else { return nil }
    let pictures = try TopPictures(contentsOf: firesOn, namesPath: firesOnNames)
    try pictures.check(against: run, path: firesOn)
    return pictures
  }
}
