import ArgumentParser
import Engine
import Foundation

/// Reads a run in the terminal.
struct Show: EngineCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read a run: its summary, single features, a label's features, the sharpest.",
    discussion: """
      Without further options the summary of all features is printed. Sharpness is the margin: \
      the best cosine less the second best.

      Examples:
        lensctl show run/ --sharpest 20
        lensctl show run/ --label 'snow leopard'
        lensctl show run/ --text 'a dog in the snow'
      """)

  @Argument(help: "A run directory, as scan writes it.", completion: .directory)
  var run: String

  @OptionGroup(title: "What is shown") var question: ShowQuestion

  @Option(help: "How many labels of each feature are shown (default: 3; all of one feature).")
  var top: Int?

  @Option(help: "How many features --label and --text list.")
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
    if let label = question.label { return try reader.label(label, limit: limit) }
    if let count = question.sharpest { return reader.sharpest(count) }
    if let count = question.random { return reader.sample(count, seed: question.seed) }
    if let text = question.text {
      let query = try TextQuery(
        reader.run, model: question.model,
        digestCache: question.noCache ? nil : DigestCache(), workers: threads.workers)
      let (matches, warnings) = try query.matches(
        for: text, template: try question.template.map { try PromptTemplate($0) } ?? .bare,
        workers: threads.workers)
      for warning in warnings { Messages.print("warning: \(warning.printable(limit: 400))") }
      return reader.matches(matches, text: text, sigmoid: query.sigmoid, limit: limit)
    }
    return reader.summary()
  }
}

/// What is asked of a run; at most one thing.
struct ShowQuestion: ParsableArguments {
  @Option(help: "These features, such as 17 or 17,200-299.")
  var feature: String?

  @Option(help: "The features that have this label among their best: a label, its id, or a part.")
  var label: String?

  @Option(help: "So many features, those with the largest margin first.")
  var sharpest: Int?

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
    let asked = [
      feature.map { _ in "--feature" }, label.map { _ in "--label" },
      sharpest.map { _ in "--sharpest" }, random.map { _ in "--random" },
      text.map { _ in "--text" },
    ].compactMap { $0 }
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
    if let text, text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
      throw ValidationError("--text: found a blank text, expected words")
    }
    do {
      _ = try selection()
      _ = try template.map { try PromptTemplate($0) }
    } catch let error as any EngineError {
      throw ValidationError(error.description)
    }
  }

  /// The features asked for, or nil.
  func selection() throws -> FeatureSelection? {
    try feature.map { try FeatureSelection(parsing: $0, featureCount: Int(Int32.max)) }
  }
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
