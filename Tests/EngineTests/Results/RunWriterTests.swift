import Foundation
import Testing

@testable import Engine

@Suite struct RunWriterTests {
  /// Random features, some of them masked.
  static func features(_ count: Int, topCount: Int = 3, labelCount: Int = 20) -> FeatureBlock {
    var block = FeatureBlock(topCount: topCount)
    var reduction = RowReduction(
      rows: 1, logitScale: 100, labelIDs: (0..<Int32(labelCount)).map { $0 }, topCount: topCount)
    let cosines = Matrix.random(rows: count, columns: labelCount, seed: 5)
    for row in 0..<count {
      if row % 5 == 3 {
        block.appendMasked(id: Int32(2 * row), status: row % 2 == 0 ? .dead : .nonFinite)
      } else {
        reduction.reduce(Array(cosines.row(row)), id: Int32(2 * row), into: &block)
      }
    }
    return block
  }

  static func labels(_ count: Int = 20) throws -> LabelBank {
    var names = (0..<count).map { "label \($0)" }
    (names[1], names[2], names[3]) = ("", "日本語\r", "a\u{2028}b \u{202E}c")
    return try LabelBank(
      source: "test", labels: names, embeddings: Matrix.random(rows: count, columns: 6, seed: 1),
      blank: names.map(\.isEmpty))
  }

  /// Writes a run in blocks.
  @discardableResult
  static func write(
    _ block: FeatureBlock, to path: String, blockSize: Int = 16, replacesExisting: Bool = false
  ) throws -> JSONObject {
    let labels = try labels()
    var writer = try RunWriter(
      path: path, featureCount: block.rows, labelCount: labels.labels.count,
      topCount: block.topCount, replacesExisting: replacesExisting)
    for start in stride(from: 0, to: block.rows, by: blockSize) {
      try writer.write(block.extracting(start..<min(start + blockSize, block.rows)))
    }
    return try writer.finish(labels: labels, description: ["lens": ["id": "dec.lin"]])
  }

  static func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }

  static func names(in directory: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  @Test(arguments: [0, 1, 5, 16, 47])
  func aRunReadsBackAsItWasWritten(count: Int) throws {
    let directory = try TemporaryDirectory()
    let block = Self.features(count)
    let json = try Self.write(block, to: directory.path + "/run")
    let run = try RunDirectory(contentsOf: directory.path + "/run/")
    #expect(run.description == json)
    #expect(run.lensID == "dec.lin" && run.featureCount == count)
    let columns = FeatureColumn.all(topCount: 3)
    #expect(columns.map { $0.bytes(run.features) } == columns.map { $0.bytes(block) })
    let labels = try Self.labels()
    #expect(run.labels == labels.labels)
    let file = try TensorFile(contentsOf: directory.path + "/run/labels.safetensors")
    #expect(try file.tensor("embeddings").matrix() == labels.embeddings)
    #expect(run.labelStatuses == labels.statuses.map { Int($0.rawValue) })
    #expect(try Self.names(in: directory) == ["run"])
    for row in 0..<count { #expect(run.row(ofFeature: 2 * row) == row) }
    #expect(run.row(ofFeature: 2 * count) == nil && run.row(ofFeature: 1) == nil)
    #expect(run.row(ofFeature: -1) == nil && run.row(ofFeature: .max) == nil)
  }

  @Test func labelsAreCountedOverFeaturesThatWereRead() throws {
    let directory = try TemporaryDirectory()
    let block = Self.features(47)
    let json = try Self.write(block, to: directory.path + "/run")
    let run = try RunDirectory(contentsOf: directory.path + "/run")
    for label in 0..<20 {
      let first = stride(from: 0, to: 141, by: 3).count { block.topLabelIDs[$0] == label }
      #expect(run.firstCounts[label] == first)
      #expect(run.topCounts[label] == block.topLabelIDs.count { $0 == label })
    }
    #expect(
      json["counts"]
        == ["features": 47, "read": 38, "dead": 4, "nonfinite": 5, "unmapped": 0])
  }

  @Test func theTensorsAreThoseOfTheFormat() throws {
    let directory = try TemporaryDirectory()
    try Self.write(Self.features(7), to: directory.path + "/run")
    let features = try TensorFile(contentsOf: directory.path + "/run/features.safetensors")
    var found: [String: String] = [:]
    for tensor in features.tensors.values {
      found[tensor.name] = tensor.dtype.rawValue + tensor.shapeDescription
    }
    var expected = ["feature_id": "I32[7]", "status": "U8[7]"]
    for name in ["mean", "sd", "skewness", "kurtosis", "margin", "entropy", "log_partition"] {
      expected[name] = "F32[7]"
    }
    for end in ["top", "bottom"] {
      expected["\(end)_label_ids"] = "I32[7, 3]"
      expected["\(end)_cosines"] = "F32[7, 3]"
      expected["\(end)_probabilities"] = "F32[7, 3]"
    }
    #expect(found == expected)
    let labels = try TensorFile(contentsOf: directory.path + "/run/labels.safetensors")
    #expect(labels.tensors["embeddings"]?.shape == [20, 6])
    #expect(labels.tensors["first_counts"]?.dtype == .i64)
    #expect(labels.tensors["top_counts"]?.dtype == .i64)
  }

  @Test func blocksDoNotChangeTheColumns() throws {
    let directory = try TemporaryDirectory()
    let block = Self.features(47)
    try Self.write(block, to: directory.path + "/whole", blockSize: 47)
    for blockSize in [1, 7, 46] {
      let path = directory.path + "/run\(blockSize)"
      try Self.write(block, to: path, blockSize: blockSize)
      for name in ["features.safetensors", "labels.safetensors", "labels.txt"] {
        #expect(try Self.bytes(path + "/" + name) == Self.bytes(directory.path + "/whole/" + name))
      }
    }
  }

  @Test func digestsAreThoseOfWhatIsStored() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    let json = try Self.write(Self.features(47), to: path)
    let features = try Self.bytes(path + "/features.safetensors")
    let columns = FeatureColumn.all(topCount: 3)
    let layout = SafetensorsLayout(
      columns.map { .init(name: $0.name, dtype: $0.dtype, shape: $0.shape(featureCount: 47)) },
      metadata: [("format", "lensctl.features"), ("version", "1")])
    #expect(features.count == layout.fileSize)
    var next = 0
    for block in json["blocks"]?.array ?? [] {
      let first = try #require(block["first"]?.integer)
      let count = try #require(block["count"]?.integer)
      #expect(first == next)
      next += count
      var stored = Data()
      for (column, offset) in zip(columns, layout.offsets) {
        let start = offset + first * column.stride
        stored += features[start..<(start + count * column.stride)]
      }
      #expect(block["checksum"]?.string == "sha256:" + FileDigest.sha256(stored))
    }
    #expect(next == 47)
    for name in ["features.safetensors", "labels.safetensors", "labels.txt"] {
      let digest = try FileDigest.sha256(contentsOf: path + "/" + name)
      #expect(json["files"]?[name]?.string == "sha256:" + digest)
    }
  }

  @Test func anExistingRunIsKeptUnlessItIsToBeReplaced() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    try Self.write(Self.features(5), to: path)
    let before = try Self.bytes(path + "/run.json")
    #expect(
      message { try Self.write(Self.features(6), to: path) }
        == "\(path): already exists; --force replaces it")
    #expect(try Self.bytes(path + "/run.json") == before)
    #expect(try Self.names(in: directory) == ["run"])
    try Self.write(Self.features(6), to: path, replacesExisting: true)
    #expect(try RunDirectory(contentsOf: path).featureCount == 6)
    #expect(try Self.names(in: directory) == ["run"])
  }

  /// Killed from then on, it would otherwise leave a run that seems to lack its name alone.
  @Test func aRunThatIsMadeAnewIsNotCompleteMeanwhile() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    try Self.write(Self.features(5), to: path)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".partial")
    #expect(RunWriter.completeWithoutName(path) != nil)
    _ = try RunWriter(
      path: path, featureCount: 5, labelCount: 20, topCount: 3, replacesExisting: false)
    #expect(RunWriter.completeWithoutName(path) == nil)
  }

  @Test func whatIsNoRunIsNeverReplaced() throws {
    let directory = try TemporaryDirectory()
    try directory.write("run/precious.txt", "x")
    try directory.write("file", "x")
    for replacesExisting in [true] {
      #expect(
        message {
          try Self.write(
            Self.features(5), to: directory.path + "/run/", replacesExisting: replacesExisting)
        }
          == "\(directory.path)/run: cannot be created: "
          + "a directory that is not a run is never replaced")
    }
    #expect(
      message {
        try Self.write(Self.features(5), to: directory.path + "/file", replacesExisting: true)
      } == "\(directory.path)/file: cannot be created: a file of that name exists")
    #expect(
      message { try Self.write(Self.features(5), to: directory.path + "/no/run") }
        == "\(directory.path)/no/run: no directory \(directory.path)/no/ to create it in")
    #expect(
      message { try Self.write(Self.features(5), to: "") }
        == "output: cannot be created: found no name, expected one")
    #expect(try Self.names(in: directory) == ["file", "run"])
  }

  /// Names that the writer could use for its own work stay as they are.
  @Test func neighboursOfARunAreLeftAlone() throws {
    let directory = try TemporaryDirectory()
    try directory.write("run.replaced/precious.txt", "x")
    try Self.write(Self.features(5), to: directory.path + "/run")
    try Self.write(Self.features(5), to: directory.path + "/run", replacesExisting: true)
    #expect(try Self.names(in: directory) == ["run", "run.replaced"])
    #expect(MappedFile.exists(directory.path + "/run.replaced/precious.txt"))
  }

  @Test func aRunThatAppearedMeanwhileIsKept() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    let block = Self.features(5)
    let labels = try Self.labels()
    var writer = try RunWriter(
      path: path, featureCount: 5, labelCount: 20, topCount: 3, replacesExisting: false)
    try writer.write(block)
    try directory.write("run/run.json", "{}")
    do {
      _ = try writer.finish(labels: labels, description: [:])
      Issue.record("the run was replaced")
    } catch {
      #expect(error.reason == .exists)
    }
    RunWriter.removePartial(of: path + "/")
    #expect(try Self.names(in: directory) == ["run"])
    #expect(try Self.bytes(path + "/run.json") == Data("{}".utf8))
  }

  @Test func whatAnEarlierRunLeftUnfinishedIsRemoved() throws {
    let directory = try TemporaryDirectory()
    try directory.write("run.partial/features.safetensors", "half")
    try directory.write("run.partial/run.json.tmp.12", "x")
    try Self.write(Self.features(5), to: directory.path + "/run")
    #expect(try Self.names(in: directory) == ["run"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: directory.path + "/run").sorted()
        == [
          "environment.json", "features.safetensors", "labels.safetensors", "labels.txt",
          "run.json",
        ])
  }

  @Test func whatIsNoUnfinishedRunIsNeverRemoved() throws {
    let directory = try TemporaryDirectory()
    try directory.write("run.partial/thesis.txt", "precious")
    let path = directory.path + "/run"
    #expect(
      message { try Self.write(Self.features(5), to: path) }
        == "\(path).partial: cannot be created: what is not an unfinished run is never replaced")
    #expect(try Self.bytes(path + ".partial/thesis.txt") == Data("precious".utf8))
  }
}
