internal import Foundation

/// A scan shard by shard: what was computed before is read, the rest is computed and kept.
struct ShardedScan {
  /// Where shards are kept and which may be computed.
  enum Place {
    /// Nothing is kept.
    case nowhere
    /// In a directory, where those that lack are computed.
    case directory(String)
    /// In a directory, where all must be.
    case complete(String)
  }

  private let run: LensRun
  private let plan: ShardPlan
  private let folder: ShardFolder?
  private let mayCompute: Bool
  private let commits = Commits()
  /// Whether it was tried if shards can be made durable.
  private var isTried = false
  /// The plan with the digests of inputs, once it was asked for.
  private var knownFacts: PlanFacts?
  /// The file of the plan that was found to say the same.
  private var openedPlan: FileIdentity?

  init(_ run: LensRun, _ place: Place) {
    self.run = run
    plan = run.shardPlan
    let path: String?
    switch place {
    case .nowhere: (path, mayCompute) = (nil, true)
    case .directory(let directory): (path, mayCompute) = (directory, true)
    case .complete(let directory): (path, mayCompute) = (directory, false)
    }
    let plan = plan
    folder = path.map {
      ShardFolder(
        path: $0, plan: plan, topCount: run.scan.topCount, labelCount: run.labels.labels.count,
        blockSize: LensScan.blockSize)
    }
  }

  /// What is said of a scan that was asked to stop.
  var stopped: String {
    guard let folder, folder.hasShards else { return "stopped before anything could be kept" }
    return "stopped after \(plan.count - folder.missing.count) of \(plan.count) shards; "
      + "the same command goes on"
  }

  /// Whether shards that were completed are there.
  var hasShards: Bool { folder?.hasShards ?? false }

  /// What the plan says, as soon as the digests of all inputs are known.
  mutating func facts() throws -> PlanFacts {
    if let knownFacts { return knownFacts }
    let records = try run.inputs.records(ofRoles: RunInputs.scanRoles)
    let facts = PlanFacts(identity: run.identity(inputs: records), plan: plan)
    knownFacts = facts
    return facts
  }

  /// Compares the plan with one that is there.
  ///
  /// - Parameter startsAnew: Whether shards of another plan are removed, rather than an error; nil if
  ///   that cannot be asked for.
  /// - Throws: `ShardError` if it is another, or shards are not there that must be.
  mutating func checkPlan(startsAnew: Bool? = nil) throws {
    guard let folder else { return }
    if folder.hasPlan {
      let differences = folder.differences(from: try facts()) ?? []
      if !differences.isEmpty {
        guard startsAnew == true else {
          throw ShardError(
            path: folder.path,
            reason: startsAnew == nil ? .otherShards(differences) : .otherCommand(differences))
        }
        try folder.clear()
      }
    }
    guard mayCompute || folder.missing.isEmpty else {
      throw ShardError(path: folder.path, reason: .notThere(folder.missing))
    }
  }

  /// Hands over the features in rising order, in blocks of any size.
  ///
  /// - Parameters:
  ///   - checkpoint: Asked before each block; throws to end the scan.
  ///   - notice: Receives what a user should know.
  ///   - body: Receives each block.
  /// - Throws: What `checkpoint` and `body` throw; `ShardError` if a shard cannot be taken;
  ///   `OutputError` if one cannot be kept; `RunError` if an input changed.
  mutating func forEachBlock(
    checkpoint: () throws -> Void, notice: (String) -> Void,
    _ body: (FeatureBlock) throws -> Void
  ) throws {
    for index in 0..<plan.count {
      try checkpoint()
      if let file = try kept(index, notice: notice) {
        try forEachBlock(of: file) { block in
          try checkpoint()
          try body(block)
        }
      } else {
        try compute(index, notice: notice) { block in
          try body(block)
          try checkpoint()
        }
      }
    }
    try waitForCommits()
  }

  /// Sees to it that a shard is there.
  ///
  /// - Parameters:
  ///   - index: The shard.
  ///   - checkpoint: Asked before each block; throws to end the scan.
  ///   - notice: Receives what a user should know.
  /// - Returns: Whether it was there before.
  /// - Throws: As `forEachBlock` does.
  mutating func ensure(
    _ index: Int, checkpoint: () throws -> Void, notice: (String) -> Void
  ) throws -> Bool {
    if try kept(index, notice: notice) != nil { return true }
    try compute(index, notice: notice) { _ in try checkpoint() }
    try waitForCommits()
    return false
  }

  /// The records of all shards, in order; empty where nothing is kept.
  ///
  /// - Throws: `ShardError` if one is not there, `CheckpointError` if the disk fails.
  func records() throws -> [ShardRecord] {
    guard let folder else { return [] }
    return try (0..<plan.count).map { try folder.record(of: $0) }
  }

  /// Waits until what was computed is durable.
  ///
  /// - Throws: `OutputError` if it could not be made so.
  func waitForCommits() throws { try commits.wait() }
}

extension ShardedScan {
  /// The columns of a shard that is there and whole.
  private mutating func kept(_ index: Int, notice: (String) -> Void) throws -> FeatureFile? {
    guard let folder, folder.has(index) else { return nil }
    switch try folder.state(of: index, try facts()) {
    case .missing: return nil
    case .damaged(let what):
      guard mayCompute else {
        throw ShardError(path: folder.columnsPath(index), reason: .damaged(what))
      }
      notice("\(folder.columnsPath(index).printable(limit: 1000)): \(what); computed again")
      return nil
    case .complete(_, let file): return file
    }
  }

  /// Hands over the features of a shard that was kept.
  private func forEachBlock(of file: FeatureFile, _ body: (FeatureBlock) throws -> Void) throws {
    let size = LensScan.blockSize
    for start in stride(from: 0, to: file.featureCount, by: size) {
      try body(try file.features(in: start..<min(start + size, file.featureCount)))
    }
  }

  /// Computes a shard, hands it over, and has it kept beside what follows.
  private mutating func compute(
    _ index: Int, notice: (String) -> Void, _ body: (FeatureBlock) throws -> Void
  ) throws {
    let start = ContinuousClock.now
    let rows = plan.rows(of: index)
    guard let folder else {
      return try run.scan.run(rows: rows, workers: run.memory.workers) { (block) throws in
        try body(block)
      }
    }
    try folder.makeDirectory()
    if !isTried, let warning = try Durability.warning(for: folder.shardsPath) { notice(warning) }
    isTried = true
    var writer = try ShardWriter(folder, index: index)
    do {
      try run.scan.run(rows: rows, workers: run.memory.workers) { (block) throws in
        try writer.write(block)
        try body(block)
      }
      try run.inputs.checkUnchanged()
      let facts = try facts()
      try open(facts, in: folder)
      let circumstances = Self.circumstances(seconds: (ContinuousClock.now - start) / .seconds(1))
      let finished = writer
      try commits.add {
        try finished.commit(facts, kernel: BLAS.kernel.name, circumstances: circumstances)
      }
    } catch {
      writer.discard()
      throw error
    }
  }

  /// Sees to it that the plan is on disk; what was compared is looked into again only if it may have changed.
  private mutating func open(_ facts: PlanFacts, in folder: ShardFolder) throws {
    let found = try? FileIdentity(of: folder.planPath)
    guard found == nil || found != openedPlan else { return }
    try folder.open(facts)
    openedPlan = found
  }

  private static func circumstances(seconds: Double) -> JSONValue {
    [
      "host": .string(ProcessInfo.processInfo.hostName), "seconds": JSONValue(seconds),
      "computed": .string(Date().ISO8601Format()),
    ]
  }
}
