public import Engine
internal import Foundation

/// Does items of a table of work, one after the other.
public struct CampaignWorker {
  /// Where the table and all that is done stands.
  let folder: CampaignFolder

  /// The table.
  let plan: CampaignPlan

  /// The number of threads.
  public var workers = 1

  /// The most memory that an item uses besides mapped files, in bytes; a quarter of what is free if nil.
  public var memoryLimit: Int?

  /// Asked between blocks; what it asks for ends the work.
  public var stop = StopSignal()

  /// The exit status that stands for a kind of fault.
  public var status: (FaultKind) -> Int32 = { _ in 1 }

  /// Receives how far an item is, on the calling thread.
  public var progress: (RunProgress) -> Void = { _ in }

  /// Receives what became of an item, in one line.
  public var report: (String) -> Void = { _ in }

  /// The run that was opened last, with the caches that all items share: its next shard needs it too.
  private var opened: (index: Int, run: LensRun)?

  /// The banks that were found to be what they were.
  var checkedBanks: Set<Int> = []

  /// Whether a warning of leases was given.
  private var hasWarned = false

  /// What was told of the places of shards: the same is told once, whatever number of shards it goes for.
  private var notices: Set<String> = []

  /// Prepares to work.
  ///
  /// - Parameters:
  ///   - folder: The directory of the campaign.
  ///   - plan: Its table of work.
  /// - Throws: `CampaignError` if another version of this program made the table.
  public init(_ folder: CampaignFolder, _ plan: CampaignPlan) throws(CampaignError) {
    guard plan.createdBy == CampaignPlan.creator else {
      throw CampaignError(
        place: folder.planPath,
        reason: .otherVersion(found: plan.createdBy, expected: CampaignPlan.creator))
    }
    self.folder = folder
    self.plan = plan
  }

  /// Does items that are not done.
  ///
  /// An item that fails does not keep others from being done, but one that cannot be kept (a full disk) or
  /// that was asked to stop does.
  ///
  /// - Parameter ids: The items.
  /// - Returns: What became of them.
  /// - Throws: What ends the work.
  public mutating func work(on ids: [Int]) throws -> Outcome {
    var outcome = Outcome()
    for id in ids {
      try stop.check(folder.path, "stopped before item \(id); the same command goes on")
      do {
        outcome.doneCount += 1
        let wasDone = try work(on: id)
        outcome.keptCount += wasDone ? 1 : 0
        if !wasDone { report("item \(id): \(plan.name(of: id)): done") }
      } catch let error as LockError where error.kind == .temporary {
        outcome.doneCount -= 1
        outcome.held.append(id)
        report("item \(id): \(error)")
      } catch let error as Interruption {
        throw error
      } catch let error as any EngineError {
        outcome.doneCount -= 1
        try keep(error, of: id)
        report("item \(id): \(plan.name(of: id)): \(error)")
        if error is OutputError, error.kind == .inputOutput { throw error }
        outcome.failures.append((id, error))
      }
    }
    return outcome
  }

  /// What became of items.
  public struct Outcome {
    /// The items that are done.
    public internal(set) var doneCount = 0
    /// Those of them that were done before.
    public internal(set) var keptCount = 0
    /// The items that another process holds.
    public internal(set) var held: [Int] = []
    /// The items that failed.
    public internal(set) var failures: [(id: Int, error: any EngineError)] = []
  }
}

extension CampaignWorker {
  /// Does an item.
  ///
  /// - Returns: Whether it was done.
  private mutating func work(on id: Int) throws -> Bool {
    let lock = try DirectoryLock(path: folder.lockPath(id), subject: "item \(id)")
    defer { lock.release() }
    if let warning = lock.warning, !hasWarned {
      report(warning)
      hasWarned = true
    }
    let item = plan.items[id]
    try checkInputs(of: item)
    let wasDone: Bool
    switch item {
    case .labels(let bank): wasDone = try encode(plan.banks[bank])
    case .shard(let run, let shard):
      try waitForBank(of: run)
      let scan = try open(run)
      let name = "item \(id)"
      let stop = stop
      wasDone = try scan.writeShard(
        shard, in: folder.workPath(plan.runs[run]),
        checkpoint: { () throws in try stop.check(name, "stopped; the same command does it again")
        },
        notice: { if notices.insert($0).inserted { report($0) } })
    case .verdict(let run):
      try waitForBank(of: run)
      wasDone = try judge(run)
    }
    try? FileManager.default.removeItem(atPath: folder.failurePath(id))
    return wasDone
  }

  /// Checks that the files of an item are what they were when it was planned.
  func checkInputs(of item: WorkItem) throws {
    for input in plan.files(of: item).map({ plan.inputs[$0] }) {
      let now = try PlannedInput(of: input.path)
      guard now == input else {
        throw CampaignError(place: input.path, reason: .inputChanged)
      }
    }
  }

  /// Keeps what went wrong with an item, for `status`.
  private func keep(_ error: any EngineError, of id: Int) throws {
    let record: JSONValue = [
      "item": .integer(id), "name": .string(plan.name(of: id)),
      "message": .string(error.description), "status": .integer(Int(status(error.kind))),
    ]
    try OutputFile.write(json: record, to: folder.failurePath(id))
  }

  /// The scan of a run.
  mutating func open(_ index: Int) throws -> LensRun {
    if let opened, opened.index == index { return opened.run }
    // Two runs are never open at once.
    opened = nil
    let run = try LensRun(folder.request(plan.runs[index], self), progress: progress)
    opened = (index, run)
    return run
  }
}

extension CampaignFolder {
  /// The items that a process holds.
  ///
  /// - Parameter plan: The table of work.
  /// - Returns: Their ids.
  public func heldItems(of plan: CampaignPlan) -> Set<Int> {
    Set(
      plan.items.indices.filter { id in
        guard MappedFile.exists(lockPath(id)) else { return false }
        return (try? DirectoryLock.isHeld(lockPath(id))) ?? false
      })
  }

  /// What is asked of a scan, with the caches that all items share.
  func request(_ run: PlannedRun, _ worker: CampaignWorker) -> ScanRequest {
    var request = run.request(workers: worker.workers)
    request.memoryLimit = worker.memoryLimit
    request.bankCache = BankCache(sharedDirectory: banksPath)
    request.digestCache = DigestCache(sharedDirectory: path + "/digests")
    return request
  }
}

extension CampaignPlan {
  /// The places of the files that an item is made from.
  func files(of item: WorkItem) -> [Int] {
    switch item {
    case .labels(let bank): banks[bank].inputs
    case .shard(let run, _): runs[run].bank.inputs + runs[run].autoencoder.inputs
    case .verdict(let run):
      runs[run].bank.inputs + runs[run].autoencoder.inputs + runs[run].verdictInputs
    }
  }
}
