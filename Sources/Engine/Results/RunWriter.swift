internal import Foundation

/// Writes a run directory: blocks of features as they come, then labels and `run.json`.
///
/// Everything is written in `RUN.partial`, a directory beside the final one, which is renamed when
/// it is complete. What fails before leaves nothing under the final name. Shards that were computed before
/// stay in that directory until the run is complete.
///
/// Noncopyable: the compiler rejects a write after `finish`, and a second `finish`.
public struct RunWriter: ~Copyable {
  /// The directory, under its final name.
  public let path: String

  /// The rows of `features.safetensors`.
  public let featureCount: Int

  private let directory: OutputDirectory
  private let columns: [FeatureColumn]
  private let layout: SafetensorsLayout
  private let handle: FileHandle
  private let replacesExisting: Bool
  private var tally: RunTally
  private var blocks: [JSONValue] = []

  /// The files that may be written beside those of a run before it gets its name.
  static let besideNames = ["verdict.safetensors", "verdict.json", "environment.json"]

  /// The folder of shards in a run in the making.
  static let shardsName = "shards"

  /// The version of the format; readers refuse any other.
  public static let formatVersion = 1

  /// Starts a run.
  ///
  /// - Parameters:
  ///   - path: The directory to be made.
  ///   - featureCount: How many features will be written.
  ///   - labelCount: The labels of the bank, C.
  ///   - topCount: The labels kept for each feature and end.
  ///   - replacesExisting: Whether a directory that stands there is replaced at the end.
  /// - Throws: `OutputError` if the directory exists or cannot be made.
  public init(
    path: String, featureCount: Int, labelCount: Int, topCount: Int, replacesExisting: Bool
  ) throws(OutputError) {
    let path = path.withoutFinalSlash
    let columns = FeatureColumn.all(topCount: topCount)
    let layout = FeatureColumn.layout(featureCount: featureCount, topCount: topCount)
    let directory = Self.directory(path)
    try directory.checkTarget(replacesExisting: replacesExisting)
    let handle = try Self.start(directory, header: layout.header)
    self.path = path
    self.featureCount = featureCount
    self.replacesExisting = replacesExisting
    self.columns = columns
    self.layout = layout
    self.handle = handle
    self.directory = directory
    tally = RunTally(labelCount: labelCount)
  }

  private static func directory(_ path: String) -> OutputDirectory {
    OutputDirectory(
      path,
      .init(
        noun: "a run", unfinishedNoun: "an unfinished run", mark: "run.json",
        files: RunFiles.fileNames, folders: [shardsName: ""], mayHoldOthers: true))
  }

  /// Makes an empty directory for a run in the making, and starts its file of features.
  private static func start(
    _ directory: OutputDirectory, header: Data
  ) throws(OutputError) -> FileHandle {
    do {
      // What says that a run is complete goes before any file of it does.
      if description(in: directory.partialPath) != nil {
        try SystemFile.remove(directory.partialPath + "/run.json")
      }
      try directory.start(keeping: ["run.json", shardsName])
      let handle = try OutputFile.create(directory.partialPath + "/features.safetensors")
      try handle.write(contentsOf: header)
      return handle
    } catch {
      throw error as? OutputError
        ?? OutputError(path: directory.partialPath, error, isCreation: false)
    }
  }

  /// The directory in which a run is made.
  ///
  /// - Parameter path: The directory to be made.
  /// - Returns: The one beside it.
  static func partialPath(of path: String) -> String { directory(path).partialPath }

  /// Checks that a directory can be made under a name, before any work is done.
  ///
  /// - Parameters:
  ///   - path: The directory to be made.
  ///   - replacesExisting: Whether it may exist.
  /// - Throws: `OutputError` if it exists, is a file, or has no parent directory.
  public static func checkTarget(
    _ path: String, replacesExisting: Bool
  ) throws(OutputError) {
    try directory(path).checkTarget(replacesExisting: replacesExisting)
  }

  /// The directories that a run uses: its own, and the one that it is made in.
  ///
  /// - Parameter path: The directory to be made.
  /// - Returns: Both, neither of which may hold an input.
  public static func directories(of path: String) -> [String] {
    let directory = directory(path)
    return [directory.path, directory.partialPath]
  }

  /// Appends a block of features.
  ///
  /// - Parameter block: The next features, in rising order.
  /// - Throws: `OutputError` if it cannot be written.
  public mutating func write(_ block: FeatureBlock) throws(OutputError) {
    let first = tally.featureCount
    precondition(
      first + block.rows <= featureCount, "\(first + block.rows) features of \(featureCount)")
    var stored = Data()
    for (column, offset) in zip(columns, layout.offsets) {
      let bytes = column.bytes(block)
      try write(bytes, at: offset + first * column.stride)
      stored += bytes
    }
    blocks.append([
      "first": .integer(first), "count": .integer(block.rows),
      "checksum": .string("sha256:" + FileDigest.sha256(stored)),
    ])
    tally.add(block)
  }

  /// Writes labels and description, makes everything durable, and gives the run its name.
  ///
  /// - Parameters:
  ///   - labels: The labels that the ids stand for.
  ///   - description: The members of `run.json`, to which counts, blocks and digests of the files
  ///     are added.
  ///   - environment: Where and how fast the run was made, which its results do not depend on; asked for when
  ///     all other files are written.
  ///   - beside: Writes further files into the directory that it is given, before that gets its name.
  /// - Returns: The whole `run.json`.
  /// - Throws: `OutputError` if anything cannot be written; nothing is left under the final name.
  public consuming func finish(
    labels: LabelBank, description: JSONObject,
    environment: @autoclosure () -> JSONObject = [:],
    beside: (_ directory: String) throws(OutputError) -> Void = { (_) throws(OutputError) in }
  ) throws(OutputError) -> JSONObject {
    precondition(
      tally.featureCount == featureCount, "\(tally.featureCount) features of \(featureCount)")
    try OutputFile.finish(handle, of: path)
    try LabelColumns(bank: labels, tally: tally).write(to: directory.partialPath)
    let digests = try digests()
    let run = completed(description, digests: digests)
    try beside(directory.partialPath)
    try write(Self.stamped("lensctl.environment", environment()), as: "environment.json")
    // From here on the run is complete, and only has to get its name.
    try write(run, as: "run.json")
    try Self.moveIntoPlace(directory, replacesExisting: replacesExisting)
    return run
  }

  /// Gives a run that is complete its name, without what it was made of.
  private static func moveIntoPlace(
    _ directory: OutputDirectory, replacesExisting: Bool
  ) throws(OutputError) {
    let shards = directory.partialPath + "/" + shardsName
    if MappedFile.exists(shards) {
      do {
        try FileManager.default.removeItem(atPath: shards)
      } catch {
        throw OutputError(path: shards, error, isCreation: false)
      }
    }
    try directory.moveIntoPlace(replacesExisting: replacesExisting)
  }

  /// What `run.json` of a run says that is complete but for its name.
  ///
  /// - Parameter path: The directory to be made.
  /// - Returns: The members; nil if there is none.
  static func completeWithoutName(_ path: String) -> JSONObject? {
    description(in: partialPath(of: path))
  }

  /// What `run.json` of a complete run says.
  ///
  /// - Parameter directory: Where it is.
  /// - Returns: The members; nil if there is none.
  static func description(in directory: String) -> JSONObject? {
    let json = try? JSONValue(contentsOf: directory + "/run.json")
    return json?["format"] == "lensctl.run" ? json?.object : nil
  }

  /// Gives a run that is complete but for its name that name.
  ///
  /// - Parameters:
  ///   - path: The directory to be made.
  ///   - replacesExisting: Whether a directory that stands there is replaced.
  /// - Throws: `OutputError` if that cannot be done.
  static func giveName(_ path: String, replacesExisting: Bool) throws(OutputError) {
    try moveIntoPlace(directory(path), replacesExisting: replacesExisting)
  }

  /// Removes what commands that were killed have left beside a run that stands: their lock, and runs that it replaced.
  ///
  /// Nothing if another process has the lock. A run in the making stays.
  ///
  /// - Parameter path: The directory.
  public static func removeLeftovers(of path: String) {
    guard let lock = try? DirectoryLock(directory: path) else { return }
    defer { lock.release() }
    let directory = directory(path)
    directory.removeReplaced()
    // Where names were exchanged the run that was replaced is complete too, and older; a newer one lacks nothing but its name.
    guard completeWithoutName(path) != nil,
      let found = try? FileIdentity(of: directory.partialPath + "/run.json"),
      let standing = try? FileIdentity(of: directory.path + "/run.json")
    else { return }
    if found.modificationTime < standing.modificationTime { directory.removePartial() }
  }

  /// Removes what a run that failed has written so far.
  ///
  /// - Parameter path: The directory, under its final name.
  public static func removePartial(of path: String) {
    directory(path).removePartial()
  }
}

extension RunWriter {
  private func write(_ json: JSONObject, as name: String) throws(OutputError) {
    try OutputFile.write(json: .object(json), to: directory.partialPath + "/" + name)
  }

  /// Members with the name and version of their format before them.
  private static func stamped(_ format: String, _ members: JSONObject) -> JSONObject {
    var result: JSONObject = [
      "format": .string(format), "format_version": .integer(formatVersion),
    ]
    for name in members.names { result[name] = members[name] }
    return result
  }

  private func write(_ bytes: Data, at offset: Int) throws(OutputError) {
    do {
      try handle.seek(toOffset: UInt64(offset))
      try handle.write(contentsOf: bytes)
    } catch {
      throw OutputError(path: directory.partialPath, error, isCreation: false)
    }
  }

  /// The digests of the data files by name, as they stand on disk.
  private func digests() throws(OutputError) -> JSONObject {
    var files: JSONObject = [:]
    for name in ["features.safetensors", "labels.safetensors", "labels.txt"] {
      do {
        files[name] = .string(
          "sha256:" + (try FileDigest.sha256(contentsOf: directory.partialPath + "/" + name)))
      } catch {
        throw OutputError(path: path, error, isCreation: false)
      }
    }
    return files
  }

  /// Adds what the writer knows to the description of a run.
  private func completed(_ description: JSONObject, digests: JSONObject) -> JSONObject {
    var run = Self.stamped("lensctl.run", description)
    run["counts"] = tally.json
    run["blocks"] = .array(blocks)
    run["files"] = .object(digests)
    return run
  }
}
