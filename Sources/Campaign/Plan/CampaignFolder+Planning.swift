internal import Engine
internal import Foundation

/// What became of a table of work that was written.
public enum PlanOutcome: Sendable, Equatable {
  /// There was none before, or none of which anything was done.
  case written
  /// The same stands there already.
  case unchanged
  /// Another stood there, of which some items were done that are none of the new one.
  case replaced(lost: Int)
}

extension CampaignFolder {
  /// Writes a table of work, and makes the directories of the campaign.
  ///
  /// What is done of runs that are the same in both stays; what is done of others is removed with the table.
  ///
  /// - Parameters:
  ///   - plan: The table.
  ///   - replacesWork: Whether another table may be replaced of which items are done.
  /// - Returns: What became of it.
  /// - Throws: `CampaignError` if another table stands there, of which items are done or being done; `OutputError` if the directory
  ///   cannot be written.
  public func write(_ plan: CampaignPlan, replacesWork: Bool) throws -> PlanOutcome {
    let text = Data(plan.text.utf8)
    var outcome = PlanOutcome.written
    if MappedFile.exists(planPath) {
      guard try MappedFile.contents(of: planPath) != text else {
        try makeDirectories()
        return .unchanged
      }
      outcome = try replace(by: plan, replacesWork: replacesWork)
    }
    try makeDirectories()
    try OutputFile.write(text, to: planPath)
    return outcome
  }

  /// Makes those of the directories of the campaign that are not there.
  ///
  /// - Throws: `OutputError` if one cannot be made.
  func makeDirectories() throws(OutputError) {
    for directory in [path, banksPath, workPath, locksPath, failuresPath, logPath, runsPath] {
      do {
        // The parent of a campaign must be there: a slip in its name makes no tree of directories.
        if directory == path { try OutputFile.checkParent(of: path) }
        try FileManager.default.createDirectory(
          atPath: directory, withIntermediateDirectories: directory != path)
      } catch let error as OutputError {
        throw error
      } catch {
        guard !MappedFile.isDirectory(directory) else { continue }
        throw OutputError(path: directory, error, isCreation: true)
      }
    }
  }

  /// Removes what another table stands for.
  private func replace(by plan: CampaignPlan, replacesWork: Bool) throws -> PlanOutcome {
    let old: CampaignPlan
    do {
      old = try CampaignPlan(contentsOf: planPath)
    } catch {
      // What this program cannot read may be the table of another version.
      guard replacesWork else { throw error }
      return .written
    }
    guard !plan.isSameWork(as: old) else { return .unchanged }
    let done = old.items.filter { isDone($0, of: old) }
    guard done.isEmpty || replacesWork else {
      throw CampaignError(
        place: planPath,
        reason: .otherPlan(doneCount: done.count, differences: plan.differences(from: old)))
    }
    // Whoever works by the old table would write into what is removed.
    let held = heldItems(of: old).sorted()
    guard held.isEmpty else { throw CampaignError(place: path, reason: .heldItems(held)) }
    let (facts, oldFacts) = (plan.facts, old.facts)
    let lost = old.runs.filter { facts[$0.id] != oldFacts[$0.id] }
    do {
      // A bank that is of the same files as before is found by its key, without being encoded again.
      for directory in lost.flatMap({ [workPath($0), runPath($0), bankRecordPath($0.bank)] })
        + [failuresPath, summaryPaths.csv, summaryPaths.json] where MappedFile.exists(directory)
      {
        try FileManager.default.removeItem(atPath: directory)
      }
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
    let lostCount = done.count { !isDone($0, of: old) }
    return done.isEmpty ? .written : .replaced(lost: lostCount)
  }
}

extension CampaignPlan {
  /// All that determines what each run is, apart from where it stands in the table, by name.
  var facts: [String: JSONValue] {
    func files(_ indices: [Int]) -> JSONValue { .array(indices.map { inputs[$0].json }) }
    return Dictionary(
      runs.map { run -> (String, JSONValue) in
        let facts: JSONValue = [
          "created_by": .string(createdBy), "options": run.reading.json,
          "sae": .string(run.autoencoder.path), "variant": .string(run.variant.id),
          "labels": .string(run.bank.labels), "features": .integer(run.featureCount),
          "shard_features": .integer(run.shardSize), "model_files": files(run.bank.inputs),
          "sae_files": files(run.autoencoder.inputs), "verdict_files": files(run.verdictInputs),
        ]
        return (run.id, facts)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// Whether another table has the same items, of the same runs, made from the same files.
  fileprivate func isSameWork(as other: CampaignPlan) -> Bool {
    runs.map(\.id) == other.runs.map(\.id) && banks.map(\.id) == other.banks.map(\.id)
      && items == other.items && facts == other.facts
  }

  /// The most differences that a message lists.
  private static let listedDifferences = 3

  /// How this table differs from another, for a message.
  func differences(from old: CampaignPlan) -> [String] {
    let (facts, oldFacts) = (facts, old.facts)
    var lines: [String] = []
    for run in old.runs {
      if let found = facts[run.id], let before = oldFacts[run.id] {
        lines += found.differences(from: before).map { "run \(run.id): \($0)" }
      } else {
        lines.append("run \(run.id) is no more")
      }
    }
    lines += runs.filter { oldFacts[$0.id] == nil }.map { "run \($0.id) is new" }
    if lines.isEmpty { lines = ["the same runs in another order"] }
    let rest = lines.count - Self.listedDifferences
    return lines.prefix(Self.listedDifferences) + (rest > 0 ? ["and \(rest) more"] : [])
  }
}
