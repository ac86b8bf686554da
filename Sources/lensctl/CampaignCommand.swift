import ArgumentParser
import Campaign
import Engine
import Foundation

/// Reads many autoencoders in many vocabularies, on one machine or many.
struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Read many autoencoders in many vocabularies, on one machine or many.",
    discussion: """
      A TOML file says what is read: models, autoencoders by glob, labels, variants of the lens. plan cuts that into \
      items, each of which one process does. What is done is kept, whatever happens to the process.

      Example:
        lensctl campaign plan campaign.toml
        lensctl campaign run campaign/
        lensctl campaign merge campaign/

      where campaign.toml is
        out = "campaign"
        [[reading]]
        model = "openai/clip-vit-large-patch14"
        saes = ["saes/layer-*"]
        labels = ["imagenet", "words/colors.txt"]
        variants = ["dec.full", "enc.lin"]
        [reading.verdict]
        truth = "{sae}/activations.safetensors"
      """,
    subcommands: [Plan.self, Run.self, Merge.self, Status.self])
}

extension CampaignCommand {
  /// Writes the table of work.
  struct Plan: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the table of work: which items there are, made from which files.",
      discussion: """
        The table is campaign.json in the directory that the file names; the same file again changes nothing. Relative \
        paths start from the directory of the file. Keys of [[reading]] are named as the options of scan are, those of \
        [reading.verdict] as the options of verdict; {sae} at the beginning of truth stands for the autoencoder.

        Example:
          lensctl campaign plan campaign.toml
        """)

    @Argument(help: "The file that says what is read.", completion: .file(extensions: ["toml"]))
    var file: String

    @Flag(
      name: .shortAndLong,
      help: ArgumentHelp(
        "Replace another table of which items are done.",
        discussion: "What is done of runs that are the same in both is kept, the rest is removed."))
    var force = false

    func execute() throws {
      let asked = try CampaignFile(contentsOf: file)
      let plan = try CampaignPlan(asked)
      let outcome = try CampaignFolder(asked.out).write(plan, replacesWork: force)
      Messages.print(plan.sentence(outcome, at: asked.out))
    }
  }

  /// Says how far a campaign has come.
  struct Status: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say how many items are done, running, failed and missing.",
      discussion: """
        What is in the files of results is not looked at; merge does that. Ids are listed as job arrays take them.

        Example:
          lensctl campaign status campaign/
        """)

    @Argument(help: "The directory of the campaign.", completion: .directory)
    var directory: String

    @OptionGroup var output: OutputOptions

    func execute() throws {
      let folder = CampaignFolder(directory)
      let plan = try folder.plan()
      let status = CampaignStatus(plan, in: folder, running: folder.heldItems(of: plan))
      try Output.print(
        output.json
          ? [JSONValue.object(status.json).serialized(indent: 2)] : status.lines(output.style))
    }
  }
}

extension CampaignPlan {
  /// What became of the table, for people.
  func sentence(_ outcome: PlanOutcome, at path: String) -> String {
    let what =
      switch outcome {
      case .written: "planned"
      case .unchanged: "as it was planned"
      case .replaced(let lost): "planned anew, \(lost) done items removed"
      }
    return "\(path.printable(limit: 1000)): \(what): items \(items.count), runs \(runCount), "
      + "label banks \(bankCount); next: lensctl campaign run \(path.printable(limit: 1000))"
  }
}

extension CampaignStatus {
  /// The most failures that are listed.
  private static let listedFailures = 20

  /// The status for people.
  ///
  /// - Parameters:
  ///   - style: How it is printed.
  ///   - waiting: The open items that wait for their turn in a queue; nil where there is none.
  /// - Returns: Lines.
  func lines(_ style: OutputStyle, waiting: Set<Int>? = nil) -> [String] {
    var table = Table(
      [("items", .left), ("all", .right)] + ItemState.allCases.map { ($0.rawValue, .right) })
    for stage in WorkItem.Stage.allCases {
      let counts = ItemState.allCases.map { count($0, in: stage) }
      table.add([stage.rawValue, "\(counts.reduce(0, +))"] + counts.map { "\($0)" })
    }
    var facts: [(name: String, value: String)] = []
    let ids = ItemState.allCases.filter { $0 != .done }.map { ($0.rawValue, self.ids($0)) }
    for (name, ids) in ids + (waiting.map { [("waiting", $0.sorted())] } ?? []) where !ids.isEmpty {
      facts.append((name, IndexList.text(ids)))
    }
    let failed = failures.prefix(Self.listedFailures).map { failure in
      ("item \(failure.id)", failure.message.printable(limit: 1000))
    }
    let rest = failures.count - failed.count
    let lists = facts + failed + (rest > 0 ? [("more", "\(rest) items failed")] : [])
    return table.lines(style) + (lists.isEmpty ? [] : [""] + FactList(lists).lines(style))
  }
}
