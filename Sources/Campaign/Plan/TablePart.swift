/// One of several parts of a table of work, such as `3/8`: the items whose ids leave the remainder 3 by 8.
public struct TablePart: Sendable, Equatable {
  /// Which part, from 0.
  public let index: Int

  /// The number of parts.
  public let count: Int

  /// Names a part; nil if there is none.
  ///
  /// - Parameters:
  ///   - index: Which part.
  ///   - count: The number of parts.
  public init?(index: Int, count: Int) {
    guard count > 0, (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Parses `i/N`; nil if it is no part.
  ///
  /// - Parameter text: Two numbers with a slash between.
  public init?(parsing text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
    }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
    self.init(index: index, count: count)
  }

  /// The part that the environment of a job gives a process: that of a job array's task, of a step's
  /// process, or of an indexed job.
  ///
  /// - Parameters:
  ///   - environment: The variables of the process.
  ///   - itemCount: The number of parts where the environment does not say it: one item each.
  /// - Returns: The part, nil if the environment gives none; and the variable that gave it.
  public static func part(
    by environment: [String: String], itemCount: Int
  ) -> (variable: String, part: TablePart?)? {
    func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
    // A batch script is process 0 of a step of its own, however many tasks its job has room for.
    let sources: [(variable: String, count: Int)] = [
      ("SLURM_ARRAY_TASK_ID", itemCount), ("SLURM_PROCID", number("SLURM_STEP_NUM_TASKS") ?? 1),
      ("JOB_COMPLETION_INDEX", itemCount),
    ]
    for (variable, count) in sources {
      guard let text = environment[variable], !text.isEmpty else { continue }
      return (variable, Int(text).flatMap { TablePart(index: $0, count: count) })
    }
    return nil
  }
}
