import Engine
import Foundation
import Testing

/// Controls in verdicts of small autoencoders.
@Suite struct VerdictControlTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func controls(_ arguments: String...) throws -> JSONValue {
    let run = try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--out",
          "run",
          "--quiet", "--json", "--null-banks", "0", "--force",
        ] + arguments)
    #expect(run.status == 0 && run.messages == "")
    return try #require(JSONValue(parsing: Data(run.output.utf8))["controls"])
  }

  /// Residuals of six pictures, the class of each in turn.
  private func writeResiduals() throws {
    let rows = Workplace.rows(6, width: 32).joined().flatMap { value -> [UInt8] in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    let ids = (0..<6).flatMap { id -> [UInt8] in [UInt8(id % 5), 0, 0, 0] }
    try place.write(
      "truth.safetensors",
      header: #"{"residuals":{"dtype":"F32","shape":[6,32],"data_offsets":[0,768]},"#
        + #""class_ids":{"dtype":"I32","shape":[6],"data_offsets":[768,792]}}"#,
      body: Data(rows + ids))
  }

  private static func bank(_ id: String, _ controls: JSONValue) throws -> JSONValue {
    try #require(controls["banks"]?.array?.first { $0["id"]?.string == id })
  }

  @Test func everyControlIsReadByTheSameCode() throws {
    try writeResiduals()
    let controls = try controls(
      "--variant", "dec.lin", "--truth", "truth.safetensors", "--controls", "all")
    #expect(controls["variant"] == "dec.lin" && controls["scope"] == "all")
    #expect((controls["untrained_active"]?.integer ?? 0) > 0)
    for (id, count) in [
      ("random", 48), ("shuffled", 48), ("identity", 5), ("class_means", 5), ("nonsense", 48),
    ] {
      let bank = try Self.bank(id, controls)
      #expect(bank["directions"]?.integer == count && bank["read"]?.integer == count)
      #expect(bank["labels"]?.integer == 5)
      #expect(
        bank["scores"]?.array?.map { $0["id"]?.string } == [
          "raw", "centred", "both", "zcol", "abtt", "whiten",
        ])
      let hasTruth = ["random", "identity", "class_means"].contains(id)
      for score in bank["scores"]?.array ?? [] {
        #expect((score["agreement"] == .null) == !hasTruth)
        let share = score["rotated"]?["share"]?["estimate"]?.double ?? -1
        #expect((0...1).contains(share))
      }
    }
    let identity = try Self.bank("identity", controls)["scores"]?.array?[1]["agreement"]
    #expect(identity?["right"]?["estimate"]?.double == 1)
    let exchange = try #require(controls["exchanged_labels"]?["scores"]?.array)
    #expect(exchange.count == 6)
    for score in exchange {
      let p = score["p"]?.double ?? 0
      #expect(p >= 1.0 / 1001 && p <= 1)
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    let controls = try controls("--direction", "decoder", "--map", "full")
    func missing(_ id: String) throws -> String? { try Self.bank(id, controls)["missing"]?.string }
    #expect(controls["variant"] == "dec.full")
    #expect(try missing("identity") == "the variant is not linear in the direction")
    #expect(try missing("class_means") == "no truth was given")
    #expect(try missing("nonsense") == "it takes another vocabulary: --controls all")
    #expect(try missing("random") == nil && missing("shuffled") == nil)
    #expect(controls["exchanged_labels"]?["missing"] == "no truth was given")
    #expect(controls["untrained_active"] == .null)
    #expect(try self.controls("--variant", "dec.lin", "--controls", "none") == .null)
  }

  /// Shifted directions: controls are shifted like the features.
  @Test func controlsOfShiftedDirectionsAreShifted() throws {
    let controls = try controls(
      "--direction", "shifted", "--alpha", "0.01", "--variant", "dec.abs")
    #expect(controls["variant"] == "dec.abs")
    // With so small a factor all are the bias.
    for id in ["random", "shuffled"] {
      let scores = try Self.bank(id, controls)["scores"]?.array
      #expect(scores?.first?["effective_labels"]?.double == 1)
    }
  }

  @Test func theSameForAnyThreads() throws {
    try writeResiduals()
    func text(_ threads: String) throws -> String {
      try controls(
        "--variant", "dec.lin", "--truth", "truth.safetensors", "--controls", "all", "--threads",
        threads
      ).serialized()
    }
    #expect(try text("1") == text("2"))
  }
}
