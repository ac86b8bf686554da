import ArgumentParser
import Engine
import Foundation
import Report

/// Writes a page about runs.
struct ReportCommand: EngineCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a page about one run or several: does the lens work, and what does it say?",
    discussion: """
      The page is one file that loads nothing, for any number of features under 3 MB: what is drawn of all \
      features is binned. What verdict found comes first; a run of scan alone has less to show, and the page says what \
      would give the rest. Several runs stand side by side.

      Examples:
        lensctl report run/ -o report.html
        lensctl report layer-*/ -o layers.html
        lensctl report campaign/summary.json -o campaign.html
      """)

  @Argument(
    help: "Run directories, as scan and verdict write them, or summary.json of a campaign.",
    completion: .file())
  var runs: [String]

  @Option(
    name: .shortAndLong, help: "The file to be made.", completion: .file(extensions: ["html"]))
  var out: String

  @Flag(name: .shortAndLong, help: "Replace a file that exists.")
  var force = false

  @Option(help: "The features of each kind that are shown on cards.")
  var cards = 9

  @Option(help: "The seed of the random ones among them.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "A safetensors file that says on which pictures each feature fires most; once for each run.",
      discussion: "It holds top_picture_ids [features, pictures], and perhaps density [features]."),
    completion: .file(extensions: ["safetensors"]))
  var firesOn: [String] = []

  @Option(help: "A file with the names of those pictures, one a line.", completion: .file())
  var firesOnNames: String?

  @Option(
    help: "A PNG file with those pictures as square tiles, row by row.",
    completion: .file(extensions: ["png"]))
  var sprite: String?

  @Option(help: "The side of a tile, in pixels.")
  var spriteTile = 32

  @Flag(
    help: ArgumentHelp(
      "Read model and autoencoder again, for all cosines and the nearest features on cards.",
      discussion: "Their files must be as the runs recorded them."))
  var recompute = false

  @OptionGroup var threads: ThreadOptions

  func validate() throws {
    if runs.isEmpty { throw ValidationError("found no run, expected one at least") }
    if !(0...200).contains(cards) {
      throw ValidationError("--cards: found \(cards), expected 0 to 200")
    }
    if spriteTile < 1 {
      throw ValidationError("--sprite-tile: found \(spriteTile), expected at least 1")
    }
    if !firesOn.isEmpty, firesOn.count != runs.count {
      throw ValidationError(
        "--fires-on: found \(firesOn.count) files, expected \(runs.count), one for each run")
    }
    if firesOn.isEmpty, firesOnNames != nil || sprite != nil {
      throw ValidationError("--fires-on-names and --sprite go with --fires-on")
    }
  }

  func execute() throws {
    try OutputFile.checkTarget(out, replacesExisting: force)
    try OutputFile.refuse(
      out,
      ifAmong: runs.flatMap { run in [run] + RunFiles.fileNames.map { run + "/" + $0 } } + firesOn
        + [firesOnNames, sprite].compactMap { $0 })
    guard !isSummary else {
      return try write(try SummaryReport(contentsOf: runs[0]).html())
    }
    let columns = try runs.map { try RunColumns(contentsOf: $0) }
    let companions = try columns.indices.map { index in
      Report.Companion(
        pictures: try pictures(index, columns[index]),
        query: recompute
          ? try FeatureQuery(columns[index], digestCache: DigestCache(), workers: threads.workers)
          : nil)
    }
    var report = try Report(columns, companions: companions)
    report.sprite = try sprite.map { try Sprite(contentsOf: $0, tile: spriteTile) }
    report.cardCount = cards
    report.seed = seed
    report.workers = threads.workers
    try write(try report.html(at: out))
  }

  /// Whether a summary is asked for, which is a file where a run is a directory.
  private var isSummary: Bool { runs.count == 1 && runs[0].hasSuffix(".json") }

  private func write(_ page: String) throws {
    let html = Data(page.utf8)
    try OutputFile.write(html, to: out)
    Messages.print("\(out.printable(limit: 1000)): \(html.count) bytes")
  }

  private func pictures(_ index: Int, _ run: RunColumns) throws -> TopPictures? {
    guard !firesOn.isEmpty else { return nil }
    let pictures = try TopPictures(contentsOf: firesOn[index], namesPath: firesOnNames)
    let last = try run.integers("feature_id").last ?? -1
    try pictures.check(lastFeature: last, path: firesOn[index])
    return pictures
  }
}
