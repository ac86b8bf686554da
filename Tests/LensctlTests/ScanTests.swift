import Engine
import Foundation
import Testing

/// What a scan gives.
@Suite struct ScanTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  @Test func aRunAndJSONLinesSayTheSame() throws {
    let made = try place.scan("standard-new", "--top", "3", "--out", "run")
    #expect(made.status == 0)
    #expect(made.output.isEmpty)
    #expect(
      made.messages
        == "48 of 48 features read by dec.full against 5 labels; next: lensctl show run\n")
    let lines = try place.scan("standard-new", "--top", "3", "--format", "jsonl")
    #expect(lines.status == 0)
    #expect(lines.messages.isEmpty)
    let features = try RunDirectory(contentsOf: place.path + "/run").features
    #expect(features.featureIDs == (0..<48).map { Int32($0) })
    #expect(lines.lines.count == 48)
    for (row, line) in lines.lines.enumerated() {
      let feature = try JSONValue(parsing: Data(line.utf8))
      #expect(feature["feature"]?.integer == row)
      let ranks = (row * 3)..<(row * 3 + 3)
      let top = feature["top"]?.array ?? []
      let ids = features.topLabelIDs[ranks].map { Int($0) }
      #expect(top.compactMap { $0["label_id"]?.integer } == ids)
      #expect(top.compactMap { $0["label"]?.string } == ids.map { Workplace.plainLabels[$0] })
      #expect(
        top.compactMap { $0["cosine"]?.double.map { Float($0) } }
          == Array(features.topCosines[ranks]))
      let bottom = feature["bottom"]?.array ?? []
      #expect(
        bottom.compactMap { $0["label_id"]?.integer }
          == features.bottomLabelIDs[ranks].map { Int($0) })
    }
  }

  @Test func chosenFeaturesKeepTheirIDsAndNumbers() throws {
    let all = try place.scan("standard-new", "--top", "2", "--format", "jsonl")
    let some = try place.scan(
      "standard-new", "--top", "2", "--format", "jsonl", "--features", "5-6,3")
    #expect(some.status == 0)
    #expect(some.lines == [3, 5, 6].map { all.lines[$0] })
  }

  @Test func linesInAFileAreThoseOnStandardOutput() throws {
    let shown = try place.scan("standard-new", "--top", "2", "--format", "jsonl")
    let written = try place.scan(
      "standard-new", "--top", "2", "--format", "jsonl", "--out", "features.jsonl")
    #expect(written.status == 0)
    #expect(written.output.isEmpty)
    #expect(try place.contents("features.jsonl") == Data(shown.output.utf8))
  }

  /// With the reader gone, the signal SIGPIPE ends the command (128 + 13) as it does others; where
  /// that signal is ignored, the command ends itself as if it were done.
  @Test(arguments: [("", "141"), ("trap '' PIPE; ", "0")])
  func row81AReaderThatStopsIsNoFault(signals: String, status: String) throws {
    let line =
      "\"$LENSCTL\" scan --model '\(Commands.fixtures)/clip/quick-gelu' "
      + "--sae '\(Commands.fixtures)/sae/standard-new' --labels labels.txt --top 5 --format jsonl"
    let head = try place.shell("\(signals)\(line) | head -1")
    #expect(head.status == 0)
    #expect(head.lines.count == 1)
    #expect(head.output.hasPrefix("{\"feature\":0,"))
    #expect(head.messages.isEmpty)
    // `true` ends before the model is open.
    let none = try place.shell("\(signals)\(line) | true; echo ${PIPESTATUS[0]}")
    #expect(none.output == status + "\n")
    #expect(none.messages.isEmpty)
  }

  @Test func linesAreFollowedByWhatWasMasked() throws {
    let run = try place.scan("masked", "--top", "2", "--format", "jsonl")
    #expect(run.status == 0)
    #expect(run.lines.count == 48)
    #expect(run.messages == "warning: 4 features masked: dead, not finite, or without image\n")
  }

  @Test func labelsAreEncodedOnce() throws {
    #expect(try place.scan("standard-new", "--top", "2", "--out", "first").status == 0)
    #expect(
      try place.embed("--out", "bank").messages == "5 of 5 labels taken from the cache: bank\n")
    #expect(try place.scan("standard-new", "--top", "2", "--out", "second").status == 0)
    #expect(
      try place.scan("standard-new", "--top", "2", "--no-cache", "--out", "third").status == 0)
    for file in ["features.safetensors", "labels.safetensors", "labels.txt"] {
      let first = try place.contents("first/" + file)
      #expect(try place.contents("second/" + file) == first, "\(file)")
      #expect(try place.contents("third/" + file) == first, "\(file)")
    }
  }

  @Test func quietScansSayNothing() throws {
    try place.writeLabels(["cat", "", "dog", "dog"])
    let run = try place.scan("masked", "--quiet", "--out", "run")
    #expect(run.status == 0)
    #expect(run.output.isEmpty)
    #expect(run.messages.isEmpty)
  }

  @Test func row62FeaturesThatAreNotFiniteAreMasked() throws {
    let run = try place.scan("masked", "--top", "3", "--out", "run")
    #expect(run.status == 0)
    #expect(
      run.messages
        == "warning: 4 features masked: dead, not finite, or without image\n"
        + "44 of 48 features read by dec.full against 5 labels; next: lensctl show run\n")
    let made = try RunDirectory(contentsOf: place.path + "/run")
    let masked = made.features.statuses.indices.filter {
      made.features.statuses[$0] != FeatureStatus.read.rawValue
    }
    #expect(masked == [5, 7, 9, 10])
    #expect(made.features.statuses[5] == FeatureStatus.dead.rawValue)
    #expect(
      made.description["warnings"]?.array?.compactMap(\.string)
        == ["4 features masked: dead, not finite, or without image"])
  }

  @Test func row62OtherFeaturesHaveTheBitsOfACleanRun() throws {
    var rows = Workplace.rows(6, width: 32)
    let clean = try place.scan(
      file: place.write("clean.safetensors", matrices: [("W_dec", rows)]), "--top", "5")
    rows[2][17] = .nan
    let spoiled = try place.scan(
      file: place.write("spoiled.safetensors", matrices: [("W_dec", rows)]), "--top", "5")
    #expect(spoiled.status == 0)
    var expected = clean.lines
    expected[2] = #"{"feature":2,"status":"nonfinite"}"#
    #expect(spoiled.lines == expected)
  }

  @Test(arguments: [
    (["--direction", "encoder"], "enc.full"),
    (["--direction", "encoder", "--map", "linear"], "enc.lin"),
    (["--direction", "decoder", "--map", "full"], "dec.full"),
    (["--map", "linear"], "dec.lin"), (["--direction", "shifted", "--alpha", "2"], "dec.abs"),
  ])
  func runsSayWhichLensTheyAre(arguments: [String], id: String) throws {
    let run = try place.run(
      ["scan"] + Workplace.model
        + ["--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt"]
        + ["--top", "1", "--features", "0", "--quiet", "--out", "run"] + arguments)
    #expect(run.status == 0, "\(run.messages)")
    let made = try RunDirectory(contentsOf: place.path + "/run")
    #expect(made.description["lens"]?["id"]?.string == id)
    #expect(made.description["lens"]?["alpha"]?.double == (id == "dec.abs" ? 2 : nil))
  }

  @Test(arguments: [("decoder", "native"), ("encoder", "enc.native")])
  func directionsOfTheJointSpaceNeedNoMap(direction: String, id: String) throws {
    let rows = Workplace.rows(6, width: 16)
    let file = try place.write("joint.safetensors", matrices: [("W_dec", rows), ("W_enc", rows)])
    #expect(try place.embed("--quiet", "--out", "bank.safetensors").status == 0)
    let run = try place.run(
      "scan", "--sae", file, "--keys", "W_dec=W_dec:N,W_enc=W_enc:N", "--map", "native",
      "--direction", direction, "--text-embeddings", "bank.safetensors", "--top", "2", "--out",
      "run")
    #expect(run.status == 0, "\(run.messages)")
    let made = try RunDirectory(contentsOf: place.path + "/run").description
    #expect(made["lens"]?["id"]?.string == id)
    #expect(made["logit_scale"]?["source"]?.string == "bank")
    #expect(made["model"] == .null)
  }
}
