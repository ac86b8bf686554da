internal import Engine

/// What was submitted of a campaign.
public struct SlurmRecord: Sendable, Equatable {
  /// A job, or an array of jobs.
  public struct Job: Sendable, Equatable {
    /// Its id.
    public let id: Int

    /// What it does.
    public let kind: SlurmScript.Kind

    /// The indices of the array, rising; empty for a job that is no array.
    public let indices: [Int]

    /// The number of parts that the table of work was cut into.
    public let partCount: Int
  }

  /// What was asked of the cluster last.
  public internal(set) var options: SlurmOptions

  /// The jobs, in the order in which they were submitted.
  public internal(set) var jobs: [Job] = []

  private static let format = "lensctl.slurm"

  /// Begins a record.
  init(options: SlurmOptions) { self.options = options }

  /// Reads the record of a campaign.
  ///
  /// - Parameter folder: The directory of the campaign.
  /// - Returns: The record; nil if nothing was submitted.
  /// - Throws: `CheckpointError` or `SlurmError` if it cannot be used.
  public static func record(in folder: CampaignFolder) throws -> SlurmRecord? {
    let path = folder.slurmPath
    guard MappedFile.exists(path) else { return nil }
    let json = try JSONValue(contentsOf: path)
    func fail(_ what: String) -> SlurmError {
      SlurmError(subject: path, reason: .malformedRecord(what))
    }
    guard json["format"]?.string == format, json["format_version"] == 1 else {
      throw fail("found another format, expected \"\(format)\" version 1")
    }
    var record = SlurmRecord(options: try SlurmOptions(json["options"] ?? .null))
    for job in json["jobs"]?.array ?? [] {
      guard let id = job["id"]?.integer, let indices = job["indices"]?.array,
        let kind = job["kind"]?.string.flatMap({ SlurmScript.Kind(rawValue: $0) }),
        let partCount = job["parts"]?.integer, partCount > 0
      else { throw fail("jobs: found one without id, kind, indices or parts") }
      record.jobs.append(
        Job(id: id, kind: kind, indices: indices.compactMap(\.integer), partCount: partCount))
    }
    return record
  }

  /// Writes the record of a campaign.
  ///
  /// - Parameter folder: The directory of the campaign.
  /// - Throws: `OutputError` if it cannot be written.
  func write(in folder: CampaignFolder) throws(OutputError) {
    let json: JSONValue = [
      "format": .string(Self.format), "format_version": 1, "options": .object(options.json),
      "jobs": .array(jobs.map(\.json)),
    ]
    try OutputFile.write(json: json, to: folder.slurmPath)
  }
}

extension SlurmRecord.Job {
  fileprivate var json: JSONValue {
    [
      "id": .integer(id), "kind": .string(kind.rawValue),
      "indices": .array(indices.map { .integer($0) }), "parts": .integer(partCount),
    ]
  }

  /// Whether a task belongs to the job.
  func has(_ task: SlurmTask) -> Bool { task.job == id }

  /// The items that a task of the job does.
  func items(of task: SlurmTask, _ plan: CampaignPlan) -> [Int] {
    guard kind != .merge, let index = task.index,
      let part = TablePart(index: index, count: partCount)
    else { return [] }
    return plan.items(of: part, stage: kind == .labels ? .labels : .work)
  }
}

extension SlurmRecord {
  /// What the cluster is doing of a campaign.
  public struct Activity: Sendable, Equatable {
    /// The tasks of the campaign that wait or run.
    public let tasks: [SlurmTask]

    /// The items of tasks that run.
    public let running: Set<Int>

    /// The items of tasks that wait.
    public let waiting: Set<Int>

    /// The jobs that the tasks belong to, rising.
    public var jobs: [Int] { Set(tasks.map(\.job)).sorted() }
  }

  /// Joins tasks that the cluster has with what was submitted.
  ///
  /// - Parameters:
  ///   - tasks: All tasks of the user that wait or run.
  ///   - plan: The table of work.
  /// - Returns: Those of the campaign, and what they do.
  public func activity(_ tasks: [SlurmTask], of plan: CampaignPlan) -> Activity {
    var (own, running, waiting): ([SlurmTask], Set<Int>, Set<Int>) = ([], [], [])
    for task in tasks {
      guard let job = jobs.last(where: { $0.has(task) }) else { continue }
      own.append(task)
      let items = job.items(of: task, plan)
      if task.isPending { waiting.formUnion(items) } else { running.formUnion(items) }
    }
    return Activity(tasks: own, running: running, waiting: waiting.subtracting(running))
  }
}
