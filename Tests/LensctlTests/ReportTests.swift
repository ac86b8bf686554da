import Engine
import Foundation
import Testing

/// Pages about runs, end to end; what a browser makes of them is asked by `make check-report`.
@Suite struct ReportTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func page(_ name: String = "report.html") throws -> String {
    try #require(String(bytes: place.contents(name), encoding: .utf8))
  }

  private func scan(_ labels: [String] = Workplace.plainLabels) throws {
    try place.writeLabels(labels)
    #expect(try place.scan("standard-new", "--out", "run", "--force", "--quiet").status == 0)
  }

  @Test func aRunWithoutVerdictSaysWhatWouldGiveOne() throws {
    try scan()
    let run = try place.run("report", "run", "--out", "report.html")
    #expect(run.status == 0 && run.output == "")
    #expect(run.messages.hasPrefix("report.html: ") && run.messages.contains(" bytes"))
    let page = try page()
    #expect(page.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
    #expect(page.contains("this run has no verdict"))
    for option in ["--truth", "--compare-templates", "--alpha-sweep", "--recompute", "--fires-on"] {
      #expect(page.contains(option), "\(option)")
    }
    // The links are to the files of the run, from where the page lies.
    #expect(page.contains("href=\"./run/run.json\""))
  }

  @Test func withoutCardsAPageHasTheOtherSections() throws {
    try scan()
    #expect(try place.run("report", "run", "--cards", "0", "--out", "report.html").status == 0)
    let page = try page()
    #expect(page.contains("id=\"r0-cards\"") && page.contains("report --cards, over 0"))
    #expect(!page.contains("There is none.") && !page.contains("class=\"card\""))
  }

  @Test func theSameRunGivesTheSameBytes() throws {
    try scan()
    let arguments = ["report", "run", "--recompute", "--cards", "3"]
    let runs = try ["1", "2"].map { threads in
      try place.run(arguments + ["--threads", threads, "--out", "page-\(threads).html"])
    }
    #expect(runs.allSatisfy { $0.status == 0 })
    #expect(try place.contents("page-1.html") == place.contents("page-2.html"))
    #expect(try page("page-1.html").contains("Nearest features"))
    let other = try place.run(arguments + ["--seed", "1", "--out", "other.html"])
    #expect(other.status == 0)
    #expect(try place.contents("page-1.html") != place.contents("other.html"))
  }

  @Test func labelsAreInertWhereverTheyStand() throws {
    let hostile = [
      "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\" onfocus=\"alert(1)",
      "</title>", "cat",
    ]
    try scan(hostile)
    #expect(try place.run("report", "run", "--out", "report.html").status == 0)
    let page = try page()
    for piece in ["<script>alert", "<img", "\" onfocus=", "<title></title>"] {
      #expect(!page.contains(piece), "\(piece)")
    }
    #expect(page.components(separatedBy: "<script>").count == 2)
    #expect(
      page.components(separatedBy: "</title>").count == 1
        + page.components(separatedBy: "<title").count - 1)
    #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;"))
  }

  @Test func severalRunsStandSideBySide() throws {
    try scan()
    #expect(try place.scan("masked", "--out", "other", "--quiet").status == 0)
    #expect(try place.run("report", "run", "other", "--out", "report.html").status == 0)
    let page = try page()
    #expect(page.contains("2 runs side by side"))
    #expect(page.contains("id=\"r0-cards\"") && page.contains("id=\"r1-cards\""))
  }

  // MARK: - What is refused

  @Test func whatCannotBeAPageIsRefused() throws {
    try scan()
    try place.write("taken.html", "")
    let taken = try place.run("report", "run", "--out", "taken.html")
    #expect(taken.status == 73 && taken.message.hasPrefix("lensctl: taken.html: "))
    #expect(try place.run("report", "run", "--out", "taken.html", "--force").status == 0)
    let input = try place.run("report", "run", "--out", "run/run.json", "--force")
    #expect(input.status != 0 && input.message.hasPrefix("lensctl: run/run.json: "))
    let missing = try place.run("report", "nowhere", "--out", "page.html")
    #expect(missing.status == 66 && missing.message.hasPrefix("lensctl: nowhere/run.json: "))
    #expect(!place.has("page.html"))
  }

  @Test(arguments: [
    (["--cards=-1"], "--cards: found -1, expected 0 to 200"),
    (["--sprite-tile", "0"], "--sprite-tile: found 0, expected at least 1"),
    (["--sprite", "x.png"], "--fires-on-names and --sprite go with --fires-on"),
    (
      ["--fires-on", "a", "--fires-on", "b"],
      "--fires-on: found 2 files, expected 1, one for each run"
    ),
  ])
  func wrongArgumentsAreUsage(arguments: [String], message: String) throws {
    let run = try place.run(["report", "run", "--out", "page.html"] + arguments)
    #expect(run.status == 64 && run.message == "Error: \(message)")
  }

  /// A file of firing for 48 features, all of which fire on pictures 1 and 0.
  private func writeFiring() throws {
    let ids = (0..<48).flatMap { _ -> [UInt8] in [1, 0, 0, 0, 0, 0, 0, 0] }
    try place.write(
      "firing.safetensors",
      header: #"{"top_picture_ids":{"dtype":"I32","shape":[48,2],"data_offsets":[0,384]}}"#,
      body: Data(ids))
  }

  /// A PNG's signature and header of a size, which is all that is read of one.
  private func writePicture(_ width: UInt8, _ height: UInt8) throws {
    let head: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    try place.write(
      "tiles.png",
      Data(head + Array("IHDR".utf8) + [0, 0, 0, width, 0, 0, 0, height, 8, 6, 0, 0, 0]))
  }

  @Test func picturesAreTilesOfTheSprite() throws {
    try scan()
    try writeFiring()
    try writePicture(64, 32)
    try place.write("names.txt", "<zero>\none\n")
    let arguments = [
      "report", "run", "--out", "report.html", "--force", "--fires-on", "firing.safetensors",
      "--fires-on-names", "names.txt", "--sprite", "tiles.png",
    ]
    #expect(try place.run(arguments).status == 0)
    let page = try page()
    #expect(page.components(separatedBy: "href=\"data:image/png;base64,").count == 2)
    #expect(page.contains("viewBox=\"32 0 32 32\" role=\"img\" aria-label=\"one\""))
    #expect(page.contains("viewBox=\"0 0 32 32\" role=\"img\" aria-label=\"&lt;zero&gt;\""))
    try writePicture(65, 32)
    let uneven = try place.run(arguments)
    #expect(
      uneven.status == 65
        && uneven.message
          == "lensctl: tiles.png: found 65 by 32 pixels, expected whole tiles of 32 by 32"
    )
    try place.write("tiles.png", "GIF89a, not what it says")
    #expect(try place.run(arguments).message == "lensctl: tiles.png: found no PNG, expected one")
  }

  /// Numbers of `verdict.json` that make no sense leave figures out, and do not end the program.
  @Test func numbersThatMakeNoSenseAreNotDrawn() throws {
    try scan()
    let ids = (0..<48).flatMap { id -> [UInt8] in [UInt8(id), 0, 0, 0] }
    try place.write(
      "run/verdict.safetensors",
      header: #"{"feature_id":{"dtype":"I32","shape":[48],"data_offsets":[0,192]}}"#,
      body: Data(ids))
    func curve(_ scales: String...) -> String {
      scales.map { #"{"scale":\#($0),"best_probability":0.5,"entropy":0.5}"# }
        .joined(separator: ",")
    }
    for (curve, cosine, count) in [
      (curve("0", "1"), "null", "1e300"), (curve("5", "1"), "0.1", "-1e300"),
      (curve("null", "\"x\""), "1e308", "\"many\""), (curve("1", "1"), "-0.5", "null"),
      (curve("-1", "1e300"), "[]", "1e18"),
    ] {
      try place.write(
        "run/verdict.json",
        #"{"format":"lensctl.verdict","form_in_use":"native","labels":\#(count),"#
          + #""variants":[{"id":"native","read":\#(count),"evidence":{"power":{"points":["#
          + #"{"cosine":\#(cosine),"power":{"estimate":0.5,"lower":0.1,"upper":null}},"#
          + #"{"cosine":0.2,"power":{"estimate":1e300,"lower":-1e300,"upper":1}}]}}}],"#
          + #""distributions":{"temperature":{"features":\#(count),"curve":[\#(curve)],"#
          + #""rotated":[\#(curve)]}},"semantics":{"templates":{"templates":[{"source":"a"}],"#
          + #""pairs":[[1,0.5],[0.5,1],[\#(count)]]}}}"#)
      let run = try place.run("report", "run", "--out", "report.html", "--force")
      #expect(run.status == 0, "\(run.messages)")
      #expect(try !page().contains("NaN"))
    }
  }

  /// However many runs there are, the pictures stand on the page once.
  @Test func severalRunsShareOneSprite() throws {
    try scan()
    try writeFiring()
    try writePicture(64, 32)
    #expect(try place.scan("standard-new", "--out", "other", "--quiet").status == 0)
    let run = try place.run(
      "report", "run", "other", "--out", "report.html", "--fires-on", "firing.safetensors",
      "--fires-on", "firing.safetensors", "--sprite", "tiles.png")
    #expect(run.status == 0, "\(run.messages)")
    let page = try page()
    #expect(page.components(separatedBy: "data:image/png;base64,").count == 2)
    #expect(page.components(separatedBy: "href=\"#sprite\"").count > 3)
  }
}
