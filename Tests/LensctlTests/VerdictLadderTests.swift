import Engine
import Foundation
import Testing

/// The ladder in verdicts of small autoencoders.
@Suite struct VerdictLadderTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: String...) throws -> CommandRun {
    try place.judge(arguments)
  }

  /// Feature i of 48 fires on class i mod 5.
  private func writeTruth() throws {
    try place.write(
      "truth.safetensors",
      matrices: [
        ("class_means", (0..<5).map { row in (0..<48).map { $0 % 5 == row ? 1 : 0 } })
      ])
  }

  private func ladder() throws -> JSONValue {
    try #require(JSONValue(parsing: place.contents("run/verdict.json"))["ladder"])
  }

  @Test func rungsRepeatWhatVariantsSay() throws {
    try writeTruth()
    let run = try judge(
      "--truth", "truth.safetensors", "--direction", "shifted", "--alpha", "2", "--plain")
    #expect(run.status == 0 && run.messages == "")
    let verdict = try JSONValue(parsing: place.contents("run/verdict.json"))
    let rungs = try #require(verdict["ladder"]?["rungs"]?.array)
    #expect(
      rungs.map { Self.keys($0) } == [
        ["as it is read", "dec.abs", "raw"], ["read linearly", "dec.lin", "raw"],
        ["labels centred", "dec.lin", "centred"], ["both banks centred", "dec.lin", "both"],
        ["hubs corrected", "dec.lin", "zcol"], ["duplicates once", "dec.lin", "zcol"],
      ])
    #expect(rungs[0]["gain"] == .null)
    for rung in rungs {
      let variant = try #require(
        verdict["variants"]?.array?.first { $0["id"] == rung["variant"] })
      let score = try #require(variant["scores"]?.array?.first { $0["id"] == rung["score"] })
      #expect(rung["effective_labels"] == score["hubs"]?["effective_labels"])
      #expect(rung["alignment"] == variant["alignment"]?["ratio"])
      let (own, other) = (
        rung["excess"]?["estimate"]?.double ?? 9,
        score["agreement"]?["excess"]?["estimate"]?.double ?? -9
      )
      #expect(abs(own - other) <= 1e-9)
      let beyond = rung["beyond"]?["estimate"]?.double ?? 9
      let null = score["rotated"]?["null_share"]?["estimate"]?.double ?? -9
      #expect(abs(beyond - (1 - null)) <= 1e-12)
    }
    for (before, after) in zip(rungs, rungs.dropFirst()) {
      let difference =
        (after["excess"]?["estimate"]?.double ?? 9) - (before["excess"]?["estimate"]?.double ?? 0)
      #expect(abs((after["gain"]?["estimate"]?.double ?? -9) - difference) <= 1e-9)
    }
    // The summary has them all, the causes, and what reads best.
    let steps = run.lines.drop { !$0.hasPrefix("step\t") }.dropFirst().prefix(6)
    #expect(
      steps.map { $0.split(separator: "\t").first.map(String.init) }
        == rungs.map { $0["change"]?.string })
    #expect(run.lines.contains { $0.hasPrefix("cost of each cause in points") })
    #expect(run.lines.contains { $0.hasPrefix("reads best: ") })
  }

  private static func keys(_ rung: JSONValue) -> [String] {
    ["change", "variant", "score"].map { rung[$0]?.string ?? "" }
  }

  @Test func costsOfCausesAddUpToWhatIsGained() throws {
    try writeTruth()
    #expect(try judge("--truth", "truth.safetensors", "--direction", "shifted").status == 0)
    let ladder = try ladder()
    let causes = try #require(ladder["causes"]?.array)
    #expect(
      Set(causes.compactMap { $0["cause"]?.string })
        == ["bias", "centring", "hubs", "temperature"])
    let readings = try #require(ladder["readings"]?.array)
    #expect(readings.count == 16)
    for key in ["names", "probability"] {
      let sum = causes.reduce(0) { $0 + ($1[key]?["estimate"]?.double ?? 9) }
      let gain = (readings[15][key]?.double ?? 9) - (readings[0][key]?.double ?? 0)
      #expect(abs(sum - gain) <= 1e-9)
    }
    #expect(readings[0]["names"] == ladder["rungs"]?.array?.first?["excess"]?["estimate"])
  }

  @Test func withoutTruthRungsHaveSharesAlone() throws {
    #expect(try judge("--direction", "decoder", "--map", "linear").status == 0)
    let ladder = try ladder()
    let rungs = try #require(ladder["rungs"]?.array)
    #expect(rungs.count == 5)
    #expect(rungs.allSatisfy { $0["excess"] == .null && $0["beyond"]?["estimate"] != nil })
    #expect(ladder["causes"]?.array?.isEmpty == true)
    #expect(ladder["causes_not_known"]?.string == "no truth was given")
    #expect(ladder["best"]?["by"]?.string == "beyond")
  }

  @Test func rungsOfEncodersEndAtTheDecoder() throws {
    #expect(
      try judge(
        "--direction", "encoder", "--map", "linear", "--variant", "enc.lin", "--variant", "dec.lin"
      ).status == 0)
    #expect(
      try ladder()["rungs"]?.array?.map(Self.keys) == [
        ["as it is read", "enc.lin", "raw"], ["labels centred", "enc.lin", "centred"],
        ["both banks centred", "enc.lin", "both"], ["hubs corrected", "enc.lin", "zcol"],
        ["decoder for encoder", "dec.lin", "zcol"], ["duplicates once", "dec.lin", "zcol"],
      ])
  }
}
