import Engine
import Foundation
import Testing

/// Verdicts about another program's results, end to end.
@Suite struct VerdictTableTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: String...) throws -> CommandRun {
    try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--map",
          "linear",
          "--variant", "dec.lin", "--rotations", "1", "--null-banks", "0", "--out", "run",
          "--force",
        ] + arguments)
  }

  /// The first label of each feature by the raw score.
  private func names() throws -> [String] {
    #expect(try judge("--quiet").status == 0)
    let file = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
    let ids = try #require(file.tensors["dec.lin.raw.label_id"]?.integers())
    return ids.map { Workplace.plainLabels[$0] }
  }

  /// The verdict is that of the detector, with its p.
  private func expectFinding(_ json: JSONValue, holds: Bool, p: Double?) throws {
    let finding = try #require(
      json["findings"]?.array?.first { $0["name"]?.string == "INDEX-PERMUTED" })
    #expect(finding["holds"]?.bool == holds && finding["threshold"]?.double == 1e-6)
    #expect(finding["value"]?.double == p && p != nil)
    #expect(
      json["verdicts"]?.array?.contains { $0.string == "INDEX-PERMUTED" } == holds)
  }

  @Test func aTableFiledInTheOrderOfTextIsFoundOut() throws {
    let names = try names()
    let order = (0..<names.count).map(String.init).sorted()
    let rows = order.enumerated().map { "\($1)\t\(names[$0])\n" }
    try place.write("results.tsv", "feature\tlabel\n" + rows.joined())
    let run = try judge("--results", "results.tsv", "--json")
    #expect(run.status == 0)
    let found = try #require(try JSONValue(parsing: Data(run.output.utf8))["permutation"])
    #expect(found["best"]?.string == "strings" && found["permuted"]?.bool == true)
    #expect((found["p"]?.double ?? 1) < 1e-6 && found["form"]?.string == "tsv")
    #expect(found["rows"]?.integer == 48 && found["unknown_labels"]?.integer == 0)
    let maps = try #require(found["maps"]?.array)
    #expect(maps.first?["name"]?.string == "identity")
    let best = maps.first { $0["name"]?.string == "strings" }
    #expect(best?["hits"]?.integer == 48 && best?["hit"]?.double == 1)
    let identity = rows.count { row in
      let fields = row.dropLast().split(separator: "\t")
      return names[Int(fields[0]) ?? 0] == fields[1]
    }
    #expect(maps.first?["hits"]?.integer == identity)
    try expectFinding(
      JSONValue(parsing: Data(run.output.utf8)), holds: true, p: found["p"]?.double)
    let lines = run.messages.split(separator: "\n")
    #expect(
      lines.contains {
        $0.hasPrefix("results.tsv: ") && $0.contains("100.0 % by strings, p ")
          && $0.hasSuffix(": INDEX-PERMUTED")
      })
  }

  @Test func aListingExplainsFolders() throws {
    let names = try names()
    let listing = (0..<48).filter { $0 % 5 != 2 }.map { $0 * 29 % 48 }
    try place.write("listing.txt", listing.map { "\($0)\n" }.joined())
    for (row, feature) in listing.enumerated() {
      let folder = "\(place.path)/dashboard/\(feature)"
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      try place.write(
        "dashboard/\(feature)/text_explanation.txt",
        "A photo of a \(names[row]).\nProbability: 1% \n\n")
    }
    let run = try judge("--results", "dashboard", "--listing", "listing.txt", "--json", "--quiet")
    #expect(run.status == 0 && run.messages == "")
    let found = try #require(try JSONValue(parsing: Data(run.output.utf8))["permutation"])
    #expect(found["form"]?.string == "folders" && found["best"]?.string == "listing")
    #expect(found["permuted"]?.bool == true && found["rows"]?.integer == listing.count)
  }

  /// Results of this program's own scan are filed rightly, whatever is left out.
  @Test func ownResultsAreFiledRightly() throws {
    let scan = try place.scan("standard-new", "--map", "linear", "--format", "jsonl")
    try place.write("own.jsonl", scan.output)
    let run = try judge("--results", "own.jsonl", "--features", "3-40")
    #expect(run.status == 0)
    let found = try #require(
      try JSONValue(parsing: place.contents("run/verdict.json"))["permutation"])
    #expect(found["best"]?.string == "identity" && found["permuted"]?.bool == false)
    #expect(found["maps"]?.array?.first?["compared"]?.integer == 38)
    #expect(found["maps"]?.array?.first?["hits"]?.integer == 38)
    try expectFinding(
      JSONValue(parsing: place.contents("run/verdict.json")), holds: false,
      p: found["p"]?.double)
    #expect(
      run.messages.contains(
        "own.jsonl: 79.2 % of 48 labels agree as they are filed, by no other map more"))
  }

  @Test func aVariantThatIsNotJudgedIsNotCompared() throws {
    try place.write("results.tsv", "feature\tlabel\n1\tcat\n")
    let run = try judge("--results", "results.tsv", "--direction", "encoder")
    #expect(run.status == 0)
    #expect(
      run.messages.contains("results.tsv: not compared, since the variant in use is not judged"))
    let found = try JSONValue(parsing: place.contents("run/verdict.json"))["permutation"]
    #expect(found?["omitted"]?.string == "the variant in use, enc.lin, is not judged")
    #expect(try judge().status == 0)
    #expect(try JSONValue(parsing: place.contents("run/verdict.json"))["permutation"] == .null)
  }

  /// What is wrong with a table or a listing is said in one line, before any work.
  @Test(arguments: [
    ("feature\tlabel\n48\tcat\n", "line 2: feature: found 48, expected 0 to 47"),
    (
      "feature\tlabel\nx7\tcat\n",
      "line 2: feature: found \"x7\", expected a whole number from 0 on"
    ),
    ("feature\tlabel\n7\tcat\n7\tdog\n", "line 3: found feature 7 a second time, expected once"),
    ("feature\tlabel\n", "found no rows, expected at least 1"),
    ("", "found no rows, expected at least 1"),
    ("feature\n7\n", "line 1: found columns \"feature\", expected one named label"),
  ])
  func aTableThatMeansNothingHereIsRefused(text: String, message: String) throws {
    try place.write("results.tsv", text)
    let run = try judge("--results", "results.tsv", "--quiet")
    #expect(run.status == 65 && run.output == "")
    #expect(run.message == "lensctl: results.tsv: \(message)")
    #expect(!place.has("run") && !place.has("run.partial"))
  }

  @Test func aListingThatMeansNothingHereIsRefused() throws {
    try place.write("results.tsv", "feature\tlabel\n1\tcat\n")
    for (text, message) in [
      ("", "found no rows, expected at least 1"),
      ("3\n3\n", "line 2: found feature 3 a second time, expected once"),
      ("48\n", "line 1: feature: found 48, expected 0 to 47"),
    ] {
      try place.write("listing.txt", text)
      let run = try judge("--results", "results.tsv", "--listing", "listing.txt", "--quiet")
      #expect(run.status == 65 && run.message == "lensctl: listing.txt: \(message)")
    }
  }

  @Test func wrongResultsAreRefused() throws {
    try place.write("results.tsv", "feature\tlabel\n1\tunicorn\n2\tcat\n")
    let unknown = try judge("--results", "results.tsv")
    #expect(unknown.status == 65)
    #expect(
      unknown.message
        == "lensctl: results.tsv: label: found \"unicorn\", expected exactly the text of a label here"
    )
    #expect(try judge("--results", "results.tsv", "--skip-unknown-labels", "--quiet").status == 0)
    let listing = try judge("--listing", "labels.txt")
    #expect(listing.status == 64)
    #expect(listing.message == "Error: --listing goes with --results or --write-misfiled")
    #expect(try judge("--results", "absent.tsv").status == 66)
    let output = try judge("--results", "run/table.tsv")
    #expect(output.status == 64)
    #expect(output.message == "lensctl: run: is an input too, expected another path")
  }
}
