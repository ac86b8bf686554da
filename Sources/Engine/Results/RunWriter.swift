internal import Foundation

/// Writes a run directory: blocks of features as they come, then labels and `run.json`.
///
/// Everything is written in `RUN.partial`, a directory beside the final one, which is renamed when
/// it is complete. What fails before leaves nothing under the final name.
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
  static let besideNames = ["verdict.safetensors", "verdict.json"]

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
    let layout = SafetensorsLayout(
      columns.map {
        .init(name: $0.name, dtype: $0.dtype, shape: $0.shape(featureCount: featureCount))
      },
      metadata: [("format", "lensctl.features"), ("version", "\(Self.formatVersion)")])
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
        files: RunFiles.fileNames, mayHoldOthers: true))
  }

  /// Makes an empty directory for a run in the making, and starts its file of features.
  private static func start(
    _ directory: OutputDirectory, header: Data
  ) throws(OutputError) -> FileHandle {
    try directory.start()
    do {
      let handle = try OutputFile.create(directory.partialPath + "/features.safetensors")
      try handle.write(contentsOf: header)
      return handle
    } catch {
      directory.removePartial()
      throw error as? OutputError
        ?? OutputError(path: directory.partialPath, error, isCreation: false)
    }
  }

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
  ///     are added; asked for when all other files are written.
  ///   - beside: Writes further files into the directory that it is given, before that gets its name.
  /// - Returns: The whole `run.json`.
  /// - Throws: `OutputError` if anything cannot be written; nothing is left under the final name.
  public consuming func finish(
    labels: LabelBank, description: @autoclosure () -> JSONObject,
    beside: (_ directory: String) throws(OutputError) -> Void = { (_) throws(OutputError) in }
  ) throws(OutputError) -> JSONObject {
    precondition(
      tally.featureCount == featureCount, "\(tally.featureCount) features of \(featureCount)")
    do {
      try handle.synchronize()
      try handle.close()
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
    try LabelColumns(bank: labels, tally: tally).write(to: directory.partialPath)
    let digests = try digests()
    let run = completed(description(), digests: digests)
    let text = JSONValue.object(run).serialized(indent: 2) + "\n"
    try beside(directory.partialPath)
    try OutputFile.write(Data(text.utf8), to: directory.partialPath + "/run.json")
    try directory.moveIntoPlace(replacesExisting: replacesExisting)
    return run
  }

  /// Removes what a run that failed has written so far.
  ///
  /// - Parameter path: The directory, under its final name.
  public static func removePartial(of path: String) {
    directory(path).removePartial()
  }
}

extension RunWriter {
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
    var run: JSONObject = ["format": "lensctl.run", "format_version": .integer(Self.formatVersion)]
    for name in description.names { run[name] = description[name] }
    run["counts"] = tally.json
    run["blocks"] = .array(blocks)
    run["files"] = .object(digests)
    return run
  }
}
