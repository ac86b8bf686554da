import Engine
import Foundation
import Testing

@testable import Campaign

/// What all runs of a campaign say, in one table.
@Suite struct CampaignSummaryTests {
  private let place: Place

  init() throws { place = try Place() }

  private static let verdict = """
    {"form_in_use": "dec.full",
     "findings": [{"name": "WORKS", "holds": true}, {"name": "HUBS", "holds": true}, {"name": "NOISE", "holds": false}],
     "variants": [{"id": "dec.full", "read": 47,
       "alignment": {"ratio": 1.25, "null_deviation": 0.1},
       "ceiling": {"efficiency": {"estimate": 0.5, "lower": 0.25, "upper": 0.75}},
       "scores": [{"id": "centred",
         "rotated": {"null_share": {"estimate": 0.75, "lower": 0.5, "upper": 1}, "discoveries": 7},
         "in_place": {"null_share": {"estimate": 0.5, "lower": 0.25, "upper": 0.75}, "discoveries": 3},
         "hubs": {"effective_labels": 17.5, "top_share": 0.125, "top": [{"label": "=cat, dog"}]}}]}]}
    """

  private func summary() throws -> CampaignSummary {
    let plan = try place.plan()
    for run in ["one", "two"] {
      try place.write(
        "out/runs/\(run)-dec.full-labels/run.json",
        #"{"labels": {"usable": 5}, "counts": {"features": 48, "read": 47}}"#)
    }
    try place.write("out/runs/one-dec.full-labels/verdict.json", Self.verdict)
    return try CampaignSummary(plan, in: place.folder)
  }

  @Test func rowsHaveTheNumbersOfVerdicts() throws {
    let json = JSONValue.object(try summary().json)
    #expect(json["format"] == "lensctl.summary" && json["format_version"] == 1)
    let rows = try #require(json["runs"]?.array)
    #expect(rows.count == 2)
    let row = rows[0]
    #expect(row["name"] == "one-dec.full-labels" && row["sae"] == "one")
    #expect(row["variant"] == "dec.full" && row["labels"] == "labels")
    #expect(row["path"] == "runs/one-dec.full-labels")
    #expect(row["usable_labels"] == 5 && row["counts"] == ["features": 48, "read": 47])
    let verdict = try #require(row["verdict"])
    #expect(verdict["verdicts"] == ["WORKS", "HUBS"] && verdict["alignment"] == 1.25)
    #expect(verdict["beyond_rotated"] == ["estimate": 0.25, "lower": 0.0, "upper": 0.5])
    #expect(verdict["beyond_random"] == ["estimate": 0.5, "lower": 0.25, "upper": 0.75])
    #expect(verdict["found_rotated"] == 7 && verdict["found_random"] == 3)
    #expect(verdict["right"] == .null && verdict["minimum_cosine"] == .null)
    #expect(verdict["efficiency"]?["estimate"] == 0.5)
    #expect(verdict["top_label"] == "=cat, dog" && verdict["top_label_share"] == 0.125)
    #expect(rows[1]["verdict"] == .null)
  }

  @Test func aTableIsSafeForSpreadsheets() throws {
    let summary = try summary()
    try summary.write(in: place.folder)
    let path = place.path
    #expect(
      try place.text("out/summary.csv")
        == "name,sae,variant,labels,path,sae_path,labels_path,usable_labels,features,read,verdicts,"
        + "alignment,beyond_rotated,beyond_rotated_lower,beyond_rotated_upper,found_rotated,"
        + "beyond_random,beyond_random_lower,beyond_random_upper,found_random,right,right_lower,"
        + "right_upper,efficiency,efficiency_lower,efficiency_upper,effective_labels,top_label,"
        + "top_label_share,minimum_cosine,minimum_cosine_lower,minimum_cosine_upper\r\n"
        + "one-dec.full-labels,one,dec.full,labels,runs/one-dec.full-labels,\(path)/saes/one,"
        + "\(path)/labels.txt,5,48,47,WORKS; HUBS,1.25,0.25,0.0,0.5,7,0.5,0.25,0.75,3,,,,0.5,0.25,0.75,"
        + "17.5,\"'=cat, dog\",0.125,,,\r\n"
        + "two-dec.full-labels,two,dec.full,labels,runs/two-dec.full-labels,\(path)/saes/two,"
        + "\(path)/labels.txt,5,48,47,,,,,,,,,,,,,,,,,,,,,,\r\n")
    #expect(
      try JSONValue(parsing: Data(place.text("out/summary.json").utf8))["runs"]?.array?.count == 2)
  }

  @Test func aRunThatIsNotThereIsSaid() throws {
    let plan = try place.plan()
    let error = #expect(throws: CheckpointError.self) {
      try CampaignSummary(plan, in: place.folder)
    }
    #expect(error?.kind == .missingInput)
  }
}
