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

  /// Labels that are left get the numbers that they have in a file of their own.
  @Test func row52DedupeMasksAllButTheFirst() throws {
    try place.writeLabels(["crane", "dog", "Crane", " crane", "tree", "DOG"])
    let options = ["--format", "jsonl", "--top", "6"]
    let run = try place.scan(
      "standard-new", options[0], options[1], options[2], options[3], "--dedupe")
    #expect(run.status == 0, "\(run.messages)")
    #expect(
      run.messages.split(separator: "\n").prefix(4).map(String.init) == [
        "warning: 1 label with white space before or after, kept as written: line 4",
        "warning: 1 group of labels that differ in white space only, one of each used, the others "
          + "masked: lines 1, 4",
        "warning: 2 groups of labels that differ in letter case only, one of each used, the others "
          + "masked: lines 1, 2, 3, 4, 6",
        "warning: top 6 reduced to 3, the number of usable labels",
      ])
    #expect(try top(run).map(\.id).sorted() == [0, 1, 4])
    // Without the option the same cache gives all six.
    let all = try place.scan("standard-new", options[0], options[1], options[2], options[3])
    #expect(try top(all).map(\.id).sorted() == Array(0..<6))
    try place.writeLabels(["crane", "dog", "tree"])
    let few = try place.scan("standard-new", "--format", "jsonl", "--top", "3")
    func numbers(_ run: CommandRun) throws -> [[String]] {
      try run.lines.map { line in
        let feature = try JSONValue(parsing: Data(line.utf8))
        return (feature["top"]?.array ?? []).map {
          "\($0["label"]?.string ?? "") \($0["cosine"]?.double ?? 0) \($0["probability"]?.double ?? 0)"
        } + ["mean", "entropy", "margin"].map { "\(feature[$0]?.double ?? -1)" }
      }
    }
    #expect(try numbers(run) == numbers(few))
  }

  @Test func row52DedupeIsRecordedAndBanksKeepIt() throws {
    try place.writeLabels(["crane", "dog", "Crane", "tree"])
    // What was asked for is no fault.
    let run = try place.scan("standard-new", "--dedupe", "--strict", "--out", "run")
    #expect(run.status == 0, "\(run.messages)")
    let directory = try RunDirectory(contentsOf: place.path + "/run")
    #expect(directory.labels == ["crane", "dog", "Crane", "tree"])
    #expect(directory.labelStatuses == [0, 0, 4, 0])
    #expect(directory.firstCounts[2] == 0 && directory.topCounts[2] == 0)
    #expect(directory.description["options"]?["dedupe"] == true)
    #expect(directory.description["labels"]?["duplicate"] == 1)
    #expect(directory.description["labels"]?["usable"] == 3)
    let plain = try place.embed("--out", "plain.safetensors")
    let masked = try place.embed("--dedupe", "--out", "masked.safetensors")
    #expect(plain.messages.contains("\n4 of 4 labels encoded: plain.safetensors\n"))
    #expect(masked.messages.contains("\n3 of 4 labels taken from the cache: masked.safetensors\n"))
    func scan(_ bank: String, _ arguments: String...) throws -> String {
      let run = try place.run(
        ["scan"] + Workplace.model
          + [
            "--sae", "\(Commands.fixtures)/sae/standard-new", "--text-embeddings", bank, "--format",
            "jsonl",
          ] + arguments)
      #expect(run.status == 0, "\(run.messages)")
      return run.output
    }
    let expected = try place.scan("standard-new", "--dedupe", "--format", "jsonl").output
    #expect(try scan("masked.safetensors") == expected)
    #expect(try scan("plain.safetensors", "--dedupe") == expected)
    try place.write("names.txt", "crane\ndog\n crane\ntree\n")
    #expect(
      try scan("plain.safetensors", "--names", "names.txt", "--dedupe") == expected)
    #expect(try scan("plain.safetensors") != expected)
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
