/// A job, or a task of an array of jobs, that waits or runs.
public struct SlurmTask: Sendable, Equatable {
  /// The id of the job, or of its array.
  public let job: Int

  /// The task of the array; nil for a job that is no array.
  public let index: Int?

  /// The state, such as `PENDING` or `RUNNING`.
  public let state: String

  /// Whether it waits for its turn.
  public var isPending: Bool { state == "PENDING" }

  /// What squeue is to print of each.
  static let format = "%F %K %T"

  /// Reads what squeue prints, a line for each task.
  ///
  /// - Parameter output: The lines.
  /// - Returns: The tasks.
  /// - Throws: `SlurmError` if a line is another.
  static func all(in output: String) throws(SlurmError) -> [SlurmTask] {
    var tasks: [SlurmTask] = []
    for line in output.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: " ")
      guard fields.count == 3, let job = Int(fields[0]) else {
        throw SlurmError(
          subject: "squeue",
          reason: .unreadable(String(line), expected: "the id of a job, an index and a state"))
      }
      tasks.append(SlurmTask(job: job, index: Int(fields[1]), state: String(fields[2])))
    }
    return tasks
  }
}
