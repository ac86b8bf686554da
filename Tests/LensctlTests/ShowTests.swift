import Engine
import Foundation
import Testing

@testable import lensctl

/// A run of 48 features, of which 4 cannot be read, against 8 labels and a blank line.
@Suite struct ShowTests {
  let place: Workplace
  let run: String

  static let labels = [
    "snow leopard", "cat", "犬", "👩‍🔬 woman scientist", "", "flag 🇩🇪", "dog", "Dog house", "dog",
  ]

  init() throws {
    place = try Workplace()
    try place.write("labels.txt", Self.labels.map { $0 + "\n" }.joined())
    run = place.path + "/run"
    let scan = try place.run(
      "scan", "--model", "\(Commands.fixtures)/clip/quick-gelu", "--sae",
      "\(Commands.fixtures)/sae/masked", "--labels", "labels.txt", "--top", "4", "--out", run)
    #expect(scan.status == 0, "\(scan.messages)")
  }

  private func show(_ arguments: String...) throws -> CommandRun {
    try place.run(["show", run] + arguments)
  }

  private func json(_ arguments: String...) throws -> JSONValue {
    let run = try place.run(["show", run, "--json"] + arguments)
    #expect(run.status == 0, "\(run.messages)")
    return try JSONValue(parsing: Data(run.output.utf8))
  }

  @Test func theSummaryCountsFeaturesAndLabels() throws {
    let lines = try show("--plain").lines
    #expect(lines.contains("lens\tdec.full: decoder direction, full map"))
    #expect(lines.contains("features\t48: 44 read, 1 dead, 3 nonfinite"))
    #expect(lines.contains { $0.hasPrefix("labels\tlabels.txt: 8 of 9 usable, ") })
    #expect(lines.contains("logit scale\t100.003, from the checkpoint"))
    #expect(lines.contains("warning\t1 label blank, kept in place and masked: line 5"))
    #expect(
      lines.contains("over features\tleast\t5%\t25%\tmedian\t75%\t95%\tgreatest"))

    let json = try json()
    let counts = json["most_often_first"]?.array?.compactMap { $0["count"]?.integer } ?? []
    #expect(counts.reduce(0, +) == 44)
    #expect(counts == counts.sorted(by: >))
    #expect(json["run"]?["lens"]?["id"] == "dec.full")
  }

  @Test func oneFeatureIsShownInFull() throws {
    let lines = try show("--feature", "3", "--plain").lines
    #expect(lines.contains("status\tread"))
    #expect(lines.contains("place\tcosine\tshare\tmost like\tcosine\tshare\tleast like"))
    #expect(lines.suffix(4).map { $0.prefix(2) } == ["1\t", "2\t", "3\t", "4\t"])
    let feature = try json("--feature", "3")["features"]?.array?.first
    #expect(feature?["feature"] == 3)
    #expect(feature?["top"]?.array?.count == 4)
    #expect(feature?["bottom"]?.array?.count == 4)
  }

  @Test func maskedFeaturesSayWhy() throws {
    let lines = try show("--feature", "5,7", "--plain").lines
    #expect(lines == ["feature\t5", "status\tdead", "feature\t7", "status\tnonfinite"])
  }

  @Test func featuresBeyondTheRunAreRefused() throws {
    let show = try show("--feature", "48")
    #expect(show.status == 64)
    #expect(
      show.messages
        == "lensctl: \(run): feature 48: not part of the run, which has features from 0 to 47\n")
  }

  @Test func sharpestFeaturesComeInOrderOfMargin() throws {
    let features = try json("--sharpest", "10")["features"]?.array ?? []
    let margins = features.compactMap { $0["margin"]?.double }
    #expect(margins.count == 10)
    #expect(margins == margins.sorted(by: >))
    #expect(try show("--sharpest", "3").lines.count == 4)
  }

  @Test func aSampleDependsOnItsSeedAlone() throws {
    let first = try json("--random", "5", "--seed", "1")
    #expect(try json("--random", "5", "--seed", "1") == first)
    #expect(try json("--random", "5", "--seed", "2")["features"] != first["features"])
    #expect(try json("--random", "100")["features"]?.array?.count == 44)
  }

  @Test func labelsAreFoundByTextIDAndPart() throws {
    for text in ["snow leopard", "Snow Leopard", "0", "leop"] {
      let label = try json("--label", text)
      #expect(label["label_id"] == 0)
      let cosines = label["features"]?.array?.compactMap { $0["label_cosine"]?.double } ?? []
      #expect(!cosines.isEmpty && cosines == cosines.sorted(by: >))
      #expect(cosines.count == min(20, label["top_count"]?.integer ?? 0))
    }
  }

  @Test(arguments: [
    ("dog", "label \"dog\": found 2, expected one of: 6 (dog), 8 (dog)"),
    (
      "O",
      "label \"O\": found 5, expected one of: 0 (snow leopard), 3 (👩‍🔬 woman scientist), "
        + "6 (dog), 7 (Dog house), 8 (dog)"
    ),
    (
      "cats",
      "label \"cats\": found none, nearest: 1 (cat), 2 (犬), 6 (dog), 8 (dog), "
        + "7 (Dog house)"
    ),
  ])
  func labelsThatAreNotOneAreListed(text: String, message: String) throws {
    let show = try show("--label", text)
    #expect(show.status == 64)
    #expect(show.messages == "lensctl: \(run): \(message)\n")
  }

  @Test func aTextInTheTemplateOfALabelHasItsCosines() throws {
    let template = "A photo of a {label}."
    let byText = try json("--text", "cat", "--template", template, "--limit", "44")
    let byLabel = try json("--label", "cat")
    for feature in byLabel["features"]?.array ?? [] {
      let same = byText["features"]?.array?.first { $0["feature"] == feature["feature"] }
      // One label goes through another kernel than nine: the last digits may differ.
      let (text, label) = (same?["text_cosine"]?.double, feature["label_cosine"]?.double)
      #expect(abs((text ?? 2) - (label ?? -2)) < 1e-5)
    }
    let cosines = byText["features"]?.array?.compactMap { $0["text_cosine"]?.double } ?? []
    #expect(cosines.count == 44 && cosines == cosines.sorted(by: >))
  }

  @Test func picturesStandBesideFeatures() throws {
    var builder = Data()
    for id in 0..<48 {
      for value in [Int32(id % 3), -1] {
        builder += littleEndian(value)
      }
    }
    var header = "{\"top_picture_ids\":{\"dtype\":\"I32\",\"shape\":[48,2],"
    header += "\"data_offsets\":[0,384]}}"
    let length = littleEndian(UInt64(header.utf8.count))
    let file = try place.write("pictures.safetensors", length + Data(header.utf8) + builder)
    let names = try place.write("names.txt", "😀\n👩‍🔬\n🇩🇪\n")
    let lines = try show(
      "--feature", "4", "--fires-on", file, "--fires-on-names", names, "--plain"
    ).lines
    #expect(lines.contains("fires most on\t👩‍🔬"))
    let table = try show("--sharpest", "5", "--fires-on", file).lines
    #expect(table.first == "feature  margin  fires most on  labels")
    let few = try place.write("few.txt", "😀\n")
    let refused = try show("--sharpest", "5", "--fires-on", file, "--fires-on-names", few)
    #expect(refused.status == 65)
    #expect(
      refused.messages == "lensctl: \(few): names of pictures: found 1, expected at least 3\n")
  }

  @Test func threadsAndCacheAreChosen() throws {
    let arguments = ["show", "run", "--text", "cat", "--json"]
    let plain = try place.run(arguments + ["--no-cache", "--threads", "1"])
    #expect(plain.status == 0, "\(plain.messages)")
    #expect(try place.run(arguments).output == plain.output)
  }

  @Test func changedInputsAreNoticed() throws {
    let model = place.path + "/model"
    try FileManager.default.copyItem(
      atPath: "\(Commands.fixtures)/clip/quick-gelu", toPath: model)
    let scan = try place.run(
      "scan", "--model", model, "--sae", "\(Commands.fixtures)/sae/masked", "--labels",
      "labels.txt", "--out", "other")
    #expect(scan.status == 0, "\(scan.messages)")
    #expect(try place.run("show", "other", "--text", "cat").status == 0)
    let merges = try String(contentsOfFile: model + "/merges.txt", encoding: .utf8)
    try (merges + "\n").write(toFile: model + "/merges.txt", atomically: true, encoding: .utf8)
    let show = try place.run("show", "other", "--text", "cat")
    #expect(show.status == 65)
    #expect(
      show.messages
        == "lensctl: \(model)/merges.txt: tokenizer has changed since the run: found "
        + "\(merges.utf8.count + 1) bytes, expected \(merges.utf8.count) bytes\n")
  }

  @Test func aRunWithoutModelNeedsOneForTexts() throws {
    let bank = try place.run(
      "embed", "--model", "\(Commands.fixtures)/clip/quick-gelu", "--labels", "labels.txt",
      "--out", "bank.safetensors")
    #expect(bank.status == 0, "\(bank.messages)")
    let scan = try place.run(
      "scan", "--sae", "\(Commands.fixtures)/clip/quick-gelu/expected.safetensors", "--keys",
      "W_dec=text_embeddings:N", "--map", "native", "--text-embeddings", "bank.safetensors",
      "--out", "native")
    #expect(scan.status == 0, "\(scan.messages)")
    let show = try place.run("show", "native", "--text", "cat")
    #expect(show.status == 64)
    #expect(
      show.messages == "lensctl: native: found no --model, expected one for encoding a text\n")
    let other = try place.run(
      "show", "native", "--text", "cat", "--model", "\(Commands.fixtures)/clip/quick-gelu")
    #expect(other.status == 0, "\(other.messages)")
  }

  @Test(arguments: [
    (["--sharpest", "1", "--random", "1"], "found --sharpest and --random, expected one of them"),
    (["--sharpest", "0"], "--sharpest: found 0, expected at least 1"),
    (["--text", " "], "--text: found a blank text, expected words"),
    (
      ["--feature", "1-"],
      "1-: features: found \"1-\", expected ids and ranges such as 17,200-299"
    ),
    (["--json", "--plain"], "found both --json and --plain, expected one of them"),
    (["--model", "m"], "--template, --model and --no-cache go with --text"),
    (["--no-cache"], "--template, --model and --no-cache go with --text"),
    (["--threads", "0"], "--threads: found 0, expected 1 to 1024"),
    (["--fires-on-names", "n"], "--fires-on-names goes with --fires-on"),
  ])
  func wrongArgumentsAreFoundBeforeAnyWork(arguments: [String], message: String) throws {
    let show = try place.run(["show", "nowhere"] + arguments)
    #expect(show.status == 64)
    #expect(show.messages.hasPrefix("Error: \(message)\n"), "\(show.messages)")
  }

  @Test func missingAndForeignRunsHaveTheirOwnStatus() throws {
    #expect(try place.run("show", "nowhere").status == 66)
    try place.write("run.json", "{\"format\": \"other\"}")
    let foreign = try place.run("show", place.path)
    #expect(foreign.status == 65)
    #expect(
      foreign.messages
        == "lensctl: \(place.path)/run.json: field \"format\": found \"other\", expected "
        + "lensctl.run\n")
  }

  @Test func inspectKnowsRunsAndBanks() throws {
    let run = try place.run("inspect", run, "--plain")
    #expect(run.status == 0, "\(run.messages)")
    #expect(run.lines.contains("is\trun directory"))
    #expect(run.lines.contains("lens\tdec.full"))
    #expect(run.lines.contains { $0.hasPrefix("top_label_ids\tI32\t[48, 4]\t-1\t8\t0\t0") })
    let embed = try place.run(
      "embed", "--model", "\(Commands.fixtures)/clip/quick-gelu", "--labels", "labels.txt",
      "--out", "bank.safetensors")
    #expect(embed.status == 0, "\(embed.messages)")
    let bank = try place.run("inspect", "bank.safetensors", "--plain")
    #expect(bank.status == 0, "\(bank.messages)")
    #expect(bank.lines.contains("is\tlabel bank"))
    #expect(bank.lines.contains("usable\t8"))
    #expect(bank.lines.contains("templates\tA photo of a {label}."))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsKnowTheSubcommands(shell: String) throws {
    let script = try place.run("--generate-completion-script", shell)
    #expect(script.status == 0)
    for name in ["scan", "embed", "inspect", "show", "doctor"] {
      #expect(script.output.contains(name))
    }
  }

  @Test(arguments: [("", "141"), ("trap '' PIPE; ", "0")])
  func aReaderThatLeavesIsNoFault(signals: String, status: String) throws {
    // What `true` does not read stays in the pipe: only what is written after its end is noticed.
    let shell = try place.shell(
      "\(signals)\"$LENSCTL\" show run --random 44 --json | true; echo ${PIPESTATUS[0]}")
    #expect(shell.output == status + "\n")
    #expect(shell.messages.isEmpty)
  }

  @Test func outputThatIsNoTerminalHasNoColour() throws {
    let show = try show("--sharpest", "2")
    #expect(!show.output.contains("\u{1B}"))
  }

  /// `script` runs a command on a terminal of its own.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: [
      ("TERM=xterm", "", true), ("TERM=xterm NO_COLOR=", "", true),
      ("TERM=xterm NO_COLOR=1", "", false), ("TERM=dumb", "", false),
      ("TERM=xterm", "--no-color", false), ("TERM=xterm", "--plain", false),
    ])
  func terminalsGetColourUnlessTheyDecline(
    variables: String, option: String, isColoured: Bool
  ) throws {
    let command = "\(variables) $LENSCTL show run --sharpest 2 \(option)"
    let shell = try place.shell("script -qec '\(command)' /dev/null")
    #expect(shell.status == 0, "\(shell.messages)")
    #expect(shell.output.contains("labels"))
    #expect(shell.output.contains("\u{1B}[1m") == isColoured)
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")))
  func linesFitTheTerminal() throws {
    let command = "stty cols 40; $LENSCTL show run --sharpest 44 --no-color"
    let shell = try place.shell("script -qec '\(command)' /dev/null")
    let lines = shell.output.split { $0.isNewline }.map(String.init)
    #expect(lines.count == 45)
    #expect(lines.allSatisfy { $0.displayWidth <= 40 })
    #expect(lines.contains { $0.displayWidth == 40 && $0.hasSuffix("…") })
  }

  private func littleEndian<Bits: FixedWidthInteger>(_ bits: Bits) -> Data {
    Data((0..<(Bits.bitWidth / 8)).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }
}
