import Engine
import Foundation
import Testing

@testable import lensctl

/// Questions about runs without a verdict: sorting, histograms, search and comparison.
@Suite struct ShowQueryTests {
  let place: Workplace

  /// The last one would colour a terminal and ring its bell.
  static let labels = [
    "snow leopard", "cat", "犬", "👩‍🔬 woman scientist", "", "dog", "Dog house", "\u{1B}[31mred\u{7}",
  ]

  init() throws {
    place = try Workplace()
    try place.writeLabels(Self.labels)
    let scan = try place.scan("masked", "--top", "4", "--out", "run", "--quiet")
    #expect(scan.status == 0, "\(scan.messages)")
  }

  private func show(_ arguments: String...) throws -> CommandRun {
    let run = try place.run(["show", "run"] + arguments)
    #expect(run.status == 0, "\(run.messages)")
    return run
  }

  private func json(_ arguments: String...) throws -> JSONValue {
    let run = try place.run(["show", "run", "--json"] + arguments)
    #expect(run.status == 0, "\(run.messages)")
    return try JSONValue(parsing: Data(run.output.utf8))
  }

  private func run() throws -> RunDirectory { try RunDirectory(contentsOf: place.path + "/run") }

  @Test func featuresAreSortedByAnyStatistic() throws {
    for (name, values) in [
      ("entropy", try run().features.entropies), ("sd", try run().features.standardDeviations),
    ] {
      let known = values.filter { !$0.isNaN }.map { Double($0) }
      for (option, expected) in [([], known.sorted(by: >)), (["--ascending"], known.sorted())] {
        let sorted = try place.run(
          ["show", "run", "--json", "--sort", name, "--count", "5"] + option)
        let features = try JSONValue(parsing: Data(sorted.output.utf8))["features"]?.array ?? []
        #expect(
          features.compactMap { $0["value"]?.double.map { Float($0) } }
            == expected.prefix(5).map { Float($0) })
        #expect(features.allSatisfy { $0["value"] == $0[name] })
      }
    }
    let table = try show("--sort", "entropy", "--limit", "2", "--plain").lines
    #expect(table.count == 3 && table[0] == "feature\tentropy\tmargin\tlabels")
    #expect(
      try show("--sort", "margin", "--limit", "3", "--plain").output
        == show("--sharpest", "3", "--plain").output)
  }

  @Test func binsHoldEveryFeatureOnce() throws {
    let entropies = try run().features.entropies.filter { !$0.isNaN }.map { Double($0) }
    let json = try json("--histogram", "entropy", "--bins", "7")
    #expect(json["statistic"] == "entropy" && json["features"]?.integer == 44)
    #expect(json["without_number"]?.integer == 4)
    let bins = json["bins"]?.array ?? []
    #expect(bins.count == 7)
    var total = (json["below"]?.integer ?? -1) + (json["above"]?.integer ?? -1)
    for (index, bin) in bins.enumerated() {
      let (from, to) = (bin["from"]?.double ?? 0, bin["to"]?.double ?? 0)
      let count = entropies.count { $0 >= from && (index == 6 ? $0 <= to : $0 < to) }
      #expect(bin["count"]?.integer == count)
      total += count
    }
    #expect(total == 44)
    let points = json["quantiles"]?.array?.compactMap(\.double) ?? []
    #expect(points.first == entropies.min() && points.last == entropies.max())
  }

  @Test func barsAreOfBlocksOrPlain() throws {
    let blocks = try show("--histogram", "best_cosine", "--bins", "5").lines
    #expect(blocks[0] == "best_cosine of 44 features, 4 without a number")
    #expect(blocks.contains { $0.contains("██") })
    let plain = try show("--histogram", "best_cosine", "--bins", "5", "--plain")
    #expect(plain.lines[0] == "from\tto\tfeatures\tshare\t")
    #expect(plain.output.utf8.allSatisfy { $0 < 0x80 })
    // The longest bar is that of the most features, and bars of the rest are in proportion.
    let rows = plain.lines.dropFirst().prefix { !$0.hasPrefix("quantiles") }.map {
      $0.split(separator: "\t")
    }
    let bars = rows.map { (count: Double($0[2]) ?? 0, length: $0.count > 4 ? $0[4].count : 0) }
    let most = try #require(bars.max { $0.count < $1.count })
    for bar in bars {
      let exact = bar.count / most.count * Double(most.length)
      #expect(abs(Double(bar.length) - exact) <= (bar.length == 1 ? 1 : 0.5))
    }
  }

  @Test(arguments: [
    ("dog", "part", ["dog", "Dog house"]), ("*dog", "glob", ["dog"]),
    ("/^(cat|犬)$/", "regex", ["cat", "犬"]), ("unicorn", "part", []),
  ])
  func labelsAreSearched(pattern: String, kind: String, expected: [String]) throws {
    let found = try json("--search", pattern)
    #expect(found["kind"]?.string == kind && found["found"]?.integer == expected.count)
    let labels = found["labels"]?.array ?? []
    #expect(Set(labels.compactMap { $0["label"]?.string }) == Set(expected))
    let counts = labels.compactMap { $0["first_count"]?.integer }
    #expect(counts == counts.sorted(by: >))
    let run = try run()
    for label in labels {
      let id = try #require(label["label_id"]?.integer)
      #expect(label["first_count"]?.integer == run.firstCounts[id])
      #expect(label["top_count"]?.integer == run.topCounts[id])
      let features = label["features"]?.array?.compactMap { $0["feature"]?.integer } ?? []
      #expect(features == run.places(ofLabel: id).prefix(20).map { $0.row })
    }
  }

  @Test func nothingRawComesFromLabels() throws {
    for arguments in [
      ["--search", "red"], ["--label", "7"], ["--sort", "margin", "--count", "50"],
      ["--compare", "run"], ["--feature", "0-3"],
    ] {
      let shown = try place.run(["show", "run", "--top", "4"] + arguments)
      #expect(shown.status == 0, "\(shown.messages)")
      let bytes = Set(shown.output.utf8)
      #expect(!bytes.contains(0x1B) && !bytes.contains(0x07), "\(arguments)")
    }
    #expect(try show("--search", "red").output.contains("\\u{1b}[31mred\\u{7}"))
  }

  @Test func aLabelHasItsRankByUse() throws {
    let run = try run()
    let label = try json("--label", "cat")
    let rank = 1 + run.firstCounts.count { $0 > run.firstCounts[1] }
    #expect(label["use_rank"]?.integer == rank)
    #expect(label["verdict"] == .null)
    #expect(
      try show("--label", "cat").lines.contains {
        $0.hasSuffix("\(run.firstCounts[1]) of 44 features, rank \(rank) of 7 labels")
      })
  }

  @Test func runsAreComparedFeatureByFeature() throws {
    try place.writeLabels(["cat", "dog", "snow leopard", "tree"])
    let scan = try place.scan(
      "masked", "--top", "3", "--features", "2-20", "--out", "other", "--quiet")
    #expect(scan.status == 0, "\(scan.messages)")
    let compared = try json("--compare", "other")
    let (one, other) = (try run(), try RunDirectory(contentsOf: place.path + "/other"))
    let both = (2...20).filter { id in
      [(one, id), (other, id - 2)].allSatisfy { $0.0.features.statuses[$0.1] == 0 }
    }
    let same = both.count { id in
      let first = one.labels[Int(one.features.topLabelIDs[4 * id])]
      return first == other.labels[Int(other.features.topLabelIDs[3 * (id - 2)])]
    }
    #expect(compared["features"]?["compared"]?.integer == both.count)
    #expect(compared["features"]?["common"]?.integer == 19)
    #expect(compared["features"]?["a_alone"]?.integer == 29)
    #expect(compared["features"]?["b_alone"]?.integer == 0)
    #expect(compared["labels"] == ["common": 3, "a_alone": 4, "b_alone": 1])
    #expect(compared["same_first"]?.integer == same && same < both.count)
    #expect(compared["changed"]?.array?.count == min(20, both.count - same))
    let lines = try show("--compare", "other", "--plain").lines
    let unread = 19 - both.count
    #expect(
      lines.contains(
        "features\t\(both.count) compared, by id; \(unread) not read in both; "
          + "left out 29 of A alone, 0 of B alone"))
    #expect(lines.contains("labels\t3 in both, by text; 4 of A alone, 1 of B alone"))
  }

  @Test func runsWithNothingInCommonAreRefused() throws {
    try place.writeLabels(["sun", "moon"])
    #expect(try place.scan("masked", "--top", "1", "--out", "other", "--quiet").status == 0)
    let shown = try place.run("show", "run", "--compare", "other")
    #expect(shown.status == 65)
    #expect(
      shown.messages == "lensctl: other: labels: found none that run has too, expected some\n")
  }

  @Test(arguments: [
    (["--sort", "entrop"], "statistic \"entrop\": found none, nearest: entropy, "),
    (["--histogram", "Margin"], "statistic \"Margin\": found none, nearest: margin, "),
    (["--verdict"], "verdict.json: found none, expected one, as lensctl verdict writes it\n"),
  ])
  func whatIsNotThereIsSaid(arguments: [String], message: String) throws {
    let shown = try place.run(["show", "run"] + arguments)
    #expect(shown.status == 64)
    #expect(shown.messages.hasPrefix("lensctl: run: \(message)"), "\(shown.messages)")
  }

  @Test(arguments: [
    (["--ascending"], "--ascending goes with --sort"),
    (["--bins", "3"], "--bins goes with --histogram"),
    (["--histogram", "sd", "--bins", "0"], "--bins: found 0, expected 1 to 10000"),
    (["--search", "/(/"], "--search: pattern \"/(/\": found "),
    (["--verdict", "--sort", "sd"], "found --verdict and --sort, expected one of them"),
  ])
  func wrongArgumentsAreFoundBeforeAnyWork(arguments: [String], message: String) throws {
    let shown = try place.run(["show", "nowhere"] + arguments)
    #expect(shown.status == 64)
    #expect(shown.messages.hasPrefix("Error: \(message)"), "\(shown.messages)")
  }

  /// `script` runs a command on a terminal of its own.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: [
      "--histogram best_cosine", "--search '*'", "--sort sd", "--compare run", "--label cat",
    ], [40, 100])
  func linesFitTheTerminal(question: String, width: Int) throws {
    let command = "stty cols \(width); $LENSCTL show run \(question) --no-color"
    let shell = try place.shell("script -qec \"\(command)\" /dev/null")
    let lines = shell.output.split { $0.isNewline }.map(String.init)
    #expect(lines.count > 5, "\(shell.output)")
    for line in lines { #expect(line.displayWidth <= width, "\(line)") }
  }
}
