import Engine
import Foundation
import Testing

/// The first experiment repeated, against what its code makes of a small autoencoder (`replay_fixtures.py`).
@Suite struct VerdictReplayTests {
  let place: Workplace
  private static let fixture = "\(Commands.fixtures)/replay"

  init() throws {
    place = try Workplace()
  }

  private func judge(
    _ arguments: [String], names: String = "\(VerdictReplayTests.fixture)/names.txt"
  ) throws -> CommandRun {
    try place.run(
      [
        "verdict", "--model", "\(Self.fixture)/model", "--sae", "\(Self.fixture)/sae",
        "--text-embeddings", "\(Self.fixture)/text.safetensors", "--names", names, "--rotations",
        "1",
        "--null-banks", "0", "--variant", "dec.abs", "--quiet", "--json", "--out", "run",
      ] + arguments)
  }

  private static func listing() throws -> [String] {
    try String(contentsOfFile: fixture + "/listing.txt", encoding: .utf8)
      .split(separator: "\n").map(String.init)
  }

  /// The files of all folders by the names of these.
  private static func texts(below path: String) throws -> [String: Data] {
    var texts: [String: Data] = [:]
    for folder in try FileManager.default.contentsOfDirectory(atPath: path) {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")
      #expect(names == ["text_explanation.txt"])
      texts[folder] = try Data(
        contentsOf: URL(filePath: "\(path)/\(folder)/text_explanation.txt"))
    }
    return texts
  }

  @Test(arguments: [1, 2])
  func theMisfiledTextsAreThoseOfThePublishedCode(threads: Int) throws {
    let run = try judge([
      "--replay", "fry", "--write-misfiled", "dashboard", "--listing",
      "\(Self.fixture)/listing.txt", "--threads", "\(threads)",
    ])
    #expect(run.status == 0 && run.messages == "")
    let expected = try Self.texts(below: Self.fixture + "/dashboard")
    #expect(expected.count == 22)
    #expect(try Self.texts(below: place.path + "/dashboard") == expected)
    #expect(!place.has("dashboard.partial"))
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let replay = try #require(json["replay"])
    #expect(replay["id"]?.string == "fry" && replay["alpha"]?.double == 13)
    #expect(replay["temperature"]?.double == 0.015 && replay["top"]?.integer == 10)
    #expect(replay["template"]?.string == "A photo of a {label}.")
    #expect(replay["misfiled"]?["order"]?.string == "listing")
    #expect(replay["misfiled"]?["folders"]?.integer == 22)
    #expect(json["form_in_use"]?.string == "dec.abs")
    #expect(json["options"]?["alpha"]?.double == 13)
    let description = try JSONValue(parsing: place.contents("run/run.json"))
    #expect(abs((description["logit_scale"]?["value"]?.double ?? 0) - 1 / 0.015) < 1e-9)
    #expect(description["top_k"]?.integer == 10)
  }

  @Test func theMapOfTheTextsIsFoundOut() throws {
    for (options, best) in [
      (["--listing", "\(Self.fixture)/listing.txt"], "listing"), ([], "identity"),
    ] {
      let run = try judge(
        ["--replay", "fry", "--results", "\(Self.fixture)/dashboard", "--force"] + options)
      #expect(run.status == 0)
      let found = try #require(try JSONValue(parsing: Data(run.output.utf8))["permutation"])
      #expect((found["best"]?.string == best) == !options.isEmpty)
      #expect(found["permuted"]?.bool == !options.isEmpty)
      #expect(((found["p"]?.double ?? 1) < 1e-6) == !options.isEmpty)
      #expect(found["maps"]?.array?.count == (options.isEmpty ? 10 : 12))
    }
  }

  /// Without a listing, rows go into the folders of the features that fire, by number, and are found there.
  @Test func featuresThatFireNameTheFoldersWithoutAListing() throws {
    let alive = (0..<40).filter { $0 % 3 != 1 }
    let count = try String(contentsOfFile: Self.fixture + "/names.txt", encoding: .utf8)
      .split(separator: "\n").count
    try place.write(
      "truth.safetensors",
      matrices: [
        (
          "class_means",
          (0..<count).map { id in
            (0..<40).map { $0 % 3 != 1 && $0 % count == id ? 1 : 0 }
          }
        )
      ])
    let options = ["--replay", "fry", "--truth", "truth.safetensors", "--force"]
    #expect(try judge(options + ["--write-misfiled", "dashboard"]).status == 0)
    let texts = try Self.texts(below: place.path + "/dashboard")
    #expect(Set(texts.keys) == Set(alive.map(String.init)))
    // The same rows as the published code writes, in other folders.
    let published = try Self.texts(below: Self.fixture + "/dashboard")
    for (row, folder) in try Self.listing().enumerated() {
      #expect(texts["\(alive[row])"] == published[folder])
    }
    let run = try judge(options + ["--results", "dashboard"])
    let found = try #require(try JSONValue(parsing: Data(run.output.utf8))["permutation"])
    #expect(found["best"]?.string == "alive" && found["permuted"]?.bool == true)
    #expect(found["maps"]?.array?.first { $0["name"]?.string == "alive" }?["hit"]?.double == 1)
  }

  @Test func itIsNothingElseThanTheExperiment() throws {
    for (option, value, found, expected) in [
      ("direction", "encoder", "encoder", "shifted"), ("map", "linear", "linear", "full"),
      ("temperature", "0.01", "0.01", "0.015"),
    ] {
      let run = try judge(["--replay", "fry", "--\(option)", value])
      #expect(run.status == 64)
      #expect(
        run.message == "Error: --\(option): found \(found), expected \(expected) of --replay fry")
    }
    let alpha = try judge(["--replay", "fry", "--direction", "shifted", "--alpha", "12"])
    #expect(alpha.message == "Error: --alpha: found 12.0, expected 13.0 of --replay fry")
    let alone = try judge(["--write-misfiled", "dashboard"])
    #expect(alone.status == 64)
    #expect(alone.message == "Error: --write-misfiled goes with --replay")
    let part = try judge([
      "--replay", "fry", "--features", "0-9", "--write-misfiled", "dashboard",
    ])
    #expect(part.message == "Error: --write-misfiled does not go with --features")
    let within = try judge(["--replay", "fry", "--write-misfiled", "run/dashboard"])
    #expect(within.status == 64)
    #expect(
      within.message
        == "Error: --write-misfiled: found a directory of --out, expected one apart from it")
    #expect(!place.has("run") && !place.has("dashboard"))
  }

  @Test func whatStandsThereIsKept() throws {
    try FileManager.default.createDirectory(
      atPath: place.path + "/dashboard", withIntermediateDirectories: true)
    let run = try judge(["--replay", "fry", "--write-misfiled", "dashboard", "--force"])
    #expect(run.status == 73)
    #expect(
      run.message
        == "lensctl: dashboard: cannot be created: it exists, and folders of explanations are never "
        + "replaced")
    #expect(!place.has("run"))
  }

  /// The published code asks for ten labels, and stops where there are fewer.
  @Test func fewerThanTenLabelsAreRefused() throws {
    try place.writeLabels()
    let run = try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--replay",
          "fry", "--out", "run", "--quiet",
        ])
    #expect(run.status == 65)
    #expect(
      run.message
        == "lensctl: labels.txt: labels: found 5 that can be used, expected at least 10, as many as "
        + "fry writes")
    #expect(!place.has("run"))
  }

  /// A masked feature has no labels.
  @Test func aMaskedFeatureIsRefused() throws {
    try place.writeLabels((0..<12).map { "label \($0)" })
    let run = try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/masked", "--labels", "labels.txt", "--replay", "fry",
          "--write-misfiled", "dashboard", "--rotations", "1", "--null-banks", "0", "--variant",
          "dec.abs", "--out", "run", "--quiet",
        ])
    #expect(run.status == 65)
    #expect(
      run.message
        == "lensctl: feature 5: found it masked as dead, expected one with labels for a folder")
    #expect(!place.has("run") && !place.has("run.partial") && !place.has("dashboard"))
  }
}
