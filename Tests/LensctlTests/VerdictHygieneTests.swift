import Engine
import Foundation
import Testing

/// Dead, duplicate and rare features in verdicts of small autoencoders.
@Suite struct VerdictHygieneTests {
  let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private func judge(_ rows: [[Float]], _ arguments: String...) throws -> CommandRun {
    try place.write("sae.safetensors", matrices: [("W_dec", rows)])
    return try place.run(
      ["verdict"] + Workplace.model
        + [
          "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--labels", "labels.txt", "--out",
          "run", "--quiet", "--json",
          "--variant", "dec.lin",
        ] + arguments)
  }

  @Test func groupsAreListedAndCountedOnce() throws {
    // Rows of Workplace repeat themselves after 23.
    var state: UInt32 = 1
    var rows = (0..<40).map { _ in
      (0..<32).map { _ -> Float in
        state = state &* 1_664_525 &+ 1_013_904_223
        return Float(state >> 8) / 8_388_608 - 1
      }
    }
    for copy in [11, 25, 30] { rows[copy] = rows[3].map { 2 * $0 } }
    rows[17] = rows[8]
    rows[20] = [Float](repeating: 0, count: 32)
    let run = try judge(rows)
    #expect(run.status == 0 && run.messages == "")
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let decoder = try #require(json["hygiene"]?["decoder"])
    #expect(decoder["groups"]?.integer == 2 && decoder["surplus"]?.integer == 4)
    #expect(decoder["largest"]?.integer == 4)
    #expect(
      decoder["listed"]?.array?.map { $0["features"]?.array?.map(\.integer) } == [
        [3, 11, 25, 30], [8, 17],
      ])
    #expect(decoder["dead"]?["features"]?.array?.map(\.integer) == [20])
    #expect(json["hygiene"]?["encoder"] == .null)
    let variant = try #require(json["hygiene"]?["variants"]?.array?.first)
    #expect(variant["groups"]?.integer == 35)
    let columns = try TensorFile(contentsOf: place.path + "/run/verdict.safetensors")
    let groups = try #require(columns.tensors["decoder.duplicate_group"]?.integers())
    #expect(groups == (0..<40).map { [11: 3, 25: 3, 30: 3, 17: 8][$0] ?? $0 })
    // Groups count once, by their features' mean.
    let p = try #require(columns.tensors["dec.lin.raw.p"]?.floats())
    var sums: [Int: (sum: Double, count: Double)] = [:]
    for (feature, group) in groups.enumerated() where !p[feature].isNaN {
      let old = sums[group] ?? (0, 0)
      sums[group] = (old.sum + (p[feature] <= 0.05 ? 1 : 0), old.count + 1)
    }
    let share = sums.values.reduce(0) { $0 + $1.sum / $1.count } / 35
    let found = variant["scores"]?.array?.first?["rotated"]?["share"]?.double ?? -1
    #expect(abs(found - share) < 1e-12)
  }

  @Test func oneGroupOfEverythingHasNoIntervalThatBears() throws {
    let row = Workplace.rows(1, width: 32)[0]
    let run = try judge((1...30).map { scale in row.map { Float(scale) * $0 } })
    #expect(run.status == 0)
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let variant = try #require(json["hygiene"]?["variants"]?.array?.first)
    #expect(variant["groups"]?.integer == 1)
    #expect(
      variant["notices"]?.array?.map(\.string) == [
        "all features that are read are duplicates of one: no interval bears"
      ])
    let share = json["variants"]?.array?.first?["scores"]?.array?.first?["rotated"]?["share"]
    #expect(share?["lower"]?.double == 0 && share?["upper"]?.double == 1)
  }

  @Test func nothingToReadIsSaid() throws {
    let dead = try judge([[Float]](repeating: [Float](repeating: 0, count: 32), count: 8))
    #expect(dead.status == 65)
    #expect(dead.message.hasSuffix("fewer than two of 8 features can be read"))
    let one = try judge(Workplace.rows(3, width: 32), "--features", "1")
    #expect(one.status == 65)
    #expect(one.message.hasSuffix("fewer than two of 1 features can be read"))
    #expect(!place.has("run"))
  }

  @Test func featuresThatNeverFireAreListed() throws {
    let rows = Workplace.rows(6, width: 32)
    try place.write(
      "truth.safetensors",
      header: #"{"activations":{"dtype":"F32","shape":[3,6],"data_offsets":[0,72]},"#
        + #""class_ids":{"dtype":"I32","shape":[3],"data_offsets":[72,84]}}"#,
      body: Data(
        (0..<18).flatMap { index -> [UInt8] in
          let value: Float = index % 6 == 4 ? 0 : 1
          return (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        } + [0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]))
    let run = try judge(rows, "--truth", "truth.safetensors")
    #expect(run.status == 0)
    let json = try JSONValue(parsing: Data(run.output.utf8))
    let density = try #require(json["hygiene"]?["density"])
    #expect(density["known"]?.integer == 6)
    #expect(density["never_fire"]?["features"]?.array?.map(\.integer) == [4])
    #expect(density["ultra_low"]?["count"]?.integer == 0)
    let strata = try #require(json["strata"]?.array?.first?["strata"]?.array)
    #expect(Set(strata.compactMap { $0["by"]?.string }) == ["density", "length", "along_mean"])
    for stratum in strata { #expect(stratum["large"]?.bool == false) }
  }
}
