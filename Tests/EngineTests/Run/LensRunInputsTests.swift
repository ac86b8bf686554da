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

  /// Waits until changes of files would show, for 2 seconds at most.
  private func waitUntilSettled(_ paths: [String]) throws {
    while try !paths.allSatisfy({ try FileIdentity(of: $0).isSettled(at: Date()) }) {
      Thread.sleep(forTimeInterval: 0.1)
    }
  }
}
