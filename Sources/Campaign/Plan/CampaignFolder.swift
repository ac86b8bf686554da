internal import Engine
internal import Foundation

/// The directory of a campaign: where its table of work and all that is done of it stands.
public struct CampaignFolder: Sendable {
  /// The directory, without a slash at its end.
  public let path: String

  /// Names a directory.
  ///
  /// - Parameter path: The directory, which need not exist.
  public init(_ path: String) { self.path = MappedFile.absolute(path) }

  /// The table of work.
  public var planPath: String { path + "/campaign.json" }

  /// The directory of label banks.
  var banksPath: String { path + "/banks" }

  /// The record that says that a bank is encoded, and which file holds it.
  func bankRecordPath(_ bank: PlannedBank) -> String { "\(banksPath)/\(bank.id).json" }

  /// The file of a bank, as its record has it; nil if no record can be read.
  func bankPath(_ bank: PlannedBank) -> String? {
    guard let name = (try? JSONValue(contentsOf: bankRecordPath(bank)))?["file"]?.string,
      !name.contains("/")
    else { return nil }
    return banksPath + "/" + name
  }

  /// The directory of all work on runs.
  var workPath: String { path + "/work" }

  /// The directory of the work on a run.
  func workPath(_ run: PlannedRun) -> String { "\(workPath)/\(run.id)" }

  /// The record that says that a shard is complete.
  func shardRecordPath(_ run: PlannedRun, _ shard: Int) -> String {
    ShardFolder.recordPath(shard, in: workPath(run))
  }

  /// The record that says that the verdict of a run is complete.
  func verdictPath(_ run: PlannedRun) -> String { workPath(run) + "/verdict-record.json" }

  /// The directory of finished runs.
  public var runsPath: String { path + "/runs" }

  /// The directory of a finished run.
  func runPath(_ run: PlannedRun) -> String { "\(runsPath)/\(run.id)" }

  /// The tables that compare the runs.
  public var summaryPaths: (csv: String, json: String) {
    (path + "/summary.csv", path + "/summary.json")
  }

  /// Whether the runs were merged.
  public var isMerged: Bool { MappedFile.exists(summaryPaths.json) }

  /// The directory of locks.
  var locksPath: String { path + "/locks" }

  /// The lock of an item.
  func lockPath(_ id: Int) -> String { "\(locksPath)/\(Self.number(id)).lock" }

  /// The directory of what went wrong last.
  var failuresPath: String { path + "/failed" }

  /// What went wrong with an item when it was tried last.
  func failurePath(_ id: Int) -> String { "\(failuresPath)/\(Self.number(id)).json" }

  /// The directory of what jobs print.
  var logPath: String { path + "/log" }

  /// What was submitted to Slurm.
  var slurmPath: String { path + "/slurm.json" }

  /// What the files of an item are called.
  private static func number(_ id: Int) -> String { String(format: "%06ld", id) }
}

extension CampaignFolder {
  /// The table of work.
  ///
  /// - Returns: The table.
  /// - Throws: `CampaignError` if there is none, or it is malformed; `CheckpointError` if it cannot be read.
  public func plan() throws -> CampaignPlan {
    guard MappedFile.exists(planPath) else { throw CampaignError(place: path, reason: .noPlan) }
    return try CampaignPlan(contentsOf: planPath)
  }

  /// Whether something says that an item is done.
  ///
  /// - Parameters:
  ///   - item: The item.
  ///   - plan: The plan that it is of.
  /// - Returns: True if its record is there, whatever is in it.
  func isDone(_ item: WorkItem, of plan: CampaignPlan) -> Bool {
    switch item {
    case .labels(let bank):
      return bankPath(plan.banks[bank]).map { MappedFile.exists($0) } ?? false
    case .shard(let run, let shard):
      return MappedFile.exists(shardRecordPath(plan.runs[run], shard))
    case .verdict(let run):
      return MappedFile.exists(verdictPath(plan.runs[run]))
    }
  }
}
