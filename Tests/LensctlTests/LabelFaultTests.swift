import Engine
import Foundation
import Testing

/// Labels that are hard to read, to tell apart, or to show, end to end.
@Suite struct LabelFaultTests {
  let place: Workplace

  init() throws { place = try Workplace() }

  /// The labels of one feature, best first.
  private func top(_ run: CommandRun) throws -> [(id: Int, label: String, cosine: Double)] {
    let feature = try JSONValue(parsing: Data((run.lines.first ?? "").utf8))
    return (feature["top"]?.array ?? []).compactMap { entry in
      guard let id = entry["label_id"]?.integer, let label = entry["label"]?.string,
        let cosine = entry["cosine"]?.double
      else { return nil }
      return (id, label, cosine)
    }
  }

  @Test func row52DuplicateLabelsAreKeptAndTieByID() throws {
    try place.writeLabels([
      "crane", "caf\u{E9}", "Crane", "crane", "cafe\u{301}", "big  dog", "big dog",
    ])
    let run = try place.scan(
      "standard-new", "--format", "jsonl", "--features", "0", "--top", "7")
    #expect(run.status == 0)
    #expect(
      run.messages.split(separator: "\n").prefix(4).map(String.init) == [
        "warning: 1 group of labels that are equal, all kept: lines 1, 4",
        "warning: 1 group of labels that differ in Unicode composition only, all kept: lines 2, 5",
        "warning: 1 group of labels that differ in white space only, all kept: lines 6, 7",
        "warning: 1 group of labels that differ in letter case only, all kept: lines 1, 3, 4",
      ])
    let top = try top(run)
    #expect(top.map(\.id).sorted() == Array(0..<7))
    for group in [[0, 2, 3], [1, 4], [5, 6]] {
      let places = group.compactMap { id in top.firstIndex { $0.id == id } }
      #expect(places == Array((places[0])..<(places[0] + group.count)), "\(group)")
      #expect(Set(places.map { top[$0].cosine }).count == 1, "\(group)")
    }
  }

  @Test(arguments: [
    (Data([0x61, 0x0A, 0xFF, 0x0A]), "line 2: found bytes that are not UTF-8"),
    (Data("a\0b\n".utf8), "line 1: found a NUL character"),
    (
      Data("a\nb\rc\n".utf8),
      "line 2: found a carriage return without line feed, expected LF or CR LF"
    ),
  ])
  func row55LabelFilesThatAreNoTextAreRefused(contents: Data, message: String) throws {
    try place.write("labels.txt", contents)
    let run = try place.scan("standard-new", "--out", "run")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: labels.txt: \(message)\n")
    #expect(!place.has("run") && !place.has("run.partial"))
  }

  @Test func row55MarksAndLineEndsAreTakenAndTold() throws {
    try place.write("labels.txt", Data("\u{FEFF}cat\r\ndog\u{2028}x\r\n".utf8))
    let run = try place.scan("standard-new", "--format", "jsonl", "--features", "0", "--top", "2")
    #expect(run.status == 0)
    #expect(try top(run).map(\.label).sorted() == ["cat", "dog\u{2028}x"])
    #expect(
      run.messages.split(separator: "\n").prefix(3).map(String.init) == [
        "warning: byte order mark dropped",
        "warning: 2 lines ended with CR LF, read as LF",
        "warning: 1 label with control characters or line separators, kept as written: line 2",
      ])
  }

  @Test func row56LongAndStrangeLabelsAreReadWhole() throws {
    let labels = [
      "\u{1F469}\u{200D}\u{1F680}", "\u{202E}desrever",
      "e" + String(repeating: "\u{301}", count: 500),
      String(repeating: "word ", count: 200_000) + "end", "cat",
    ]
    try place.writeLabels(labels)
    let run = try place.scan("standard-new", "--top", "5", "--out", "run")
    #expect(run.status == 0)
    #expect(try RunDirectory(contentsOf: place.path + "/run").labels == labels)
    let shown = try place.run("show", "run", "--feature", "0")
    #expect(shown.status == 0)
    let invisible = shown.output.unicodeScalars.filter { ["\u{202E}", "\u{301}"].contains($0) }
    #expect(invisible.count < 100 && !invisible.contains("\u{202E}"))
    #expect(shown.lines.allSatisfy { $0.unicodeScalars.count < 400 })
  }

  @Test func row58LabelsAreTextWhereverTheyStand() throws {
    let labels = [
      "</script><img onerror=alert(1)>", "{{mustache}}", "' OR 1=1; --", "\u{1B}[31mred", "%s%n",
      "$(touch pwned)", "../../x",
    ]
    try place.writeLabels(labels)
    let run = try place.scan("standard-new", "--top", "7", "--out", "run")
    #expect(run.status == 0)
    let lines = try place.scan(
      "standard-new", "--top", "7", "--features", "0", "--format", "jsonl")
    #expect(Set(try top(lines).map(\.label)) == Set(labels))
    #expect(!lines.output.contains("\u{1B}"))
    let shown = try place.run("show", "run", "--feature", "0")
    #expect(shown.status == 0 && !shown.output.contains("\u{1B}"))
    #expect(shown.output.contains("\\u{1b}[31mred"))
    let found = try place.run("show", "run", "--label", "' OR 1=1; --")
    #expect(found.status == 0 && found.output.contains("' OR 1=1; --"))
    #expect(!place.has("pwned"))
  }
}
