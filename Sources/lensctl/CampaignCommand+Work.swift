public import ArgumentParser
public import Campaign
import Engine
import Foundation

extension WorkItem.Stage: ExpressibleByArgument {}

/// How the work of a campaign is computed.
struct WorkOptions: ParsableArguments {
  @OptionGroup var threads: ThreadOptions

  @OptionGroup var memory: MemoryOptions

  @Flag(name: .shortAndLong, help: "Print errors only.")
  var quiet = false

  /// A worker on a campaign.
  ///
  /// - Parameters:
  ///   - directory: The directory of the campaign.
  ///   - stop: What tells it to stop.
  ///   - printer: Shows how far it is.
  /// - Returns: The worker, and the table of work.
  /// - Throws: An `EngineError` if there is no table of work, or it is of another version.
  func worker(
    _ directory: String, _ stop: StopSignal, _ printer: ProgressPrinter
  ) throws -> (worker: CampaignWorker, plan: CampaignPlan) {
    let folder = CampaignFolder(directory)
    let plan = try folder.plan()
    var worker = try CampaignWorker(folder, plan)
    worker.workers = try threads.workers
    worker.memoryLimit = try memory.limit()
    worker.stop = stop
    worker.status = { $0.exitStatus }
    worker.progress = { progress in
      // What each item will use is not news.
      if case .planned = progress { return }
      printer.show(progress)
    }
    let quiet = quiet
    worker.report = { line in
      printer.finish()
      if !quiet { Messages.print(line.printable(limit: 1000)) }
    }
    return (worker, plan)
  }
}

extension CampaignCommand {
  /// Does items of the table of work.
  struct Run: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Do items of the table of work: all, or a part of them.",
      discussion: """
        Part i of N has the items whose ids leave the remainder i by N; with N the number of items, one each. Without --item \
        the part is that of SLURM_ARRAY_TASK_ID, of SLURM_PROCID, or of JOB_COMPLETION_INDEX, else everything is done. What is done is \
        skipped, so the same command goes on where it was stopped. Exit status 75 says that it was stopped, or that \
        another process holds an item.

        Example:
          lensctl campaign run campaign/ --item 0/8
        """)

    @Argument(help: "The directory of the campaign.", completion: .directory)
    var directory: String

    @Option(help: ArgumentHelp("A part of the table, counted from 0.", valueName: "i/N"))
    var item: TablePart?

    @Option(
      help: "Items of one stage alone: labels are encoded before they are used by the others.")
    var stage: WorkItem.Stage?

    @OptionGroup var work: WorkOptions

    func execute() throws {
      let printer = ProgressPrinter(isQuiet: work.quiet)
      defer { printer.finish() }
      let outcome = try Signals.deferring { stop in
        var (worker, plan) = try work.worker(directory, stop, printer)
        let part = try item ?? Self.part(itemCount: plan.items.count)
        return try worker.work(on: plan.items(of: part, stage: stage))
      }
      printer.finish()
      if !work.quiet {
        Messages.print(
          "items done: \(outcome.doneCount), of them \(outcome.keptCount) before; failed: "
            + "\(outcome.failures.count); held by others: \(outcome.held.count)")
      }
      if let failure = outcome.failures.first { throw failure.error }
      guard outcome.held.isEmpty else {
        throw CampaignError(place: directory, reason: .heldItems(outcome.held))
      }
    }

    /// The part that the environment gives; nil for all items.
    private static func part(itemCount: Int) throws -> TablePart? {
      guard
        let (variable, part) = TablePart.part(
          by: ProcessInfo.processInfo.environment, itemCount: itemCount)
      else { return nil }
      guard let part else {
        let value = ProcessInfo.processInfo.environment[variable] ?? ""
        throw ValidationError(
          "\(variable): found \(value.printable(limit: 40)), expected a part of \(itemCount) items, from 0"
        )
      }
      return part
    }
  }

  /// Makes run directories of what is done.
  struct Merge: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a run directory of each run, and the tables that compare them.",
      discussion: """
        All items must be done; every checksum is verified. Run directories have the bytes of those that scan and verdict \
        write on one machine. summary.csv and summary.json have a row for each run; report draws the latter.

        Example:
          lensctl campaign merge campaign/
          lensctl report campaign/summary.json -o campaign.html
        """)

    @Argument(help: "The directory of the campaign.", completion: .directory)
    var directory: String

    @OptionGroup var work: WorkOptions

    func execute() throws {
      let printer = ProgressPrinter(isQuiet: work.quiet)
      defer { printer.finish() }
      let (runCount, keptCount) = try Signals.deferring { stop in
        var (worker, _) = try work.worker(directory, stop, printer)
        return try worker.merge()
      }
      printer.finish()
      guard !work.quiet else { return }
      let summary = CampaignFolder(directory).summaryPaths.json
      Messages.print(
        "runs: \(runCount), of them \(keptCount) merged before; next: lensctl report \(summary.printable(limit: 1000))"
      )
    }
  }
}

extension TablePart: ExpressibleByArgument {
  public init?(argument: String) { self.init(parsing: argument) }
}
