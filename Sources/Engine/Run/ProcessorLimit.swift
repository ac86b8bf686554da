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

  /// The processors to use: a share is rounded up, and one is always used.
  public var count: Int { max(1, isQuota ? quotaCount : affinity) }

  /// Whether the quota allows less than the affinity.
  public var isQuota: Bool { quotaCount < affinity }

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
      quota: quotas.min { $0.processors < $1.processors })
  }
}
