public import ArgumentParser
public import Engine
import Foundation

extension Replay: ExpressibleByArgument {}

/// The options that repeat a published experiment.
struct ReplayOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Repeat a published experiment exactly: fry.",
      discussion: """
        fry reads 13 d + b by the full map at temperature 0.015 in 'A photo of a {label}.', ten labels a \
        feature; --direction, --map, --alpha, --temperature and --template are what it says. Its labels \
        are those of --labels imagenet-synsets.
        """))
  var replay: Replay?

  @Option(
    help: ArgumentHelp(
      "A directory to be made of the experiment's texts, filed as its code files them.",
      discussion: """
        Row k of the results goes into the k-th folder of --listing, or of the features that fire in \
        --truth, or of all.
        """),
    completion: .directory)
  var writeMisfiled: String?

  /// The directories that are made.
  var outputs: [String] { writeMisfiled.map { ExplanationFolders.directories(of: $0) } ?? [] }

  /// Adds them to what is asked for.
  func apply(to request: inout VerdictRequest) {
    request.replay = replay
    request.misfiled = writeMisfiled
  }

  /// Checks that what is made does not lie within something else that is made, or the other way round.
  func checkApart(from directories: [String]) throws {
    func components(_ path: String) -> [String] {
      URL(filePath: path).standardizedFileURL.pathComponents
    }
    for (own, other) in outputs.flatMap({ own in directories.map { (own, $0) } }) {
      let (own, other) = (components(own), components(other))
      guard !own.starts(with: other), !other.starts(with: own) else {
        throw ValidationError(
          "--write-misfiled: found a directory of --out, expected one apart from it")
      }
    }
  }

  /// Checks that nothing else is asked for than the experiment says.
  ///
  /// - Parameter lens: What is asked for besides.
  /// - Throws: `ValidationError` that names the option.
  func check(_ lens: LensOptions) throws {
    guard let replay else {
      if writeMisfiled != nil { throw ValidationError("--write-misfiled goes with --replay") }
      return
    }
    func check(_ option: String, _ found: String?, _ expected: String, _ fits: Bool) throws {
      guard let found, !fits else { return }
      throw ValidationError(
        "--\(option): found \(found), expected \(expected) of --replay \(replay.rawValue)")
    }
    try check(
      "direction", lens.direction.rawValue, replay.direction.rawValue,
      [replay.direction, .decoder].contains(lens.direction))
    try check("map", lens.map?.rawValue, replay.map.rawValue, lens.map == replay.map)
    try check(
      "alpha", lens.alpha.map(\.text), "\(replay.alpha)", lens.alpha?.number == replay.alpha)
    try check(
      "temperature", lens.temperature.map { "\($0)" }, "\(replay.temperature)",
      lens.temperature == replay.temperature)
    try check(
      "template", lens.prompts.template.first, replay.template.text,
      lens.prompts.template == [replay.template.text])
    if lens.prompts.templateFile != nil {
      throw ValidationError("--template-file does not go with --replay \(replay.rawValue)")
    }
    if writeMisfiled != nil, lens.features != nil {
      throw ValidationError("--write-misfiled does not go with --features")
    }
  }
}
