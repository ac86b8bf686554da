internal import Engine

/// What a user asks of the cluster.
public struct SlurmOptions: Sendable, Equatable {
  /// Where jobs run; nil for the cluster's default.
  public let partition: String?

  /// How many tasks of an array run at a time; nil for as many as the cluster allows.
  public let maxRunning: Int?

  /// The time limit of a task, as sbatch takes it.
  public let time: String?

  /// The processors of a task.
  public let cpusPerTask: Int

  /// The memory of a task, as sbatch takes it.
  public let memory: String?

  /// Further options of sbatch, each as one argument.
  public let others: [String]

  /// What the scripts themselves depend on.
  private static let reserved = [
    "array", "chdir", "dependency", "error", "help", "input", "job-name", "no-requeue",
    "open-mode", "output", "parsable", "requeue", "signal", "test-only", "wait", "wrap",
  ]

  /// The same in one letter.
  private static let reservedLetters: Set<Character> = [
    "a", "D", "d", "e", "h", "i", "J", "o", "W",
  ]

  /// Takes what a user asks for.
  ///
  /// - Parameters:
  ///   - partition: Where jobs run.
  ///   - maxRunning: How many tasks of an array run at a time.
  ///   - time: The time limit of a task.
  ///   - cpusPerTask: The processors of a task.
  ///   - memory: The memory of a task.
  ///   - others: Further options of sbatch.
  /// - Throws: `SlurmError` if one cannot stand in a script, or is one that the scripts depend on; or if the time limit
  ///   leaves no time to work.
  public init(
    partition: String?, maxRunning: Int?, time: String?, cpusPerTask: Int, memory: String?,
    others: [String]
  ) throws(SlurmError) {
    try self.init(
      anyTime: time, partition: partition, maxRunning: maxRunning, cpusPerTask: cpusPerTask,
      memory: memory, others: others)
    if let time { try Self.check(limit: time, in: time, of: "--time") }
    for other in others {
      for start in ["--time=", "--time-min=", "-t"] where other.hasPrefix(start) {
        try Self.check(
          limit: String(other.dropFirst(start.count)), in: other, of: "--sbatch-option")
      }
    }
  }

  /// Takes options with any time limit.
  private init(
    anyTime time: String?, partition: String?, maxRunning: Int?, cpusPerTask: Int,
    memory: String?, others: [String]
  ) throws(SlurmError) {
    self.partition = partition
    self.maxRunning = maxRunning
    self.time = time
    self.cpusPerTask = cpusPerTask
    self.memory = memory
    self.others = others
    if let maxRunning { try Self.check(maxRunning, option: "--max-running") }
    try Self.check(cpusPerTask, option: "--cpus-per-task")
    for (option, value) in [("--partition", partition), ("--time", time), ("--mem", memory)] {
      guard value != "" else {
        throw SlurmError(subject: option, reason: .wrongOption(found: "", expected: "a value"))
      }
    }
    for other in others { try Self.check(other) }
    _ = try directives()
  }

  private static func check(_ number: Int, option: String) throws(SlurmError) {
    guard (1...1_000_000).contains(number) else {
      throw SlurmError(
        subject: option, reason: .wrongOption(found: "\(number)", expected: "1 to 1000000"))
    }
  }

  /// Refuses a time limit before which work would be asked to stop as soon as it has begun.
  private static func check(
    limit: String, in found: String, of option: String
  ) throws(SlurmError) {
    let notice = SlurmScript.noticeSeconds
    guard let seconds = SlurmTime.seconds(limit), seconds <= Double(notice) else { return }
    throw SlurmError(
      subject: option,
      reason: .wrongOption(
        found: found,
        expected: "more than the \(notice / 60) minutes ahead of it at which work is asked to stop"
      ))
  }

  private static func check(_ other: String) throws(SlurmError) {
    func fail(_ expected: String) -> SlurmError {
      SlurmError(subject: "--sbatch-option", reason: .wrongOption(found: other, expected: expected))
    }
    if other.hasPrefix("--"), other.count > 2 {
      let name = other.dropFirst(2).prefix { $0 != "=" }
      // sbatch takes the beginning of a name for the whole.
      guard !reserved.contains(where: { $0.hasPrefix(name) && !name.isEmpty }) else {
        throw fail("another, for the scripts set it themselves")
      }
    } else if other.hasPrefix("-"), other.count > 1, other != "--" {
      guard !reservedLetters.contains(other[other.index(after: other.startIndex)]) else {
        throw fail("another, for the scripts set it themselves")
      }
    } else {
      throw fail("an option of sbatch such as --account=NAME")
    }
  }

  /// The options as lines of a script.
  func directives() throws(SlurmError) -> [String] {
    var lines: [String] = []
    func add(_ name: String, _ value: String?) throws(SlurmError) {
      guard let value else { return }
      lines.append("--\(name)=" + (try ScriptText.directive(value, subject: "--\(name)")))
    }
    try add("partition", partition)
    try add("time", time)
    try add("cpus-per-task", "\(cpusPerTask)")
    try add("mem", memory)
    for other in others {
      lines.append(try ScriptText.directive(other, subject: "--sbatch-option"))
    }
    return lines
  }
}

extension SlurmOptions {
  /// The same options with another time limit or memory.
  ///
  /// - Parameters:
  ///   - time: Another time limit; nil to leave it.
  ///   - memory: Another memory; nil to leave it.
  /// - Returns: The options.
  /// - Throws: `SlurmError` if one cannot stand in a script.
  public func with(time: String?, memory: String?) throws(SlurmError) -> SlurmOptions {
    try SlurmOptions(
      partition: partition, maxRunning: maxRunning, time: time ?? self.time,
      cpusPerTask: cpusPerTask, memory: memory ?? self.memory, others: others)
  }

  /// The options as they are recorded.
  var json: JSONObject {
    [
      "partition": partition.map { .string($0) } ?? .null,
      "max_running": maxRunning.map { .integer($0) } ?? .null,
      "time": time.map { .string($0) } ?? .null, "cpus_per_task": .integer(cpusPerTask),
      "mem": memory.map { .string($0) } ?? .null, "options": .array(others.map { .string($0) }),
    ]
  }

  /// Restores what was recorded.
  init(_ json: JSONValue) throws(SlurmError) {
    // What is too short by now can be replaced by another time limit.
    try self.init(
      anyTime: json["time"]?.string, partition: json["partition"]?.string,
      maxRunning: json["max_running"]?.integer,
      cpusPerTask: json["cpus_per_task"]?.integer ?? 1, memory: json["mem"]?.string,
      others: (json["options"]?.array ?? []).compactMap(\.string))
  }
}
