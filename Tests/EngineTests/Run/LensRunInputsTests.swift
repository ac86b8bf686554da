import Foundation
import Testing

@testable import Engine

/// The files that a run records and watches.
extension LensRunTests {
  /// Embeddings of width 16 in two shards, and their index.
  private func writeShards(in directory: TemporaryDirectory) throws -> String {
    for (name, seed) in [("embeddings", 1), ("other", 2)] {
      var builder = SafetensorsBuilder()
      builder.add(
        name, [5, 16],
        Matrix.random(rows: 5, columns: 16, seed: UInt64(seed)).elements.map(Double.init))
      try directory.write("\(name).safetensors", builder.file)
    }
    return try directory.write(
      "labels.safetensors.index.json",
      #"{"weight_map": {"embeddings": "embeddings.safetensors", "other": "other.safetensors"}}"#)
  }

  @Test func shardsOfEmbeddingsAreInputs() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory)
    let index = try writeShards(in: directory)
    request.labels = .embeddings(index, key: nil, namesPath: nil)
    let shards = ["embeddings", "other"].map { "\(directory.path)/\($0).safetensors" }
    let json = try LensRun(request).write(to: directory.path + "/run")
    let inputs = (json["inputs"]?.array ?? []).filter { $0["role"] == "text_embeddings" }
    #expect(inputs.compactMap { $0["path"]?.string } == [index] + shards)
    #expect(
      try inputs.compactMap { $0["sha256"]?.string }
        == ([index] + shards).map { try FileDigest.sha256(contentsOf: $0) })
    let again = try LensRun(request)
    try directory.write("embeddings.safetensors", try Data(contentsOf: URL(filePath: shards[1])))
    #expect(
      message { try again.forEachBlock { _ in } }
        == "\(shards[0]): has changed since it was opened, expected it to stay as it is")
  }

  @Test func nothingIsDigestedForBlocksAlone() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory)
    let shards = try writeShards(in: directory)
    request.labels = .embeddings(shards, key: nil, namesPath: nil)
    request.digestCache = DigestCache(environment: ["LENSCTL_CACHE": directory.path + "/cache"])
    let paths = try LensRun(request).inputPaths
    // Younger files are digested, but not entered in the cache.
    try waitUntilSettled(paths.filter { $0.hasPrefix(directory.path) })
    let run = try LensRun(request)
    try run.forEachBlock { _ in }
    #expect(!MappedFile.exists(directory.path + "/cache"))
    _ = try run.write(to: directory.path + "/run")
    let entries = try FileManager.default.contentsOfDirectory(
      atPath: directory.path + "/cache/digests")
    #expect(entries.count == Set(paths).count)
  }

  @Test func outputsThatAreInputsAreRefusedBeforeLabelsAreEncoded() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("quick-gelu"), in: directory)
    request.outputs = [directory.path + "/run", directory.path + "/labels.txt"]
    var stages: [RunProgress] = []
    #expect(
      message { _ = try LensRun(request) { stages.append($0) } }
        == "\(directory.path)/labels.txt: is an input too, expected another path")
    request.labels = .embeddings(try writeShards(in: directory), key: nil, namesPath: nil)
    request.outputs = [directory.path + "/other.safetensors"]
    #expect(
      message { _ = try LensRun(request) { stages.append($0) } }
        == "\(directory.path)/other.safetensors: is an input too, expected another path")
    #expect(stages == [.opening, .opening])
  }

  /// A model without an image tower reads directions of the joint space, and no others.
  @Test func theImageHeadIsOpenedOnlyIfDirectionsAreMapped() throws {
    let directory = try TemporaryDirectory()
    let fixture = try ClipFixture("quick-gelu")
    var builder = SafetensorsBuilder()
    for name in fixture.model.weights.names where !name.hasPrefix("v") {
      let tensor = try fixture.model.weights.tensor(name)
      builder.add(name, tensor.shape, tensor.doubles)
    }
    try directory.write("model/model.safetensors", builder.file)
    for name in ["config.json", "vocab.json", "merges.txt"] {
      try FileManager.default.copyItem(
        atPath: "\(fixture.model.directory)/\(name)", toPath: "\(directory.path)/model/\(name)")
    }
    let sample = SampleAutoencoder(n: 20, d: 16)
    var request = try request(fixture, in: directory)
    request.model = directory.path + "/model"
    request.autoencoder = try directory.writeSAELens(
      sample.saelens(), sample.configuration(hook: "visual_projection"))
    #expect(try LensRun(request).scan.variant.id == "native")
    request.map = .full
    #expect(
      message { _ = try LensRun(request) }?.contains("vision_model.post_layernorm.weight") == true)
  }

  /// Waits until changes of files would show, for 2 seconds at most.
  private func waitUntilSettled(_ paths: [String]) throws {
    while try !paths.allSatisfy({ try FileIdentity(of: $0).isSettled(at: Date()) }) {
      Thread.sleep(forTimeInterval: 0.1)
    }
  }
}
