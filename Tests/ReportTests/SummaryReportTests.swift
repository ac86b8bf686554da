import Engine
import Foundation
import Testing

@testable import Report

@Suite struct SummaryReportTests {
  private static func interval(_ value: Double) -> JSONValue {
    ["estimate": .number(value), "lower": .number(value / 2), "upper": .number(value)]
  }

  private static func run(_ sae: String, _ variant: String, beyond: Double?) -> JSONValue {
    [
      "name": .string("\(sae)-\(variant)"), "sae": .string(sae), "variant": .string(variant),
      "labels": "imagenet", "usable_labels": 1000, "counts": ["features": 640, "read": 639],
      "verdict": beyond.map {
        [
          "verdicts": ["HUBS"], "right": .null, "efficiency": .null,
          "beyond_rotated": interval($0), "beyond_random": interval($0 / 4),
          "effective_labels": 17.5, "alignment": 1.25,
        ]
      } ?? .null,
    ]
  }

  private static func page(_ runs: [JSONValue]) throws -> String {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "summary-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let json: JSONValue = [
      "format": "lensctl.summary", "format_version": 1, "runs": .array(runs),
    ]
    try json.serialized().write(toFile: path, atomically: true, encoding: .utf8)
    return try SummaryReport(contentsOf: path).html()
  }

  @Test func everyNumberIsCited() throws {
    let html = try Self.page([
      Self.run("a", "dec.full", beyond: 0.5), Self.run("b", "dec.full", beyond: 0.75),
    ])
    for (index, value) in ["0.5", "0.75"].enumerated() {
      let place = "0:summary.json#/runs/\(index)/verdict/beyond_rotated/estimate"
      #expect(html.contains("value=\"\(value)\" data-of=\"\(place)\""), "\(place)")
    }
    #expect(html.contains("median \(NumberText.percent(0.625))"))
    // The dots of two figures; nothing is known of names that are right.
    #expect(html.components(separatedBy: "class=\"dot real\"").count - 1 == 4)
    #expect(html.components(separatedBy: "<p class=\"missing\"").count - 1 == 2)
    #expect(html.contains("HUBS"))
  }

  @Test func runsWithoutVerdictsAreListed() throws {
    let html = try Self.page([Self.run("a", "dec.full", beyond: nil)])
    #expect(
      html.contains("no run has one; give verdict in the campaign&#39;s file")
        || html.contains("no run has one; give verdict in the campaign's file"))
    #expect(html.contains(">none<"))
  }

  @Test func namesAreInert() throws {
    let html = try Self.page([Self.run("</script><img onerror=x>", "<b>", beyond: 0.5)])
    #expect(!html.contains("<img onerror") && !html.contains("<b>"))
  }

  @Test func anythingElseIsRefused() throws {
    let path = FileManager.default.temporaryDirectory
      .appending(path: "summary-\(UUID().uuidString).json").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #"{"format": "lensctl.run", "format_version": 1}"#.write(
      toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: CheckpointError.self) { try SummaryReport(contentsOf: path) }
    #expect(
      error?.description
        == "\(path): field \"format\": found lensctl.run 1, expected lensctl.summary 1")
  }
}
