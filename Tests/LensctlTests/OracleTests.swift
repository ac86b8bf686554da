import Engine
import Foundation
import Testing

/// Runs recomputed from their checkpoints by `recompute_run.py`, in NumPy and float64.
@Suite(.enabled(if: NumPy.isThere, "needs NumPy for /usr/bin/python3")) struct OracleTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private static let script =
    URL(filePath: Commands.fixtures).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Oracle/recompute_run.py").path

  /// Scans and recomputes by the same keys.
  private func recompute(
    _ sae: String, keys: String? = nil, scan arguments: [String]
  ) throws -> CommandRun {
    let source = ["--sae", sae] + (keys.map { ["--keys", $0] } ?? [])
    let run = try place.run(
      ["scan"] + source + Workplace.model + arguments + ["--top", "3", "--out", "run", "--force"])
    #expect(run.status == 0, "\(run.messages)")
    return try recompute(source)
  }

  private func recompute(_ source: [String]) throws -> CommandRun {
    let words = [NumPy.python, Self.script, "run"] + source + Workplace.model
    return try place.shell(words.map { "'\($0)'" }.joined(separator: " "))
  }

  /// Two matrices of different numbers, whose rows are features.
  private func writeMatrices(width: Int) throws -> String {
    let rows = Workplace.rows(14, width: width)
    return try place.write(
      "sae.safetensors",
      matrices: [("W_dec", Array(rows.prefix(7))), ("enc", Array(rows.suffix(7)))])
  }

  @Test(arguments: [
    ["--direction", "decoder"], ["--direction", "encoder"], ["--map", "linear"],
    ["--direction", "shifted", "--alpha", "2"],
  ])
  func variantsOfSAELensAreRecomputed(arguments: [String]) throws {
    let check = try recompute(
      "\(Commands.fixtures)/sae/standard-new", scan: arguments + ["--labels", "labels.txt"])
    #expect(check.status == 0, "\(check.output)\(check.messages)")
    #expect(check.lines.first == "48 features checked, which are all")
  }

  @Test(arguments: ["decoder", "encoder"], ["full", "native"])
  func keysAreReadAsTheEngineReadsThem(direction: String, map: String) throws {
    let check = try recompute(
      try writeMatrices(width: map == "native" ? 16 : 32), keys: "W_dec,W_enc=enc:N",
      scan: [
        "--direction", direction, "--map", map, "--labels", "labels.txt", "--orientation", "rows",
      ])
    #expect(check.status == 0, "\(check.output)\(check.messages)")
    #expect(check.lines.first == "7 features checked, which are all")
  }

  @Test func oneLabelHasNoMarginInEither() throws {
    try place.writeLabels(["cat"])
    let check = try recompute(
      "\(Commands.fixtures)/sae/standard-new", scan: ["--labels", "labels.txt"])
    #expect(check.status == 0, "\(check.output)\(check.messages)")
  }

  @Test func aRunOfOtherDirectionsIsNotConfirmed() throws {
    let sae = try writeMatrices(width: 32)
    let good = try recompute(
      sae, keys: "W_dec=W_dec:N", scan: ["--labels", "labels.txt"])
    #expect(good.status == 0, "\(good.output)\(good.messages)")
    let other = try recompute(["--sae", sae, "--keys", "W_dec=enc:N"])
    #expect(other.status == 1)
    #expect(other.lines.contains { $0.hasPrefix("FAILED: top_cosines differs by ") })
  }
}

/// The Python that Debian's NumPy is for.
enum NumPy {
  static let python = "/usr/bin/python3"

  static let isThere: Bool = {
    let run = try? Workplace().shell("\(python) -c 'import numpy'")
    return run?.status == 0
  }()
}
