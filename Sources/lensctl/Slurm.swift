import ArgumentParser
import Campaign
import Engine
import Foundation

/// Has a cluster under Slurm do a campaign.
struct Slurm: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Have a cluster under Slurm do a campaign.",
    discussion: """
      Jobs run lensctl by the path of this program, and in the directories that it was planned with: both must be the same \
      on all machines.

      Example:
        lensctl slurm submit campaign.toml --partition cpu --max-running 50 --time 2:00:00 --cpus-per-task 8
        lensctl slurm status campaign/
        lensctl slurm resubmit campaign/
      """,
    subcommands: [Submit.self, Status.self, Resubmit.self])
}

/// The options that say what is asked of a cluster.
struct SlurmJobOptions: ParsableArguments {
  @Option(help: "The partition that jobs run in.")
  var partition: String?

  @Option(help: "How many tasks run at a time.")
  var maxRunning: Int?

  @Option(
    help: ArgumentHelp(
      "The time limit of a task, more than 2 minutes, such as 2:00:00.",
      discussion:
        "Two minutes before it a task stops, keeps what it has, and goes back into the queue."))
  var time: String?

  @Option(help: "The processors of a task, on as many threads as which it computes.")
  var cpusPerTask = 1

  @Option(help: "The memory of a task, such as 16G.")
  var mem: String?

  @Option(
    parsing: .unconditionalSingleValue,
    help: "A further option of sbatch, such as --account=NAME; repeat it for several.")
  var sbatchOption: [String] = []

  func validate() throws { _ = try validated { try options() } }

  /// What is asked of the cluster.
  func options() throws(SlurmError) -> SlurmOptions {
    try SlurmOptions(
      partition: partition, maxRunning: maxRunning, time: time, cpusPerTask: cpusPerTask,
      memory: mem, others: sbatchOption)
  }
}

extension Slurm {
  /// Plans a campaign and submits it.
  struct Submit: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Plan a campaign, and submit a job array that does it and a job that merges it.",
      discussion: """
        An array encodes labels, a second reads and judges, and a job merges what both did. Each task goes back into the \
        queue if it is stopped before it is done, at most 20 times. Items that are done are left out.

        Example:
          lensctl slurm submit campaign.toml --partition cpu --max-running 50 --time 2:00:00 --cpus-per-task 8
        """)

    @Argument(help: "The file that says what is read.", completion: .file(extensions: ["toml"]))
    var file: String

    @OptionGroup var job: SlurmJobOptions

    @Flag(name: .shortAndLong, help: "Replace another table of work of which items are done.")
    var force = false

    @Flag(name: [.customShort("n"), .long], help: "Print the scripts; write and submit nothing.")
    var dryRun = false

    func execute() throws {
      let cluster = SlurmCluster()
      let asked = try CampaignFile(contentsOf: file)
      let folder = CampaignFolder(asked.out)
      let options = try job.options()
      if !dryRun { try cluster.check() }
      let plan = try CampaignPlan(asked)
      var (queued, jobs): (Set<Int>, [Int]) = ([], [])
      if !dryRun {
        let outcome = try folder.write(plan, replacesWork: force)
        Messages.print(plan.sentence(outcome, at: asked.out))
        // What was submitted before of the same table is done by that.
        if outcome == .unchanged, let record = try SlurmRecord.record(in: folder) {
          let activity = record.activity(try cluster.tasks(), of: plan)
          (queued, jobs) = (activity.running.union(activity.waiting), activity.jobs)
        }
      }
      let ids = CampaignStatus(plan, in: folder).open.filter { !queued.contains($0) }
      if ids.isEmpty, !jobs.isEmpty {
        Messages.print("nothing to submit: the queue has all that is not done")
        return
      }
      let submission = try SlurmSubmission(
        plan, ids: ids, isMerged: folder.isMerged, arrayLimit: cluster.arrayLimit,
        folder: folder, program: Slurm.program, options: options)
      if dryRun {
        try Output.print(submission.lines)
      } else {
        try Slurm.submit(submission, to: cluster, in: folder, options: options, others: jobs)
      }
    }
  }

  /// Joins what the cluster does with what is done.
  struct Status: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Say which items are done, running, failed and missing, as files and squeue have it.",
      discussion: """
        Example:
          lensctl slurm status campaign/
        """)

    @Argument(help: "The directory of the campaign.", completion: .directory)
    var directory: String

    @OptionGroup var output: OutputOptions

    func execute() throws {
      let folder = CampaignFolder(directory)
      let plan = try folder.plan()
      let activity = try Slurm.record(in: folder).activity(SlurmCluster().tasks(), of: plan)
      let status = CampaignStatus(plan, in: folder, running: activity.running)
      let waiting = activity.waiting.intersection(status.open)
      if output.json {
        var json = status.json
        json["waiting_items"] = .array(waiting.sorted().map { .integer($0) })
        json["jobs"] = .array(activity.jobs.map { .integer($0) })
        try Output.print([JSONValue.object(json).serialized(indent: 2)])
      } else {
        try Output.print(status.lines(output.style, waiting: waiting))
      }
    }
  }

  /// Submits what is missing.
  struct Resubmit: EngineCommand {
    static let configuration = CommandConfiguration(
      abstract: "Submit just the items that are neither done nor in the queue, and a merge.",
      discussion: """
        Options that are not given are those of the last submission.

        Example:
          lensctl slurm resubmit campaign/ --time 6:00:00
        """)

    @Argument(help: "The directory of the campaign.", completion: .directory)
    var directory: String

    @Option(help: "Another time limit of a task, such as 6:00:00.")
    var time: String?

    @Option(help: "Another memory of a task, such as 32G.")
    var mem: String?

    @Flag(name: [.customShort("n"), .long], help: "Print the scripts; write and submit nothing.")
    var dryRun = false

    func execute() throws {
      let cluster = SlurmCluster()
      let folder = CampaignFolder(directory)
      let plan = try folder.plan()
      let record = try Slurm.record(in: folder)
      let options = try record.options.with(time: time, memory: mem)
      let activity = record.activity(try cluster.tasks(), of: plan)
      let status = CampaignStatus(plan, in: folder, running: activity.running)
      let ids = status.open.filter { !activity.waiting.contains($0) }
      if ids.isEmpty, !activity.tasks.isEmpty {
        Messages.print("nothing to submit: the queue has all that is not done")
        return
      }
      let submission = try SlurmSubmission(
        plan, ids: ids, isMerged: folder.isMerged, arrayLimit: cluster.arrayLimit, folder: folder,
        program: Slurm.program, options: options)
      if dryRun {
        try Output.print(submission.lines)
      } else {
        try Slurm.submit(
          submission, to: cluster, in: folder, options: options, others: activity.jobs)
      }
    }
  }
}

extension Slurm {
  /// The path of this program, by which jobs start it.
  fileprivate static var program: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return link ?? CommandLine.arguments.first.map(MappedFile.absolute) ?? "lensctl"
  }

  /// What was submitted.
  fileprivate static func record(in folder: CampaignFolder) throws -> SlurmRecord {
    guard let record = try SlurmRecord.record(in: folder) else {
      throw SlurmError(subject: folder.path, reason: .noSubmission)
    }
    return record
  }

  /// Submits scripts, and says which jobs they are.
  fileprivate static func submit(
    _ submission: SlurmSubmission, to cluster: SlurmCluster, in folder: CampaignFolder,
    options: SlurmOptions, others: [Int] = []
  ) throws {
    guard !submission.scripts.isEmpty else {
      Messages.print("nothing to submit: everything is done and merged")
      return
    }
    let jobs = try cluster.submit(submission, in: folder, options: options, others: others)
    for job in jobs {
      let tasks = job.indices.isEmpty ? "" : ", tasks \(IndexList.text(job.indices))"
      Messages.print("submitted \(job.kind.rawValue): job \(job.id)\(tasks)")
    }
    Messages.print("next: lensctl slurm status \(folder.path.printable(limit: 1000))")
  }
}

extension SlurmSubmission {
  /// The scripts, each after a line that says how it is submitted.
  fileprivate var lines: [String] {
    scripts.flatMap { script in
      ["# \(script.kind.rawValue): \(commandLine(script))"]
        + script.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
  }
}
