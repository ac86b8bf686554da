import Foundation
import Testing

@testable import Engine

/// Results of another program in every form, and files wrong in one way each.
@Suite struct ForeignResultsTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "foreign-" + UUID().uuidString).path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func write(_ name: String, _ text: String) throws -> String {
    let url = URL(filePath: folder + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return folder + "/" + name
  }

  @Test func tablesOfAllFormsSayTheSame() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = [
      try write("a.tsv", "feature\tlabel\n7\ta \"dog\", wet\n0\tcat\n"),
      try write("a.csv", "label,note,feature\r\n\"a \"\"dog\"\", wet\",,7\r\ncat,\"x,y\",0\r\n"),
      try write(
        "a.jsonl",
        #"{"feature":7,"status":"read","top":[{"label":"a \"dog\", wet","label_id":1},{"label":"x"}]}"#
          + "\n" + #"{"feature":3,"status":"dead"}"# + "\n" + #"{"feature":0,"label":"cat"}"# + "\n"
      ),
    ]
    for (path, form) in zip(files, [ForeignResults.Form.tsv, .csv, .jsonl]) {
      let results = try ForeignResults(contentsOf: path)
      #expect(results.form == form && results.filePaths == [path])
      #expect(results.rows.map(\.feature) == [7, 0])
      #expect(results.rows.map(\.label) == ["a \"dog\", wet", "cat"])
      let labels = ["cat", "a \"dog\", wet", "cat"]
      let ids = try results.labelIDs(among: labels, featureCount: 8)
      #expect(ids.ids == [0, -1, -1, -1, -1, -1, -1, 1] && ids.skipped == 0)
    }
  }

  @Test func foldersOfTheExperimentAreRead() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let text = "A photo of a tench, Tinca tinca.\nProbability: 1.234% \n\nA photo of a dog.\n"
    let path = try write("dashboard/10/text_explanation.txt", text)
    _ = try write(
      "dashboard/2/text_explanation.txt", "A photo of a Mr. Ant..\nProbability: 1% \n\n")
    _ = try write("dashboard/notes.txt", "no folder\n")
    let results = try ForeignResults(contentsOf: folder + "/dashboard/")
    #expect(results.form == .folders)
    #expect(results.rows.map(\.feature) == [2, 10])
    #expect(results.rows.map(\.label) == ["Mr. Ant.", "tench, Tinca tinca"])
    #expect(results.filePaths.last == path)
  }

  @Test(arguments: [
    ("", "found no rows, expected at least 1"),
    ("feature\tlabel\n", "found no rows, expected at least 1"),
    (
      "feature\tname\n1\tcat\n",
      "line 1: found columns \"feature\", \"name\", expected one named label"
    ),
    ("feature\tlabel\n1\tcat\tdog\n", "line 2: found 3 fields, expected 2 as in line 1"),
    ("feature\tlabel\n1\tcat\n\n", "line 3: found 1 fields, expected 2 as in line 1"),
    (
      "feature,label\n-1,cat\n",
      "line 2: feature: found \"-1\", expected a whole number from 0 on"
    ),
    (
      "feature,label\n99999999999,cat\n",
      "line 2: feature: found \"99999999999\", expected a whole number from 0 on"
    ),
    ("feature,label\n1,cat\n1,dog\n", "line 3: found feature 1 a second time, expected once"),
    ("feature,label\n1,\"cat\n", "line 2: found a quote that is not closed"),
    (
      "feature,label\n1,\"cat\"x\n",
      "line 2: found text behind a closing quote, expected a comma or the end"
    ),
    (
      "{\"feature\":1}\n",
      "line 1: found no label, expected a string \"label\", or one in the first of \"top\""
    ),
    ("{\"label\":\"cat\"}\n", "line 1: found no feature, expected a whole number from 0 on"),
    ("{\"feature\":1,\n", "line 1: byte 13: unexpected end"),
  ])
  func brokenTablesAreRefused(text: String, message: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write("table", text)
    let error = #expect(throws: ForeignError.self) { try ForeignResults(contentsOf: path) }
    if text == "{\"feature\":1,\n" {
      #expect(error?.description.hasPrefix("\(path): line 1: byte 13: ") == true)
    } else {
      #expect(error?.description == "\(path): \(message)")
    }
    #expect(error?.kind == .badData)
  }

  @Test func textThatIsNoneIsRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write("table", "feature\tlabel\n1\tca\u{0}t\n")
    let nul = #expect(throws: ForeignError.self) { try ForeignResults(contentsOf: path) }
    #expect(nul?.description == "\(path): line 2: found a NUL character")
    let none = #expect(throws: ForeignError.self) { try ForeignResults(contentsOf: path + "x") }
    #expect(none?.kind == .missingInput)
  }

  @Test func brokenFoldersAreRefused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let none = #expect(throws: ForeignError.self) { try ForeignResults(contentsOf: folder) }
    #expect(
      none?.description
        == "\(folder): found no folders, expected one for each feature, named by its number")
    let path = try write("3/text_explanation.txt", "A photo of a .\n")
    let empty = #expect(throws: ForeignError.self) { try ForeignResults(contentsOf: folder) }
    #expect(
      empty?.description
        == "\(path): line 1: found \"A photo of a .\", expected \"A photo of a LABEL.\"")
    _ = try write("03/text_explanation.txt", "A photo of a cat.\n")
    let name = #expect(throws: ForeignError.self) { try ForeignResults(contentsOf: folder) }
    #expect(
      name?.description
        == "\(folder): found folder \"03\", expected names that are numbers of features")
  }

  @Test func rowsMustMeanSomethingHere() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = try write("a.tsv", "feature\tlabel\n7\tdog\n0\tcat\n1\tCat\n")
    let results = try ForeignResults(contentsOf: path)
    let far = #expect(throws: ForeignError.self) {
      try results.labelIDs(among: ["cat"], featureCount: 7)
    }
    #expect(far?.description == "\(path): line 2: feature: found 7, expected 0 to 6")
    let unknown = #expect(throws: ForeignError.self) {
      try results.labelIDs(among: ["cat"], featureCount: 8)
    }
    #expect(
      unknown?.description
        == "\(path): label: found \"dog\", \"Cat\", expected exactly the text of a label here"
    )
    let skipped = try results.labelIDs(among: ["cat"], featureCount: 8, skipsUnknown: true)
    #expect(skipped.skipped == 2 && skipped.ids[0] == 0 && skipped.ids[7] == -1)
  }

  @Test func listingsAreReadAndChecked() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let good = try write("listing", "3\n0\n2\n")
    #expect(try FeatureListing(contentsOf: good, featureCount: 4).features == [3, 0, 2])
    for (text, message) in [
      ("", "found no rows, expected at least 1"),
      ("3\n0\n3\n", "line 3: found feature 3 a second time, expected once"),
      ("3\n4\n", "line 2: feature: found 4, expected 0 to 3"),
      ("3\nx\n", "line 2: feature: found \"x\", expected a whole number from 0 on"),
    ] {
      let path = try write("listing", text)
      let error = #expect(throws: ForeignError.self) {
        try FeatureListing(contentsOf: path, featureCount: 4)
      }
      #expect(error?.description == "\(path): \(message)")
    }
  }
}
