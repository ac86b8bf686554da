internal import Foundation

/// How many processors a process may use, and what says so.
public struct ProcessorLimit: Equatable, Sendable {
  /// A share of processor time that a control group may use.
  public struct Quota: Equatable, Sendable {
    /// The processor time per time, in processors.
    public let processors: Double
    /// The directory of the control group.
    public let directory: String
  }

  /// The processors that the process may run on, by its affinity.
  public let affinity: Int

  /// The least quota of the process's control group and those above it, nil if there is none.
  public let quota: Quota?

  /// The processors that Slurm gave to the task, nil if it did not say.
  public let task: Int?

  /// What allows the fewest processors; of several that allow the same, the first here.
  public enum Source: String, Sendable {
    case affinity, cgroup, slurm
  }

  /// The processors to use: a share is rounded up, and one is always used.
  public var count: Int { max(1, min(affinity, quotaCount, task ?? .max)) }

  /// What says so.
  public var source: Source {
    if affinity <= min(quotaCount, task ?? .max) { return .affinity }
    return quotaCount <= task ?? .max ? .cgroup : .slurm
  }

  /// Describes a limit.
  init(affinity: Int, quota: Quota?, task: Int? = nil) {
    self.affinity = affinity
    self.quota = quota
    self.task = task
  }

  private var quotaCount: Int {
    quota.map { Int(min($0.processors.rounded(.up), 1e6)) } ?? .max
  }

  /// What holds for this process at this moment.
  public static var current: ProcessorLimit {
    let quotas = ControlGroup.ofThisProcess(controller: "cpu").compactMap { group in
      group.quota(reading: ControlGroup.text).map {
        Quota(processors: $0, directory: group.directory)
      }
    }
    return ProcessorLimit(
      affinity: ProcessInfo.processInfo.activeProcessorCount,
      quota: quotas.min { $0.processors < $1.processors },
      task: task(ProcessInfo.processInfo.environment))
  }

  /// The processors of the task, where Slurm started this process.
  ///
  /// Slurm sets the variable only if `--cpus-per-task` was asked for; what is no number of
  /// processors counts as not set.
  static func task(_ environment: [String: String]) -> Int? {
    environment["SLURM_CPUS_PER_TASK"].flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil }
  }
}
