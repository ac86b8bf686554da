internal import Foundation

/// How a run directory is written.
public struct WritingOptions {
  /// Whether a run that stands there is replaced at the end.
  public var replacesExisting: Bool

  /// Asked before each block; throws `Interruption`, of any text, to end the run, of which finished shards
  /// stay.
  public var checkpoint: () throws -> Void

  /// Files that the run is made from besides those of the scan, as `run.json` lists them: those of a verdict.
  public var furtherInputs: [JSONValue] = []

  /// Whether files are written beside the run that a scan does not make, such as those of a verdict.
  public var writesBeside = false

  /// Chooses how a run is written.
  ///
  /// - Parameters:
  ///   - replacesExisting: Whether a run that stands there is replaced at the end.
  ///   - checkpoint: Asked before each block; throws to end the run.
  public init(
    replacesExisting: Bool = false, checkpoint: @escaping () throws -> Void = {}
  ) {
    self.replacesExisting = replacesExisting
    self.checkpoint = checkpoint
  }
}

extension LensRun {
  /// How the features are cut into shards.
  public var shardPlan: ShardPlan {
    let (width, labelCount) = (Double(labels.embeddingWidth), Double(labels.rows.labelIDs.count))
    let mapping = head == nil ? 0 : Double(autoencoder.inputWidth) * width
    let count = scan.selection.count
    if let size = request.shardSize { return ShardPlan(featureCount: count, shardSize: size) }
    return ShardPlan(
      featureCount: count, workPerFeature: 2 * (mapping + width * labelCount),
      blockSize: LensScan.blockSize)
  }

  /// Scans, and writes a run directory.
  ///
  /// A run of several shards keeps each in `PATH.partial` as soon as it is computed. The same call
  /// again takes those that are there and whole, and computes the others.
  ///
  /// - Parameters:
  ///   - path: The directory to be made.
  ///   - options: How it is written.
  ///   - progress: Called as work goes on, on the calling thread.
  ///   - alongside: Receives each block of features too.
  ///   - beside: Writes further files into the directory that it is given, before that gets its name.
  /// - Returns: The contents of `run.json`.
  /// - Throws: `OutputError` if the run cannot be written, `ShardError` if one of another command is
  ///   in the making there, `RunError` if no feature could be read or if warnings are errors; nothing is left
  ///   under the final name then. `LockError` if another process is making it; `Interruption`, which says how many
  ///   shards are kept, if `options` ended it.
  public func write(
    to path: String, _ options: WritingOptions = WritingOptions(),
    progress: (RunProgress) -> Void = { _ in },
    alongside: (FeatureBlock) throws -> Void = { _ in },
    beside: (_ directory: String) throws(OutputError) -> Void = { (_) throws(OutputError) in }
  ) throws -> JSONObject {
    try start(output: path)
    let lock = try DirectoryLock(directory: path)
    defer { lock.release() }
    if let warning = lock.warning { progress(.notice(warning)) }
    let partialPath = RunWriter.partialPath(of: path)
    if let run = try completed(path, options) { return run }
    let keeps = shardPlan.count > 1 || MappedFile.exists(partialPath + "/run.json")
    var shards = ShardedScan(self, keeps ? .directory(partialPath) : .nowhere)
    try shards.checkPlan(startsAnew: options.replacesExisting)
    do {
      return try write(
        &shards, to: path, options, progress: progress, alongside: alongside, beside: beside)
    } catch {
      try? shards.waitForCommits()
      if Self.voidsShards(error) || !shards.hasShards { RunWriter.removePartial(of: path) }
      throw error is Interruption ? Interruption(subject: path, state: shards.stopped) : error
    }
  }

  /// Writes a run directory of shards that were all computed before.
  ///
  /// - Parameters:
  ///   - path: The directory to be made.
  ///   - folder: The directory of the shards, as `writeShard` makes it.
  ///   - options: How the run is written.
  ///   - progress: Called as work goes on, on the calling thread.
  ///   - beside: Writes further files into the directory that it is given, before that gets its name.
  /// - Returns: The contents of `run.json`, the same as of a run that was computed at once.
  /// - Throws: `ShardError` if shards are not there, damaged, or of another plan or version; else as `write` does.
  public func write(
    to path: String, mergingShardsIn folder: String, _ options: WritingOptions = WritingOptions(),
    progress: (RunProgress) -> Void = { _ in },
    beside: (_ directory: String) throws(OutputError) -> Void = { (_) throws(OutputError) in }
  ) throws -> JSONObject {
    try start(output: path)
    let lock = try DirectoryLock(directory: path)
    defer { lock.release() }
    var shards = ShardedScan(self, .complete(folder))
    try shards.checkPlan()
    do {
      return try write(
        &shards, to: path, options, progress: progress, alongside: { _ in }, beside: beside)
    } catch {
      RunWriter.removePartial(of: path)
      throw error
    }
  }

  /// Computes one shard, unless it is there and whole.
  ///
  /// Several processes may compute shards of one run in one directory at the same time.
  ///
  /// - Parameters:
  ///   - index: The shard.
  ///   - folder: The directory of the shards, which is made if it is not there.
  ///   - checkpoint: Asked before each block; throws to end the scan.
  ///   - notice: Receives what a user should know.
  /// - Returns: Whether it was there.
  /// - Throws: `ShardError` if shards of another plan are there, `OutputError` if the shard cannot be kept,
  ///   `RunError` if an input changed.
  public func writeShard(
    _ index: Int, in folder: String, checkpoint: () throws -> Void = {},
    notice: (String) -> Void = { _ in }
  ) throws -> Bool {
    try start(output: folder)
    var shards = ShardedScan(self, .directory(folder))
    try shards.checkPlan()
    return try shards.ensure(index, checkpoint: checkpoint, notice: notice)
  }
}

// MARK: - What is there

extension LensRun {
  /// Looks whether what this run would write is there already.
  ///
  /// - Parameters:
  ///   - path: The directory to be made.
  ///   - furtherInputs: Files that it is made from besides those of the scan, as `run.json` lists them.
  /// - Returns: The contents of its `run.json`; nil if there is no run.
  /// - Throws: `ShardError` if there is a run of another command, or a file of it is not what it was.
  public func written(at path: String, furtherInputs: [JSONValue] = []) throws -> JSONObject? {
    guard let found = RunWriter.description(in: path) else { return nil }
    let differences = try differences(of: found, furtherInputs: furtherInputs)
    guard differences.isEmpty else {
      throw ShardError(path: path, reason: .otherRun(differences))
    }
    for name in found["files"]?.object?.names ?? [] {
      let digest = try? FileDigest.sha256(contentsOf: path + "/" + name)
      guard let digest, found["files"]?[name]?.string == "sha256:" + digest else {
        throw ShardError(path: path + "/" + name, reason: .otherDigest)
      }
    }
    return found
  }

  /// How a run differs from this one in what determines the results: files, options and version.
  private func differences(
    of run: JSONObject, furtherInputs: [JSONValue]
  ) throws -> [JSONValue.Difference] {
    let identity = PlanFacts.reread(
      .object(identity(inputs: try inputs.records(), and: furtherInputs)))
    var same: JSONObject = [:]
    for name in identity.object?.names ?? [] { same[name] = run[name] }
    return JSONValue.object(same).differences(from: identity)
  }
}

extension ScanRequest {
  /// Looks whether a run stands at a path that may be the one asked for, as far as options tell.
  ///
  /// - Parameter path: The directory to be made.
  /// - Returns: Whether a run is there.
  /// - Throws: `ShardError` if there is one of other options.
  public func isRecorded(at path: String) throws(ShardError) -> Bool {
    guard let json = try? JSONValue(contentsOf: path + "/run.json"),
      json["format"] == "lensctl.run"
    else { return false }
    let differences = (json["options"] ?? .null).differences(
      from: PlanFacts.reread(record), at: "options")
    guard differences.isEmpty else {
      throw ShardError(path: path, reason: .otherRun(differences))
    }
    return true
  }
}

extension LensRun {
  /// Checks what can be checked before anything is computed, and has inputs digested from here on.
  private func start(output path: String) throws {
    try checkStrictly(masked: 0)
    for output in RunWriter.directories(of: path) {
      try OutputFile.refuse(output, ifAmong: inputPaths)
    }
    inputs.startDigests()
  }

  /// Whether an error says that what was computed is of no use.
  private static func voidsShards(_ error: any Error) -> Bool {
    switch (error as? RunError)?.reason {
    case .strict, .nothingRead: true
    default: false
    }
  }

  /// A run that only lacks its name, which it gets.
  ///
  /// One with files beside it gets none: these must be written anew. One that is another is removed if it may be.
  ///
  /// - Returns: The contents of its `run.json`; nil if there is none.
  /// - Throws: `ShardError` if it is another that may not be replaced.
  private func completed(_ path: String, _ options: WritingOptions) throws -> JSONObject? {
    guard let run = RunWriter.completeWithoutName(path) else { return nil }
    let differences = try differences(of: run, furtherInputs: options.furtherInputs)
    if differences.isEmpty, !options.writesBeside {
      try RunWriter.giveName(path, replacesExisting: options.replacesExisting)
      return run
    }
    guard differences.isEmpty || options.replacesExisting else {
      throw ShardError(
        path: RunWriter.partialPath(of: path), reason: .otherCommand(differences))
    }
    if !differences.isEmpty { RunWriter.removePartial(of: path) }
    return nil
  }

  /// Writes a run of shards that are there or are computed.
  private func write(
    _ shards: inout ShardedScan, to path: String, _ options: WritingOptions,
    progress: (RunProgress) -> Void, alongside: (FeatureBlock) throws -> Void,
    beside: (_ directory: String) throws(OutputError) -> Void
  ) throws -> JSONObject {
    var writer = try RunWriter(
      path: path, featureCount: scan.selection.count, labelCount: labels.labels.count,
      topCount: scan.topCount, replacesExisting: options.replacesExisting)
    var clock = opened
    var (masked, done) = (0, 0)
    var cutter = BlockCutter(size: LensScan.blockSize, topCount: scan.topCount)
    try shards.forEachBlock(
      checkpoint: options.checkpoint, notice: { progress(.notice($0)) }
    ) { part in
      done += part.rows
      let isLast = done == scan.selection.count
      for block in cutter.blocks(adding: part, isLast: isLast) {
        masked += block.rows - block.readCount
        try writer.write(block)
        try alongside(block)
      }
      progress(.scanning(done: done, total: scan.selection.count))
    }
    try inputs.checkUnchanged()
    try checkSomethingRead(masked: masked)
    try checkStrictly(masked: masked)
    let records = try shards.records()
    let kernels = try kernelWarnings(records, path: path)
    clock.end("scan")
    progress(.writing)
    var description = identity(inputs: try inputs.records(), and: options.furtherInputs)
    clock.end("digests")
    description["warnings"] = .array(
      (warnings(masked: masked) + kernels).map { .string($0) })
    var circumstances = circumstances(clock: clock.ending("writing"))
    circumstances["shards"] = .array(records.map(\.summary))
    return try writer.finish(
      labels: labels, description: description, environment: circumstances, beside: beside)
  }

  /// A warning if shards were computed by several kernels of the linear algebra.
  ///
  /// - Throws: `ShardError` if warnings are errors.
  private func kernelWarnings(
    _ records: [ShardRecord], path: String
  ) throws(ShardError) -> [String] {
    let kernels = Set(records.map(\.kernel)).sorted()
    guard kernels.count > 1 else { return [] }
    guard !request.isStrict else {
      throw ShardError(path: path, reason: .kernels(kernels))
    }
    return [
      "shards were computed by several kernels, whose last digits may differ: "
        + kernels.joined(separator: ", ")
    ]
  }
}
