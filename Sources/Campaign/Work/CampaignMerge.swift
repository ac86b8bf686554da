internal import Engine
internal import Foundation

extension CampaignWorker {
  /// Writes a run directory of each run, and the tables that compare them.
  ///
  /// - Returns: The number of runs, and how many of them were there.
  /// - Throws: `CampaignError` if items are not done, `ShardError` or `CampaignError` if what was done is damaged or of
  ///   another plan or version; the runs that were written before stay.
  public mutating func merge() throws -> (runCount: Int, keptCount: Int) {
    try folder.makeDirectories()
    let lock = try DirectoryLock(path: folder.locksPath + "/merge.lock", subject: "merge")
    defer { lock.release() }
    let open = plan.items.indices.filter { !folder.isDone(plan.items[$0], of: plan) }
    guard open.isEmpty else {
      throw CampaignError(place: folder.path, reason: .notDone(open, count: plan.items.count))
    }
    for bank in plan.banks { try check(bank) }
    var keptCount = 0
    for index in plan.runs.indices {
      try stop.check(
        folder.path, "stopped after \(index) of \(plan.runs.count) runs; the same command goes on")
      keptCount += try merge(index) ? 1 : 0
    }
    try CampaignSummary(plan, in: folder).write(in: folder)
    removeTemporaries()
    return (plan.runs.count, keptCount)
  }

  /// Removes what processes that were killed left beside banks, verdicts and failures, unless somebody works.
  private func removeTemporaries() {
    guard folder.heldItems(of: plan).isEmpty else { return }
    let directories =
      [folder.banksPath, folder.failuresPath] + plan.runs.map { folder.workPath($0) }
    for directory in directories { OutputFile.removeTemporaries(in: directory) }
  }

  /// Writes a run.
  ///
  /// - Returns: Whether it was there.
  private mutating func merge(_ index: Int) throws -> Bool {
    let run = plan.runs[index]
    let (work, path) = (folder.workPath(run), folder.runPath(run))
    let verdict = try keptVerdict(of: run)
    try checkInputs(of: .verdict(run: index))
    let scan = try open(index)
    if try isMerged(scan, verdict, at: path) {
      RunWriter.removeLeftovers(of: path)
      return true
    }
    let stop = stop
    var options = WritingOptions(replacesExisting: true) { () throws in try stop.check(path) }
    options.furtherInputs = verdict?.inputs ?? []
    options.writesBeside = true
    do {
      try merge(scan, verdict, from: work, to: path, options)
    } catch let error as ShardError {
      if case .damaged = error.reason {
        // It is missing then, which all that looks for work sees.
        let record = URL(filePath: error.path).deletingPathExtension().path + ".json"
        try? FileManager.default.removeItem(atPath: record)
      }
      throw error
    }
    return false
  }

  /// Writes a run of its shards and its verdict.
  private func merge(
    _ scan: LensRun, _ verdict: KeptVerdict?, from work: String, to path: String,
    _ options: WritingOptions
  ) throws {
    _ = try scan.write(to: path, mergingShardsIn: work, options, progress: progress) {
      (directory) throws(OutputError) in
      guard verdict != nil else { return }
      for name in KeptVerdict.names {
        let target = directory + "/" + name
        do {
          try OutputFile.write(try MappedFile.contents(of: work + "/" + name), to: target)
        } catch let error as OutputError {
          throw error
        } catch {
          throw OutputError(path: target, error, isCreation: false)
        }
      }
    }
  }

  /// The verdict of a run, whose files are what they were; nil if none was asked for.
  private func keptVerdict(of run: PlannedRun) throws -> KeptVerdict? {
    guard run.reading.verdict != nil else { return nil }
    let work = folder.workPath(run)
    guard let kept = try KeptVerdict(recordedIn: work) else {
      try? FileManager.default.removeItem(atPath: folder.verdictPath(run))
      throw CampaignError(
        place: work + "/" + KeptVerdict.recordName, reason: .damaged("no record can be read"))
    }
    try check(kept, of: run)
    if let name = kept.damagedFile(in: work) {
      try? FileManager.default.removeItem(atPath: folder.verdictPath(run))
      throw CampaignError(place: work + "/" + name, reason: .damaged("another SHA-256"))
    }
    return kept
  }

  /// Whether a run was merged before of the same shards and verdict, and is what it was.
  private func isMerged(_ scan: LensRun, _ verdict: KeptVerdict?, at path: String) throws -> Bool {
    guard MappedFile.exists(path + "/run.json") else { return false }
    if let verdict, verdict.damagedFile(in: path) != nil { return false }
    return (try? scan.written(at: path, furtherInputs: verdict?.inputs ?? [])) != nil
  }
}
