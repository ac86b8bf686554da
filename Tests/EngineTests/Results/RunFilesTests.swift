import Foundation
import Testing

@testable import Engine

/// Runs that are read block by block, and the verdict beside them.
@Suite struct RunFilesTests {
  let directory: TemporaryDirectory
  let path: String

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/run"
    try RunWriterTests.write(RunWriterTests.features(7), to: path)
  }

  /// Writes `feature_id`, and columns of zeros by other names.
  private func writeVerdict(_ names: [String], ids: [Int32], variants: [String]) throws {
    let layout = SafetensorsLayout(
      [.init(name: "feature_id", dtype: .i32, shape: [ids.count])]
        + names.map { .init(name: $0, dtype: .f32, shape: [ids.count]) })
    let zeros = littleEndianBytes([Float](repeating: 0, count: ids.count * names.count))
    try directory.write(
      "run/verdict.safetensors", layout.header + littleEndianBytes(ids) + zeros)
    let json: JSONValue = [
      "format": "lensctl.verdict", "form_in_use": "dec.jvp",
      "variants": .array(variants.map { ["id": .string($0)] }),
    ]
    try directory.write("run/verdict.json", json.serialized())
  }

  @Test(arguments: [1, 2, 3, 6, 7, 8])
  func blocksTogetherAreTheWhole(size: Int) throws {
    let run = try RunFiles(contentsOf: path)
    let whole = try RunDirectory(contentsOf: path).features
    var blocks = FeatureBlock(topCount: run.topCount)
    for start in stride(from: 0, to: run.featureCount, by: size) {
      blocks.append(try run.features(in: start..<min(start + size, run.featureCount)))
    }
    #expect(blocks.featureIDs == whole.featureIDs && blocks.statuses == whole.statuses)
    #expect(
      blocks.topLabelIDs == whole.topLabelIDs && blocks.bottomLabelIDs == whole.bottomLabelIDs)
    // Compared as bits, since NaN is unequal to itself.
    for column in FeatureColumn.all(topCount: run.topCount) {
      #expect(column.bytes(blocks) == column.bytes(whole), "\(column.name)")
    }
  }

  @Test func idsThatDoNotRiseFromOneBlockToTheNextAreFound() throws {
    var block = RunWriterTests.features(7)
    block.featureIDs[3] = block.featureIDs[2]
    let columns = FeatureColumn.all(topCount: block.topCount)
    let layout = SafetensorsLayout(
      columns.map { .init(name: $0.name, dtype: $0.dtype, shape: $0.shape(featureCount: 7)) })
    try directory.write(
      "run/features.safetensors", columns.reduce(layout.header) { $0 + $1.bytes(block) })
    let run = try RunFiles(contentsOf: path)
    _ = try run.features(in: 0..<3)
    #expect(
      message { _ = try run.features(in: 3..<7) }
        == path + "/features.safetensors: feature_id: ids that do not rise from 0 or above")
  }

  @Test func columnsOfAVerdictAreThoseOfTheLongestVariant() throws {
    let run = try RunFiles(contentsOf: path)
    let ids = try run.features(in: 0..<7).featureIDs
    let names = [
      "dec.jvp.raw.p", "dec.jvp.mean.raw.p", "dec.jvp.mean.status", "dec.jvpx.raw.p", "truth.f1",
      "dec.jvp.a.b.c", "read.raw.p",
    ]
    try writeVerdict(names, ids: ids, variants: ["dec.jvp", "dec.jvp.mean", "read"])
    let verdict = try #require(try VerdictFiles.verdict(of: run))
    #expect(verdict.columns.map(\.name) == names)
    #expect(
      verdict.columns.map(\.place) == [
        .init(variant: "dec.jvp", score: "raw", statistic: "p"),
        .init(variant: "dec.jvp.mean", score: "raw", statistic: "p"),
        .init(variant: "dec.jvp.mean", score: nil, statistic: "status"), nil, nil, nil,
        .init(variant: "read", score: "raw", statistic: "p"),
      ])
    #expect(verdict.formInUse == "dec.jvp")
    try verdict.check(0..<7, are: ids)
    #expect(
      message { try verdict.check(0..<7, are: ids.map { $0 + 1 }) }
        == path + "/verdict.safetensors: feature_id: other features than those of the run")
  }

  @Test func aRunWithoutVerdictHasNone() throws {
    let run = try RunFiles(contentsOf: path)
    let isThere = try VerdictFiles.verdict(of: run) != nil
    #expect(!isThere)
  }

  /// Columns are those of the whole run, and a verdict of other features is refused.
  @Test func columnsAreCheckedAsRunsAre() throws {
    let whole = try RunDirectory(contentsOf: path).features
    let ids = whole.featureIDs
    try writeVerdict(["dec.jvp.raw.p"], ids: ids, variants: ["dec.jvp"])
    let run = try RunColumns(contentsOf: path)
    #expect(try run.integers("feature_id") == ids.map { Int($0) })
    #expect(try run.verdictNumbers("dec.jvp.raw.p") == [0, 0, 0, 0, 0, 0, 0])
    #expect(try run.verdictNumbers("dec.jvp.raw.q") == nil)
    for row in 0..<7 {
      let found = try run.labels(at: .bottom, ofRow: row)
      let kept = (row * whole.topCount..<(row + 1) * whole.topCount).filter {
        whole.bottomLabelIDs[$0] >= 0
      }
      #expect(found.map(\.label) == kept.map { Int(whole.bottomLabelIDs[$0]) })
      #expect(found.map(\.cosine) == kept.map { whole.bottomCosines[$0] })
    }
    try writeVerdict(["dec.jvp.raw.p"], ids: ids.map { $0 + 1 }, variants: ["dec.jvp"])
    #expect(
      message { _ = try RunColumns(contentsOf: path) }
        == path + "/verdict.safetensors: feature_id: other features than those of the run")
  }
}
