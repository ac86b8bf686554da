internal import Engine

/// The scripts that do what is still to be done of a campaign.
public struct SlurmSubmission: Sendable, Equatable {
  /// The scripts, in the order in which they are submitted; each but the first waits for those before it.
  public let scripts: [SlurmScript]

  /// The number of tasks that an array of Slurm may have where nobody set another.
  public static let usualArrayLimit = 1001

  /// Cuts work into jobs.
  ///
  /// The table is cut into as many parts as it has items, or as an array may have tasks if that is less.
  ///
  /// - Parameters:
  ///   - plan: The table of work.
  ///   - ids: The items that are still to be done, rising.
  ///   - isMerged: Whether the runs that items make up are merged already, so that there is nothing to do without items.
  ///   - arrayLimit: The number of tasks that an array may have, at least 1.
  ///   - folder: The directory of the campaign.
  ///   - program: The path of `lensctl`.
  ///   - options: What is asked of the cluster.
  /// - Throws: `SlurmError` if a path cannot stand in a script.
  public init(
    _ plan: CampaignPlan, ids: [Int], isMerged: Bool = false, arrayLimit: Int,
    folder: CampaignFolder, program: String, options: SlurmOptions
  ) throws(SlurmError) {
    let partCount = min(plan.items.count, max(1, arrayLimit))
    var scripts: [SlurmScript] = []
    for stage in WorkItem.Stage.allCases {
      let parts = Set(ids.filter { plan.items[$0].stage == stage }.map { $0 % partCount })
      guard !parts.isEmpty else { continue }
      scripts.append(
        try SlurmScript(
          stage: stage, indices: parts.sorted(), partCount: partCount, folder: folder,
          program: program, options: options))
    }
    if !scripts.isEmpty || !isMerged {
      scripts.append(try SlurmScript(mergingIn: folder, program: program, options: options))
    }
    self.scripts = scripts
  }

  /// How a script is submitted, for people: from the directory of the campaign, by this command.
  ///
  /// - Parameter script: One of the scripts.
  /// - Returns: The command, with the kinds of jobs in the place of ids that are not known yet.
  public func commandLine(_ script: SlurmScript) -> String {
    let awaited = scripts.prefix { $0.kind != script.kind }.map { "<\($0.kind.rawValue)>" }
    let dependency =
      awaited.isEmpty ? "" : " --dependency=afterany:" + awaited.joined(separator: ":")
    return "sbatch --parsable" + dependency
  }
}
