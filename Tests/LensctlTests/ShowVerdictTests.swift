import Engine
import Foundation
import Testing

@testable import lensctl

/// What `show` says of the verdict of a run, beside `verdict.json` and `verdict.safetensors`.
@Suite struct ShowVerdictTests {
  private static let (features, pictures, classes) = (48, 20, 4)

  let place: Workplace
  let verdict: JSONValue
  let columns: TensorFile

  init() throws {
    place = try Workplace()
    try place.writeLabels()
    var state: UInt32 = 5
    let activations = (0..<Self.pictures).map { picture in
      (0..<Self.features).map { feature -> Float in
        state = state &* 1_664_525 &+ 1_013_904_223
        let own = feature % Self.classes == picture % Self.classes
        return own || state >> 30 == 0 ? Float(state >> 8) / 16_777_216 + (own ? 0.5 : 0.1) : 0
      }
    }
    let body = activations.joined().flatMap { value -> [UInt8] in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let ids = (0..<Self.pictures).flatMap { picture -> [UInt8] in
      [UInt8(picture % Self.classes), 0, 0, 0]
    }
    let (middle, end) = (body.count, body.count + ids.count)
    try place.write(
      "truth.safetensors",
      header: JSONValue.object([
        "activations": [
          "dtype": "F32", "shape": [.integer(Self.pictures), .integer(Self.features)],
          "data_offsets": [0, .integer(middle)],
        ],
        "class_ids": [
          "dtype": "I32", "shape": [.integer(Self.pictures)],
          "data_offsets": [.integer(middle), .integer(end)],
        ],
      ]).serialized(), body: Data(body + ids))
    let run = try place.judge([
      "--truth", "truth.safetensors", "--variant", "dec.full", "--variant", "enc.full",
    ])
    #expect(run.status == 0, "\(run.messages)")
    verdict = try JSONValue(parsing: place.contents("run/verdict.json"))
    columns = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
  }

  private func lines(_ arguments: String...) throws -> [String] {
    let run = try place.run(["show", "run", "--plain"] + arguments)
    #expect(run.status == 0, "\(run.messages)")
    return run.lines
  }

  private func json(_ arguments: String...) throws -> JSONValue {
    let run = try place.run(["show", "run", "--json"] + arguments)
    #expect(run.status == 0, "\(run.messages)")
    return try JSONValue(parsing: Data(run.output.utf8))
  }

  private var holding: [JSONValue] {
    (verdict["findings"]?.array ?? []).filter { $0["holds"]?.bool == true }
  }

  @Test func theSummaryOfTheRunNamesIt() throws {
    let names = holding.compactMap { $0["name"]?.string }
    #expect(!names.isEmpty)
    let line = try #require(try lines().first { $0.hasPrefix("verdict\t") })
    for name in names { #expect(line.contains("\(name) (")) }
    #expect(try json()["verdicts"]?.array?.map(\.string) == names)
  }

  @Test func theVerdictIsThatOfTheFile() throws {
    let shown = try json("--verdict")
    for (finding, expected) in zip(shown["verdicts"]?.array ?? [], holding) {
      for member in ["name", "sentence", "changed_by", "value", "interval", "threshold"] {
        #expect(finding[member] == expected[member], "\(member)")
      }
    }
    #expect(shown["verdicts"]?.array?.count == holding.count)
    let variants = shown["variants"]?.array ?? []
    #expect(variants.map { $0["id"]?.string } == ["dec.full", "enc.full"])
    for (variant, expected) in zip(variants, verdict["variants"]?.array ?? []) {
      let score = expected["scores"]?.array?.first { $0["id"] == "centred" }
      #expect(variant["right"] == score?["agreement"]?["right"])
      #expect(variant["rotated"]?["discoveries"] == score?["rotated"]?["discoveries"])
      let beyond = variant["rotated"]?["beyond"]?["estimate"]?.double ?? .nan
      let null = score?["rotated"]?["null_share"]?["estimate"]?.double ?? .nan
      #expect(abs(beyond + null - 1) < 1e-12)
      #expect(variant["effective_labels"] == score?["hubs"]?["effective_labels"])
      #expect(variant["alignment"] == expected["alignment"]?["ratio"])
      #expect(variant["efficiency"] == expected["ceiling"]?["efficiency"] ?? .null)
    }
    let lines = try lines("--verdict")
    for finding in holding {
      let (name, sentence) = (finding["name"]?.string ?? "", finding["sentence"]?.string ?? "?")
      #expect(lines.contains("\(name)\t\(sentence.printable(limit: 1000))"))
    }
    #expect(lines.contains("variant in use\tdec.full"))
    #expect(
      lines.contains { $0.hasPrefix("dec.full\t") } && lines.contains { $0.hasPrefix("enc.full\t") }
    )
  }

  @Test func featuresHaveWhatTheVerdictSays() throws {
    let id = try #require(columns.tensors["dec.full.centred.label_id"]?.integers())[6]
    let p = try #require(columns.tensors["dec.full.centred.p"]?.floats())[6]
    let rank = try #require(columns.tensors["dec.full.centred.true_rank"]?.integers())[6]
    let truth = try #require(columns.tensors["truth.label_id"]?.integers())[6]
    let page = try json("--feature", "6")["features"]?.array?.first?["verdict"]
    #expect(page?["form_in_use"] == "dec.full")
    #expect(page?["true_label_id"]?.integer == truth)
    #expect(page?["true_label"]?.string == Workplace.plainLabels[truth])
    let score = page?["scores"]?.array?.first { $0["score"] == "centred" }
    #expect(score?["label_id"]?.integer == id)
    #expect(score?["label"]?.string == Workplace.plainLabels[id])
    #expect(score?["p"]?.double.map { Float($0) } == p)
    #expect(score?["true_rank"]?.integer == rank && score?["right"]?.bool == (id == truth))
    let lines = try lines("--feature", "6")
    #expect(lines.contains("true class\t\(Workplace.plainLabels[truth])"))
    #expect(lines.contains("score\tvalue\tp\tp random\tright\trank of true\tname"))
    #expect(
      lines.contains {
        $0.hasPrefix("centred\t")
          && $0.hasSuffix("\t\(id == truth ? "yes" : "no")\t\(rank)\t\(Workplace.plainLabels[id])")
      })
  }

  @Test func labelsHaveWhatTheVerdictSays() throws {
    let ids = try #require(columns.tensors["dec.full.centred.label_id"]?.integers())
    let p = try #require(columns.tensors["dec.full.centred.p"]?.floats())
    let ranks = try #require(columns.tensors["dec.full.centred.true_rank"]?.integers())
    for (label, name) in Workplace.plainLabels.enumerated() {
      let rows = ids.indices.filter { ids[$0] == label }
      let use = try json("--label", name)["verdict"]
      #expect(use?["features"]?.integer == rows.count)
      #expect(use?["p_at_most_0.05"]?.integer == rows.count { p[$0] <= 0.05 })
      let share = use?["share_of_p_at_most_0.05"]?["estimate"]?.double
      #expect(
        share
          == (rows.isEmpty ? nil : Double(rows.count { p[$0] <= 0.05 }) / Double(rows.count)))
      #expect(use?["right"]?.integer == rows.count { ranks[$0] == 1 })
      #expect(use?["with_true_class"]?.integer == rows.count { ranks[$0] > 0 })
    }
  }

  @Test func columnsOfTheVerdictAreStatistics() throws {
    let p = try #require(columns.tensors["dec.full.centred.p"]?.floats())
    let sorted = try json("--sort", "centred.p", "--ascending", "--count", "6")
    #expect(sorted["statistic"] == "dec.full.centred.p")
    #expect(
      sorted["features"]?.array?.compactMap { $0["value"]?.double.map { Float($0) } }
        == Array(p.sorted().prefix(6)))
    let histogram = try json("--histogram", "enc.full.raw.score")
    let scores = try #require(columns.tensors["enc.full.raw.score"]?.floats())
    #expect(histogram["features"]?.integer == scores.count { !$0.isNaN })
    #expect(
      histogram["quantiles"]?.array?.last?.double.map { Float($0) }
        == scores.filter { !$0.isNaN }.max())
  }

  /// `script` runs a command on a terminal of its own.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script")),
    arguments: ["--verdict", "--feature 6", "--label cat"], [80, 200])
  func linesFitTheTerminal(question: String, width: Int) throws {
    let command = "stty cols \(width); $LENSCTL show run \(question) --no-color"
    let shell = try place.shell("script -qec '\(command)' /dev/null")
    let lines = shell.output.split { $0.isNewline }.map(String.init)
    #expect(lines.count > 8, "\(shell.output)")
    for line in lines { #expect(line.displayWidth <= width, "\(line)") }
    #expect(question != "--verdict" || lines.contains { $0.hasPrefix("dec.full *") })
  }
}
