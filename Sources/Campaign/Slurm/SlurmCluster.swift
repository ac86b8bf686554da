internal import Engine
public import Foundation

/// The cluster that the programs of Slurm on this machine belong to.
public struct SlurmCluster: Sendable {
  private let environment: [String: String]

  /// Takes the cluster of an environment.
  ///
  /// - Parameter environment: The variables of the process.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.environment = environment
  }

  /// The number of tasks that an array may have: `MaxArraySize`, or what is usual where nobody says it.
  public var arrayLimit: Int {
    guard let program = try? SlurmProgram("scontrol", environment: environment),
      let output = try? program.output(["show", "config"])
    else { return SlurmSubmission.usualArrayLimit }
    return Self.arrayLimit(in: output) ?? SlurmSubmission.usualArrayLimit
  }

  /// Reads `MaxArraySize` among the settings that scontrol prints.
  static func arrayLimit(in output: String) -> Int? {
    for line in output.split(whereSeparator: \.isNewline) {
      let sides = line.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if sides.count == 2, sides[0] == "MaxArraySize", let limit = Int(sides[1]), limit > 0 {
        return limit
      }
    }
    return nil
  }

  /// The tasks of this user that wait or run.
  ///
  /// - Returns: The tasks, those of arrays one by one.
  /// - Throws: `SlurmError` if squeue is not there or does not end well.
  public func tasks() throws(SlurmError) -> [SlurmTask] {
    let program = try SlurmProgram("squeue", environment: environment)
    return try SlurmTask.all(
      in: try program.output(["--me", "--noheader", "--array", "--format=" + SlurmTask.format]))
  }

  /// Checks that jobs can be submitted at all.
  ///
  /// - Throws: `SlurmError` if sbatch is not there.
  public func check() throws(SlurmError) {
    _ = try SlurmProgram("sbatch", environment: environment)
  }

  /// Submits scripts one after the other, and records each as soon as it has an id.
  ///
  /// Work waits for the labels, however these end, for an item encodes labels that are not there; the merge waits for
  /// all jobs, and says what is missing if one did not end well.
  ///
  /// - Parameters:
  ///   - submission: The scripts.
  ///   - folder: The directory of the campaign, where the jobs run.
  ///   - options: What is asked of the cluster, to be recorded.
  ///   - others: Jobs that were submitted before and still have to do, for which the merge waits too.
  /// - Returns: The jobs.
  /// - Throws: `SlurmError` if sbatch is not there or refuses a script; `OutputError` if the record cannot be written.
  public func submit(
    _ submission: SlurmSubmission, in folder: CampaignFolder, options: SlurmOptions,
    others: [Int] = []
  ) throws -> [SlurmRecord.Job] {
    let program = try SlurmProgram("sbatch", environment: environment)
    var record = try SlurmRecord.record(in: folder) ?? SlurmRecord(options: options)
    record.options = options
    var jobs: [SlurmRecord.Job] = []
    for script in submission.scripts {
      let path = "\(folder.logPath)/\(script.name).sbatch"
      try OutputFile.write(Data(script.text.utf8), to: path)
      let awaited = jobs.map(\.id) + (script.kind == .merge ? others : [])
      let output = try program.output(
        Self.arguments(awaited: awaited) + [path], in: folder.path)
      let job = SlurmRecord.Job(
        id: try Self.id(in: output), kind: script.kind, indices: script.indices,
        partCount: script.partCount)
      jobs.append(job)
      record.jobs.append(job)
      try record.write(in: folder)
    }
    return jobs
  }

  /// The arguments of sbatch besides the script.
  static func arguments(awaited: [Int]) -> [String] {
    ["--parsable"]
      + (awaited.isEmpty
        ? [] : ["--dependency=afterany:" + awaited.map { "\($0)" }.joined(separator: ":")])
  }

  /// Reads what `sbatch --parsable` prints: the id of the job, and perhaps the name of the cluster.
  static func id(in output: String) throws(SlurmError) -> Int {
    let line = output.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let first = line.split(separator: ";").first, let id = Int(first), id > 0 else {
      throw SlurmError(
        subject: "sbatch", reason: .unreadable(line, expected: "the id of a job"))
    }
    return id
  }
}
