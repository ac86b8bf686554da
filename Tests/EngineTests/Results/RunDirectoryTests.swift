import Foundation
import Testing

@testable import Engine

/// Runs that are wrong in one way each.
@Suite struct RunDirectoryTests {
  private func fault(
    _ spoil: (TemporaryDirectory) throws -> Void
  ) throws -> String? {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    try RunWriterTests.write(RunWriterTests.features(7), to: path)
    try spoil(directory)
    return message { _ = try RunDirectory(contentsOf: path) }
      .map { $0.replacing(path + "/", with: "") }
  }

  /// Writes the columns of a block under the name of those that are there.
  private func replace(
    _ directory: TemporaryDirectory, _ change: (inout FeatureBlock) -> Void
  ) throws {
    var block = RunWriterTests.features(7)
    change(&block)
    let columns = FeatureColumn.all(topCount: 3)
    let layout = SafetensorsLayout(
      columns.map { .init(name: $0.name, dtype: $0.dtype, shape: $0.shape(featureCount: 7)) })
    try directory.write(
      "run/features.safetensors", columns.reduce(layout.header) { $0 + $1.bytes(block) })
  }

  @Test func aDirectoryWithoutDescriptionIsNoRun() throws {
    #expect(
      try fault { try FileManager.default.removeItem(atPath: $0.path + "/run/run.json") }
        == "run.json: no such file or directory")
    #expect(
      try fault { try $0.write("run/run.json", "{}") }
        == #"run.json: field "format": found none, expected lensctl.run"#)
    #expect(
      try fault { try $0.write("run/run.json", "[1]") }
        == #"run.json: field "format": found none, expected lensctl.run"#)
    #expect(
      try fault { try $0.write("run/run.json", #"{"format": "lensctl.run"}"#) }
        == #"run.json: field "format_version": found none, expected 1"#)
    #expect(
      try fault { try $0.write("run/run.json", #"{"format": "lensctl.run", "format_version": 2}"#) }
        == #"run.json: field "format_version": found 2, expected 1"#)
  }

  @Test func labelsMustBeAsManyAsTheirEmbeddings() throws {
    #expect(
      try fault { try $0.write("run/labels.txt", "a\nb\n") }
        == #"labels.txt: field "lines": found 2, expected 20, one a label"#)
  }

  @Test func labelIDsMustBeThoseOfLabels() throws {
    for id: Int32 in [20, -2, .max, .min] {
      #expect(
        try fault { try replace($0) { $0.topLabelIDs[4] = id } }
          == "features.safetensors: top_label_ids: an id outside -1..<20")
    }
    #expect(
      try fault { try replace($0) { $0.bottomLabelIDs[4] = -1 } }
        == "features.safetensors: bottom_label_ids: labels of feature 2 against its status")
    #expect(
      try fault { try replace($0) { $0.topLabelIDs[9] = 0 } }
        == "features.safetensors: top_label_ids: labels of feature 6 against its status")
  }

  @Test func featuresMustRise() throws {
    for ids: [Int32] in [[0, 2, 2, 6, 8, 10, 12], [-1, 2, 4, 6, 8, 10, 12]] {
      #expect(
        try fault { try replace($0) { $0.featureIDs = ids } }
          == "features.safetensors: feature_id: ids that do not rise from 0 or above")
    }
  }

  @Test func statusesMustBeKnown() throws {
    #expect(
      try fault { try replace($0) { $0.statuses[0] = 4 } }
        == "features.safetensors: status: a code that no feature has")
  }

  @Test func truncatedColumnsAreRefused() throws {
    let text = try fault {
      let path = $0.path + "/run/features.safetensors"
      let whole = try RunWriterTests.bytes(path)
      try $0.write("run/features.safetensors", Data(whole.dropLast(1)))
    }
    #expect(
      text == "features.safetensors: status: ends at byte 735, but the data has 734: "
        + "the file is 1 bytes short")
  }
}
