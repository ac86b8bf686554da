internal import Engine
internal import Foundation

/// The verdict of a run, as it stands in the work of a campaign until it is merged.
struct KeptVerdict {
  /// Its files.
  static let names = ["verdict.safetensors", "verdict.json"]

  /// The record that says that they are complete.
  static let recordName = "verdict-record.json"

  /// The version of the format; readers refuse any other.
  private static let formatVersion = 1

  /// What the verdict belongs to: a digest of all that determines it.
  let plan: String

  /// The files that it is made from besides those of the scan, as `run.json` lists them.
  let inputs: [JSONValue]

  /// The digests of its files.
  let files: JSONObject

  /// The version of the engine that judged.
  let engine: String

  /// The record as it is stored.
  var json: JSONValue {
    [
      "format": "lensctl.verdict", "format_version": .integer(Self.formatVersion),
      "engine": .string(engine), "plan": .string(plan), "inputs": .array(inputs),
      "files": .object(files),
    ]
  }

  /// Describes a verdict that was written.
  ///
  /// - Parameters:
  ///   - directory: Where its files are.
  ///   - plan: What it belongs to.
  ///   - inputs: The files that it is made from besides those of the scan.
  /// - Throws: `CheckpointError` if a file cannot be read.
  init(in directory: String, plan: String, inputs: [JSONValue]) throws(CheckpointError) {
    var files: JSONObject = [:]
    for name in Self.names {
      files[name] = .string(try FileDigest.sha256(contentsOf: directory + "/" + name))
    }
    (self.plan, self.inputs, self.files, engine) = (plan, inputs, files, Engine.version)
  }

  /// Reads a record.
  ///
  /// - Parameter directory: Where it is; nil if none can be read.
  /// - Throws: `CampaignError` if it is of another version of the format.
  init?(recordedIn directory: String) throws(CampaignError) {
    let place = directory + "/" + Self.recordName
    guard let json = try? JSONValue(contentsOf: place), json["format"] == "lensctl.verdict",
      let version = json["format_version"]
    else { return nil }
    guard version == .integer(Self.formatVersion) else {
      throw CampaignError(
        place: place,
        reason: .otherVersion(
          found: "format_version \(version.serialized())",
          expected: "format_version \(Self.formatVersion)"))
    }
    guard let engine = json["engine"]?.string, let plan = json["plan"]?.string,
      let inputs = json["inputs"]?.array, let files = json["files"]?.object
    else { return nil }
    (self.engine, self.plan, self.inputs, self.files) = (engine, plan, inputs, files)
  }

  /// The first of its files that is not what it was; nil if all are.
  func damagedFile(in directory: String) -> String? {
    Self.names.first { name in
      let digest = try? FileDigest.sha256(contentsOf: directory + "/" + name)
      return digest == nil || digest != files[name]?.string
    }
  }
}

extension CampaignWorker {
  /// Judges a run, unless that is done.
  ///
  /// - Returns: Whether it was done.
  mutating func judge(_ index: Int) throws -> Bool {
    let run = plan.runs[index]
    let directory = folder.workPath(run)
    if let kept = try KeptVerdict(recordedIn: directory) {
      try check(kept, of: run)
      guard let name = kept.damagedFile(in: directory) else { return true }
      report("\(directory)/\(name): a damaged verdict; judged again")
    }
    guard let options = run.reading.verdict else {
      preconditionFailure("\(run.id): a verdict that nobody asked for")
    }
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw OutputError(path: directory, error, isCreation: true)
    }
    let scan = try open(index)
    let verdict = try VerdictRun(
      scan, options.request(of: run.autoencoder.path), progress: progress)
    let (stop, subject) = (stop, "verdict of \(run.id)")
    // What was judged is not kept before all is: a verdict ends between two variants, and starts anew.
    let judged = try verdict.judge { _ in
      try stop.check(subject, "stopped; the same command does it again")
    }
    try stop.check(subject, "stopped; the same command does it again")
    try judged.write(to: directory)
    let record = try KeptVerdict(
      in: directory, plan: plan.digest(of: run), inputs: try verdict.furtherInputs())
    try OutputFile.write(json: record.json, to: directory + "/" + KeptVerdict.recordName)
    return false
  }

  /// Refuses a verdict of another plan or version.
  func check(_ kept: KeptVerdict, of run: PlannedRun) throws(CampaignError) {
    let place = folder.workPath(run) + "/" + KeptVerdict.recordName
    guard kept.engine == Engine.version else {
      throw CampaignError(
        place: place, reason: .otherVersion(found: kept.engine, expected: Engine.version))
    }
    let digest = plan.digest(of: run)
    guard kept.plan == digest else {
      throw CampaignError(place: place, reason: .otherWork(found: kept.plan, expected: digest))
    }
  }
}

extension CampaignPlan {
  /// A digest of all that determines a run and its verdict.
  func digest(of run: PlannedRun) -> String {
    FileDigest.sha256(Data((facts[run.id] ?? .null).serialized().utf8))
  }
}
