import Engine
import Foundation
import Testing

/// Sets of labels in verdicts, end to end.
@Suite struct VerdictSetsTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ arguments: String...) throws -> CommandRun {
    try place.judge(
      ["--null-banks", "0", "--variant", "dec.lin", "--direction", "decoder", "--map", "linear"]
        + arguments)
  }

  @Test func setsOfAFileAreJudged() throws {
    try place.write("sets.tsv", "animals\tcat\tdog\tleopard\n\nother things\ttree\tfire engine\n")
    let run = try judge("--json", "--sets", "sets.tsv")
    #expect(run.status == 0 && run.messages == "")
    let json = try #require(
      try JSONValue(parsing: Data(run.output.utf8))["semantics"]?["enrichment"])
    let sets = try #require(json["sets"]?.array)
    #expect(sets.map { $0["name"]?.string } == ["animals", "other things"])
    #expect(sets.map { $0["labels"]?.integer } == [3, 2])
    #expect(json["wordnet"] == .null && json["null_features"]?.integer == 32 * 48)
    let columns = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
    let best = try #require(columns.tensors["enrichment.set"]?.integers())
    let p = try #require(columns.tensors["enrichment.p"]?.floats())
    let names = try #require(columns.tensors["dec.lin.centred.label_id"]?.integers())
    let scores = try #require(columns.tensors["enrichment.score"]?.floats())
    #expect(best.count == 48 && best.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(p.allSatisfy { $0 > 0 && $0 <= 1 })
    // A set that has the first label has a score of at least the label's own step.
    for feature in 0..<48 where (names[feature] < 3) == (best[feature] == 0) {
      #expect(scores[feature] > 0)
    }
    let table = try judge("--plain", "--sets", "sets.tsv")
    #expect(table.lines.contains("set\tof labels\tp of 0.05\tfound"))
  }

  /// Agreement by sets of true classes, which overlap: counted feature by feature from the columns.
  @Test func agreementIsGivenByTheSetsOfTrueClasses() throws {
    let sets = [("animals", [0, 1, 2]), ("pets", [0, 1]), ("red things", [3])]
    try place.write(
      "sets.tsv",
      sets.map { set in
        ([set.0] + set.1.map { Workplace.plainLabels[$0] }).joined(separator: "\t") + "\n"
      }.joined())
    let without = try judge("--json", "--sets", "sets.tsv")
    let strata = try JSONValue(parsing: Data(without.output.utf8))["strata"]?.array?.first
    #expect(strata?["label_sets"] == .null)
    // Feature 7 fires on nothing.
    try place.write(
      "truth.safetensors",
      matrices: [
        (
          "class_means",
          (0..<5).map { id in (0..<48).map { $0 * $0 % 5 == id && $0 != 7 ? 1 : 0 } }
        )
      ])
    let run = try judge("--json", "--sets", "sets.tsv", "--truth", "truth.safetensors")
    #expect(run.status == 0 && run.messages == "")
    let found = try #require(
      try JSONValue(parsing: Data(run.output.utf8))["strata"]?.array?.first?["label_sets"])
    let columns = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
    let classes = try #require(columns.tensors["truth.label_id"]?.integers())
    let groups = try #require(columns.tensors["decoder.duplicate_group"]?.integers())
    let members = sets.map { set in classes.indices.filter { set.1.contains(Int(classes[$0])) } }
    // Squares leave 0, 1 and 4 by 5: no class 3, so that the third set has no features.
    #expect(members.map(\.isEmpty) == [false, false, true])
    #expect(found["sets"]?.integer == 3 && found["with_features"]?.integer == 2)
    #expect(found["left_out"]?.integer == 0 && found["features_with_class"]?.integer == 47)
    #expect(found["features_in_sets"]?.integer == members[0].count)
    let listed = try #require(found["listed"]?.array)
    #expect(listed.map { $0["name"]?.string } == ["animals", "pets"])
    for (set, entry) in listed.enumerated() {
      #expect(entry["features"]?.integer == members[set].count)
      let scores = try #require(entry["scores"]?.array)
      #expect(scores.count == 6)
      for score in scores {
        let id = try #require(score["id"]?.string)
        let names = try #require(columns.tensors["dec.lin.\(id).label_id"]?.integers())
        let right = members[set].map { names[$0] == classes[$0] ? 1.0 : 0 }
        let mean = right.reduce(0, +) / Double(right.count)
        var sums: [Int: Double] = [:]
        for (value, feature) in zip(right, members[set]) {
          sums[Int(groups[feature]), default: 0] += value - mean
        }
        let deviation = sums.values.reduce(0) { $0 + $1 * $1 }.squareRoot() / Double(right.count)
        let interval = try #require(score["right"])
        #expect(abs((interval["estimate"]?.double ?? -1) - mean) < 1e-12)
        let reach = 1.959964 * deviation
        #expect(abs((interval["lower"]?.double ?? -1) - max(0, mean - reach)) < 1e-6)
        #expect(abs((interval["upper"]?.double ?? -1) - min(1, mean + reach)) < 1e-6)
        // Pairs of two features of the set, the first named the true class of the second.
        let pairs = members[set].reduce(0) { sum, feature in
          sum + members[set].count { $0 != feature && names[feature] == classes[$0] }
        }
        let chance = Double(pairs) / Double(right.count * (right.count - 1))
        let excess = score["excess"]?["estimate"]?.double ?? -2
        #expect(abs(excess - (mean - chance)) < 1e-12, "\(id)")
      }
    }
  }

  /// Sets are asked for `WRONG-VOCABULARY` where there are null banks.
  @Test func setsAreComparedWithTheLabelsOneByOne() throws {
    try place.write("sets.tsv", "animals\tcat\tdog\tleopard\nother things\ttree\tfire engine\n")
    let none = try judge("--json", "--sets", "sets.tsv")
    func finding(_ run: CommandRun) throws -> JSONValue {
      let json = try JSONValue(parsing: Data(run.output.utf8))
      return try #require(
        json["findings"]?.array?.first { $0["name"]?.string == "WRONG-VOCABULARY" })
    }
    #expect(try finding(none)["not_judged"]?.string == "--null-banks is 0")
    let run = try place.judge([
      "--variant", "dec.lin", "--direction", "decoder", "--map", "linear", "--json", "--sets",
      "sets.tsv", "--null-banks", "40",
    ])
    #expect(run.status == 0 && run.messages == "")
    let semantics = try #require(try JSONValue(parsing: Data(run.output.utf8))["semantics"])
    let evidence = try #require(semantics["enrichment"]?["evidence"])
    #expect(evidence["sample"]?.integer == 48 && evidence["null_banks"]?.integer == 40)
    let share = try #require(evidence["rotated"]?["share"])
    let inUse = try #require(semantics["share_in_use"]?.double)
    let holds =
      share["exceeds"]?.bool == true
      && ["share", "half"].contains { evidence["in_place"]?[$0]?["exceeds"]?.bool == true }
      && (share["observed"]?.double ?? 0) >= 2 * inUse
    let judged = try finding(run)
    #expect(judged["holds"]?.bool == holds)
    #expect(judged["value"]?.double == share["observed"]?.double)
    #expect(judged["sentence"]?.string?.hasPrefix("sets of labels by sets.tsv find ") == true)
  }

  @Test(arguments: [
    ("animals\tcat\twolf\n", "line 1: found label \"wolf\", expected one of the labels"),
    ("a\tcat\nb\n", "line 2: set \"b\": found no labels, expected at least 1"),
    ("a\tcat\na\tdog\n", "line 2: set \"a\": found a second time, expected each once"),
    ("a\tcat\tcat\n", "line 1: found label \"cat\" twice, expected once"),
    ("\n", "found no sets, expected at least 1"),
    (
      "all\tcat\tdog\tleopard\tfire engine\ttree\n",
      "set \"all\": found 5 labels that take part, expected 1 to 4"
    ),
  ])
  func setsThatCannotBeUsedAreRefused(text: String, message: String) throws {
    try place.write("sets.tsv", text)
    let run = try judge("--sets", "sets.tsv")
    #expect(run.status == 65)
    #expect(run.messages == "lensctl: sets.tsv: \(message)\n")
    #expect(!place.has("run"))
  }

  @Test func wordNetMustBeThere() throws {
    let run = try judge("--wordnet", "nowhere")
    #expect(run.status == 66)
    #expect(run.message.hasPrefix("lensctl: nowhere/index.noun: "))
    let both = try judge("--wordnet", "nowhere", "--sets", "sets.tsv")
    #expect(both.status == 64)
    #expect(both.message == "Error: found both --sets and --wordnet, expected one of them")
  }
}
