import Engine
import Foundation
import Testing

/// Exports of a run of 48 features, of which 4 cannot be read, and of runs that are damaged.
///
/// The values of all forms are compared with the run's columns by `Tests/Oracle/check_exports.py`.
@Suite struct ExportTests {
  let place: Workplace

  static let formats = ["csv", "jsonl", "npz", "sqlite", "parquet", "neuronpedia"]

  init() throws {
    place = try Workplace()
    try place.writeLabels(["cat", "a \"dog\", or two", "=1+1", "", "👩‍🔬 woman scientist"])
    let scan = try place.scan("masked", "--top", "3", "--out", "run")
    #expect(scan.status == 0, "\(scan.messages)")
  }

  private func export(_ format: String, _ arguments: String...) throws -> CommandRun {
    try place.run(["export", "run", "--format", format, "--out", "out"] + arguments)
  }

  /// The files of an export, by their paths.
  private func files(_ name: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    let all = FileManager.default.enumerator(atPath: place.path)?.compactMap { $0 as? String } ?? []
    for path in all where path.hasPrefix(name) {
      files[path] = try? Data(contentsOf: URL(filePath: place.path + "/" + path))
    }
    return files
  }

  /// Changes `run.json` by what it is given.
  private func describe(_ change: (inout JSONObject) -> Void) throws {
    var json = try JSONValue(parsing: place.contents("run/run.json")).object ?? [:]
    change(&json)
    try place.write("run/run.json", JSONValue.object(json).serialized())
  }

  /// The message of an export that must fail, and that nothing is left of it.
  private func fault(status: Int32 = 65, format: String = "npz") throws -> String {
    let run = try export(format)
    #expect(run.status == status)
    #expect(run.messages.hasSuffix("\n") && run.messages.split(separator: "\n").count == 1)
    #expect(try files("out").isEmpty)
    return run.message.replacing("lensctl: ", with: "")
  }

  @Test(arguments: formats)
  func theSameRunGivesTheSameBytes(format: String) throws {
    #expect(try export(format).status == 0)
    let first = try files("out")
    #expect(!first.isEmpty)
    let again = try export(format, "--force")
    #expect(again.messages == "48 features, as \(format): out\n")
    #expect(try files("out") == first)
  }

  @Test(arguments: formats)
  func whatExistsIsRefused(format: String) throws {
    #expect(try export(format).status == 0)
    let first = try files("out")
    let second = try export(format)
    #expect(second.status == 73)
    #expect(second.messages == "lensctl: out: already exists; --force replaces it\n")
    #expect(try files("out") == first)
  }

  @Test(arguments: formats)
  func nothingElseIsReplaced(format: String) throws {
    try FileManager.default.createDirectory(
      atPath: place.path + "/out", withIntermediateDirectories: false)
    try place.write("out/mine.txt", "mine")
    let run = try export(format, "--force")
    #expect(run.status == 73)
    #expect(try files("out") == ["out/mine.txt": Data("mine".utf8)])
  }

  /// No file may have more than 1 KiB, as if the disk were full.
  @Test(arguments: formats)
  func nothingIsLeftOfWhatCannotBeWritten(format: String) throws {
    let run = try place.shell(
      "trap '' XFSZ; ulimit -f 1; \"$LENSCTL\" export run --format \(format) --out out 2>/dev/null")
    #expect(run.status == 74)
    #expect(try files("out").isEmpty)
  }

  /// Nor is a folder of an export in which something else lies.
  @Test func foldersThatHoldOtherFilesStay() throws {
    #expect(try export("neuronpedia").status == 0)
    #expect(try export("neuronpedia", "--force").status == 0)
    try place.write("out/features/mine.txt", "mine")
    let run = try export("neuronpedia", "--force")
    #expect(run.status == 73)
    #expect(try place.contents("out/features/mine.txt") == Data("mine".utf8))
  }

  /// A table does not get its name where what describes it cannot.
  @Test(arguments: ["csv", "jsonl"])
  func tablesAreNotLeftWithoutTheirDescription(format: String) throws {
    // The description is longer than the limit, the table is not.
    try describe {
      $0["options"] = .object(["note": .string(String(repeating: "x", count: 400_000))])
    }
    let run = try place.shell(
      "trap '' XFSZ; ulimit -f 200; \"$LENSCTL\" export run --format \(format) --out out 2>/dev/null"
    )
    #expect(run.status == 74)
    #expect(try files("out").isEmpty)
    #expect(try export(format).status == 0)
    #expect(try place.contents("out").count < 100_000)
    #expect(try place.contents("out-metadata.json").count > 400_000)
  }

  /// A rank of 0 is none, and ids are whole numbers.
  @Test func columnsOfVerdictsAreReadAsTheyAreMeant() throws {
    try place.write("run/verdict.json", "{\"format\":\"lensctl.verdict\"}")
    func verdict(_ name: String, _ dtype: DType) throws {
      let layout = SafetensorsLayout(
        [
          .init(name: "feature_id", dtype: .i32, shape: [48]),
          .init(name: name, dtype: dtype, shape: [48]),
        ])
      let ids = littleEndianBytes(Array(Int32(0)..<48))
      try place.write("run/verdict.safetensors", layout.header + ids + ids)
    }
    try verdict("dec.lin.raw.true_rank", .i32)
    #expect(try export("csv").status == 0)
    let lines = try String(decoding: place.contents("out"), as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines[0].hasSuffix(",dec.lin.raw.true_rank"))
    #expect(lines[1].hasSuffix(",") && lines[2].hasSuffix(",1"))
    for path in try files("out").keys {
      try FileManager.default.removeItem(atPath: place.path + "/" + path)
    }
    try verdict("dec.lin.raw.label_id", .f32)
    #expect(
      try fault()
        == "run/verdict.safetensors: dec.lin.raw.label_id: dtype F32, expected whole numbers")
  }

  @Test func anExportIsNotPutOverItsRun() throws {
    for (format, out) in [
      ("csv", "run/labels.txt"), ("parquet", "run"), ("sqlite", "run/run.json"),
    ] {
      let run = try place.run("export", "run", "--format", format, "--out", out, "--force")
      #expect([64, 73].contains(run.status), "\(format): \(run.messages)")
    }
    #expect(try export("npz").status == 0)
  }

  @Test func linesAreThoseOfAScan() throws {
    #expect(try export("jsonl").status == 0)
    let scan = try place.scan("masked", "--top", "3", "--format", "jsonl")
    #expect(try place.contents("out") == Data(scan.output.utf8))
  }

  // MARK: - Damaged runs

  @Test(arguments: ["features.safetensors", "labels.safetensors", "labels.txt"])
  func aFileThatWasChangedIsFound(name: String) throws {
    var bytes = try place.contents("run/" + name)
    // Another number, or another letter, so that only the digest can tell.
    bytes[bytes.count - 2] ^= 1
    try place.write("run/" + name, bytes)
    let stated = try JSONValue(parsing: place.contents("run/run.json"))["files"]?[name]?.string
    let found = "sha256:" + FileDigest.sha256(bytes)
    for format in Self.formats {
      #expect(
        try fault(format: format)
          == "run/\(name): digest: found \(found), expected \(stated ?? "") by run.json")
    }
  }

  @Test func aFileThatIsCutShortOrMissingIsFound() throws {
    let bytes = try place.contents("run/features.safetensors")
    try place.write("run/features.safetensors", bytes.dropLast(5))
    #expect(try fault().hasPrefix("run/features.safetensors: "))
    try FileManager.default.removeItem(atPath: place.path + "/run/features.safetensors")
    #expect(
      try fault(status: 66) == "run/features.safetensors: no such file or directory")
    try FileManager.default.removeItem(atPath: place.path + "/run")
    #expect(try fault(status: 66) == "run/run.json: no such file or directory")
  }

  @Test func aRunWithoutDigestsIsRefused() throws {
    try describe { $0["files"] = nil }
    #expect(try fault() == "run/run.json: no field \"files\"")
    try describe { $0["files"] = ["labels.txt": "sha256:0"] }
    #expect(try fault().hasSuffix("expected none by run.json"))
  }

  @Test func aLabelWithNULIsRefused() throws {
    let text = Data("cat\na\0b\nc\n\nd\n".utf8)
    try place.write("run/labels.txt", text)
    try describe {
      var files = $0["files"]?.object ?? [:]
      files["labels.txt"] = .string("sha256:" + FileDigest.sha256(text))
      $0["files"] = .object(files)
    }
    #expect(try fault() == "run/labels.txt: line 2: found a NUL, expected text")
  }

  @Test func aVerdictMustBeOfTheRun() throws {
    try place.write("run/verdict.json", "{\"format\":\"lensctl.verdict\"}")
    #expect(try fault(status: 66) == "run/verdict.safetensors: no such file or directory")
    #expect(try export("npz", "--verdict", "none", "--force").status == 0)
    try FileManager.default.removeItem(atPath: place.path + "/out")
    func verdict(_ ids: [Int32], _ labels: [Int32] = []) throws {
      let layout = SafetensorsLayout(
        [.init(name: "feature_id", dtype: .i32, shape: [ids.count])]
          + (labels.isEmpty
            ? [] : [.init(name: "truth.label_id", dtype: .i32, shape: [labels.count])]))
      try place.write(
        "run/verdict.safetensors",
        layout.header + littleEndianBytes(ids) + littleEndianBytes(labels))
    }
    try verdict(Array(0..<47))
    #expect(
      try fault()
        == "run/verdict.safetensors: feature_id: shape [47], expected [48] or [48, any]")
    try verdict(Array(1..<49))
    #expect(
      try fault()
        == "run/verdict.safetensors: feature_id: other features than those of the run")
    try verdict(Array(0..<48), Array(repeating: 5, count: 48))
    #expect(
      try fault() == "run/verdict.safetensors: truth.label_id: an id outside -1..<5")
    try verdict(Array(0..<48), Array(repeating: -1, count: 48))
    for format in Self.formats {
      #expect(try export(format, "--force").status == 0)
      try FileManager.default.removeItem(atPath: place.path + "/out")
    }
    try place.write("run/verdict.json", "{}")
    #expect(
      try place.run("export", "run", "--format", "sqlite", "--out", "other").message
        == "lensctl: run/verdict.json: field \"format\": found none, expected lensctl.verdict")
  }

  @Test func columnsThatSQLCannotTellApartAreRefused() throws {
    try place.write("run/verdict.json", "{\"format\":\"lensctl.verdict\"}")
    let layout = SafetensorsLayout(
      ["feature_id", "truth.p", "Truth.P"].map { .init(name: $0, dtype: .i32, shape: [48]) })
    let ids = littleEndianBytes(Array(Int32(0)..<48))
    try place.write("run/verdict.safetensors", layout.header + ids + ids + ids)
    #expect(
      try fault(format: "sqlite")
        == "run/verdict.safetensors: column Truth.P: found two, expected one of a name, whatever its case"
    )
    #expect(try export("parquet").status == 0)
  }

  @Test(arguments: [
    (["--format", "xml"], "--format"),
    (["--format", "npz", "--escape-formulas"], "--escape-formulas"),
    (["--format", "csv", "--creator", "me"], "--creator"),
    (["--format", "csv", "--verdict", "some"], "--verdict"),
  ])
  func wrongArgumentsAreRefused(arguments: [String], what: String) throws {
    let run = try place.run(["export", "run", "--out", "out"] + arguments)
    #expect(run.status == 64)
    #expect(run.messages.contains(what))
  }
}
