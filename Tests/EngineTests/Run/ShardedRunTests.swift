import Foundation
import Testing

@testable import Engine

/// Runs that are computed shard by shard, stopped, damaged and gone on with.
@Suite struct ShardedRunTests {
  /// A stop at a block, as a signal makes one.
  private struct Stop: Error {}

  /// 2,500 features: two whole blocks and a part of one.
  private static let featureCount = 2500

  /// Ends a run when it is asked more often than so.
  private static func stop(after limit: Int) -> () throws -> Void {
    var count = 0
    return {
      count += 1
      if count > limit { throw Stop() }
    }
  }

  private static func request(in directory: TemporaryDirectory) throws -> ScanRequest {
    let sae = directory.path + "/sae.safetensors"
    if !MappedFile.exists(sae) { try writeInputs(in: directory) }
    var request = ScanRequest(
      model: nil, autoencoder: sae, map: .native,
      labels: .embeddings(directory.path + "/bank.safetensors", key: nil, namesPath: nil),
      workers: 2)
    request.keys = "W_dec=W_dec:N"
    return request
  }

  private static func writeInputs(in directory: TemporaryDirectory) throws {
    var builder = SafetensorsBuilder()
    builder.add(
      "W_dec", [featureCount, 6],
      Matrix.random(rows: featureCount, columns: 6, seed: 3).elements.map { Double($0) })
    try directory.write("sae.safetensors", builder.file)
    try RunWriterTests.labels().write(to: directory.path + "/bank.safetensors")
  }

  private static func run(
    in directory: TemporaryDirectory, shardSize: Int?,
    change: (inout ScanRequest) -> Void = { _ in }
  ) throws -> LensRun {
    var request = try request(in: directory)
    request.shardSize = shardSize
    change(&request)
    return try LensRun(request)
  }

  /// The files of a run that are the same however it was computed.
  private static func contents(_ path: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where name != "environment.json" {
      contents[name] = try RunWriterTests.bytes(path + "/" + name)
    }
    return contents
  }

  private static func whole(in directory: TemporaryDirectory) throws -> [String: Data] {
    let path = directory.path + "/whole"
    _ = try run(in: directory, shardSize: nil).write(to: path)
    return try contents(path)
  }

  private static func shards(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path + ".partial/shards").sorted()
  }

  @Test(arguments: [1, 3, 7, 64])
  func anyNumberOfShardsGivesTheSameFiles(count: Int) throws {
    let directory = try TemporaryDirectory()
    let whole = try Self.whole(in: directory)
    #expect(
      Set(whole.keys) == [
        "features.safetensors", "labels.safetensors", "labels.txt", "run.json",
      ])
    let run = try Self.run(
      in: directory, shardSize: (Self.featureCount + count - 1) / count)
    #expect(abs(run.shardPlan.count - count) <= 1)
    _ = try run.write(to: directory.path + "/run")
    #expect(try Self.contents(directory.path + "/run") == whole)
    #expect(try !RunWriterTests.names(in: directory).contains("run.partial"))
  }

  @Test func aRunThatIsStoppedGoesOn() throws {
    let directory = try TemporaryDirectory()
    let whole = try Self.whole(in: directory)
    let path = directory.path + "/run"
    var options = WritingOptions()
    options.checkpoint = Self.stop(after: 3)
    let run = try Self.run(in: directory, shardSize: 700)
    #expect(throws: Stop.self) { try run.write(to: path, options) }
    #expect(!MappedFile.exists(path))
    let kept = try Self.shards(path)
    #expect(kept == ["00000.json", "00000.safetensors"])
    let record = try RunWriterTests.bytes(path + ".partial/shards/00000.json")
    // The shard that is there is not computed again.
    let time = try FileIdentity(of: path + ".partial/shards/00000.safetensors")
    options.checkpoint = Self.stop(after: 7)
    #expect(throws: Stop.self) {
      try Self.run(in: directory, shardSize: 700).write(to: path, options)
    }
    #expect(
      try FileIdentity(of: path + ".partial/shards/00000.safetensors").hasContents(of: time))
    #expect(try RunWriterTests.bytes(path + ".partial/shards/00000.json") == record)
    _ = try Self.run(in: directory, shardSize: 700).write(to: path)
    #expect(try Self.contents(path) == whole)
  }

  /// Makes a run of which shards are kept, but not the last.
  private static func stopped(in directory: TemporaryDirectory) throws -> String {
    let path = directory.path + "/run"
    var options = WritingOptions()
    options.checkpoint = Self.stop(after: 8)
    let run = try Self.run(in: directory, shardSize: 500)
    #expect(throws: Stop.self) { try run.write(to: path, options) }
    #expect(try shards(path).count >= 4)
    return path
  }

  @Test(arguments: [
    "flip", "cut", "zero", "columns gone", "record cut", "record zero", "plan zero",
  ])
  func damageIsFoundAndComputedAgain(damage: String) throws {
    let directory = try TemporaryDirectory()
    let whole = try Self.whole(in: directory)
    let path = try Self.stopped(in: directory)
    let shard = path + ".partial/shards/00001"
    func change(_ file: String, _ body: (inout Data) -> Void) throws {
      var bytes = try RunWriterTests.bytes(file)
      body(&bytes)
      try bytes.write(to: URL(filePath: file))
    }
    switch damage {
    case "flip": try change(shard + ".safetensors") { $0[$0.count - 77] ^= 4 }
    case "cut": try change(shard + ".safetensors") { $0.removeLast(3) }
    case "zero": try change(shard + ".safetensors") { $0 = Data(count: $0.count) }
    case "columns gone": try FileManager.default.removeItem(atPath: shard + ".safetensors")
    case "record cut": try change(shard + ".json") { $0.removeLast(40) }
    case "record zero": try change(shard + ".json") { $0 = Data(count: $0.count) }
    default: try change(path + ".partial/run.json") { $0 = Data(count: $0.count) }
    }
    var notices: [String] = []
    _ = try Self.run(in: directory, shardSize: 500).write(
      to: path, progress: { if case .notice(let text) = $0 { notices.append(text) } })
    #expect(try Self.contents(path) == whole)
    let isShard = damage != "plan zero"
    #expect(notices.count == (isShard ? 1 : 0))
    #expect(
      notices.allSatisfy {
        $0.hasPrefix(shard + ".safetensors: ") && $0.hasSuffix("; computed again")
      })
  }

  @Test func anotherCommandIsRefusedWithTheDifference() throws {
    let directory = try TemporaryDirectory()
    let path = try Self.stopped(in: directory)
    let other = try Self.run(in: directory, shardSize: 500) { $0.topCount = 4 }
    let text =
      "\(path).partial: an unfinished run of another command: top_k: found 10, expected 4; "
      + "options.top: found 10, expected 4; --force starts anew"
    #expect(message { _ = try other.write(to: path) } == text)
    let sizes = try Self.run(in: directory, shardSize: 600)
    #expect(
      message { _ = try sizes.write(to: path) }
        == "\(path).partial: an unfinished run of another command: shards.size: found 500, "
        + "expected 600; --force starts anew")
    _ = try other.write(to: path, WritingOptions(replacesExisting: true))
    #expect(try RunDirectory(contentsOf: path).features.topCount == 4)
  }

  @Test(arguments: [
    ("\"engine\": \"\(Engine.version)\"", "\"engine\": \"0.0.7\"", "0.0.7", Engine.version),
    (
      "\"format_version\": 1", "\"format_version\": 2", "format_version 2", "format_version 1"
    ),
  ])
  func row90AShardOfAnotherVersionIsRefused(
    text: String, other: String, found: String, expected: String
  ) throws {
    let directory = try TemporaryDirectory()
    let path = try Self.stopped(in: directory)
    let record = path + ".partial/shards/00001.json"
    let before = try String(contentsOfFile: record, encoding: .utf8)
    let after = before.replacing(text, with: other)
    #expect(after != before)
    try after.write(toFile: record, atomically: false, encoding: .utf8)
    let run = try Self.run(in: directory, shardSize: 500)
    var error: (any Error)?
    do { _ = try run.write(to: path) } catch let thrown { error = thrown }
    #expect((error as? ShardError)?.kind == .badData)
    #expect(
      error.map { "\($0)" }
        == "\(record): computed by another version: found \(found), expected \(expected)")
    #expect(!MappedFile.exists(path))
    #expect(try String(contentsOfFile: record, encoding: .utf8) == after, "it stays as it is")
  }

  @Test func aPlanThatChangesBetweenTwoShardsEndsTheRun() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    let plan = path + ".partial/run.json"
    let run = try Self.run(in: directory, shardSize: 500)
    let text = message {
      _ = try run.write(
        to: path,
        WritingOptions {
          guard let json = try? String(contentsOfFile: plan, encoding: .utf8),
            try Self.shards(path).contains("00002.json")
          else { return }
          try json.replacing("\"top_k\": 10", with: "\"top_k\": 11")
            .write(toFile: plan, atomically: false, encoding: .utf8)
        })
    }
    #expect(
      text == "\(path).partial: an unfinished run of another command: top_k: found 11, "
        + "expected 10; --force starts anew")
    #expect(!MappedFile.exists(path))
  }

  @Test func shardsOfOneDirectoryAreMerged() throws {
    let directory = try TemporaryDirectory()
    let whole = try Self.whole(in: directory)
    let folder = directory.path + "/work"
    for index in [3, 0, 4, 1] {
      let run = try Self.run(in: directory, shardSize: 500)
      #expect(try !run.writeShard(index, in: folder))
      #expect(try run.writeShard(index, in: folder), "it is there")
    }
    let run = try Self.run(in: directory, shardSize: 500)
    let path = directory.path + "/merged"
    #expect(
      message { _ = try run.write(to: path, mergingShardsIn: folder) }
        == "\(folder): shards that are not there: 2")
    _ = try run.writeShard(2, in: folder)
    _ = try run.write(to: path, mergingShardsIn: folder)
    #expect(try Self.contents(path) == whole)
    let environment = try RunDirectory(contentsOf: path).environment
    #expect(environment["shards"]?.array?.map { $0["index"]?.integer } == [0, 1, 2, 3, 4])
    var bytes = try RunWriterTests.bytes(folder + "/shards/00002.safetensors")
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: URL(filePath: folder + "/shards/00002.safetensors"))
    #expect(
      message { _ = try run.write(to: directory.path + "/again", mergingShardsIn: folder) }
        == "\(folder)/shards/00002.safetensors: a damaged shard: rows 0 to 499 have another checksum"
    )
    #expect(!MappedFile.exists(directory.path + "/again"))
  }

  @Test func aRunThatOnlyLacksItsNameGetsIt() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    _ = try Self.run(in: directory, shardSize: 500).write(to: path)
    let written = try Self.contents(path)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".partial")
    let run = try Self.run(in: directory, shardSize: 500)
    _ = try run.write(to: path, WritingOptions(checkpoint: Self.stop(after: 0)))
    #expect(try Self.contents(path) == written)
    #expect(try run.written(at: path)?["format"] == "lensctl.run")
  }

  @Test func anotherRunThatOnlyLacksItsNameIsRefusedLikeAPlan() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/run"
    _ = try Self.run(in: directory, shardSize: 500).write(to: path)
    try FileManager.default.moveItem(atPath: path, toPath: path + ".partial")
    let other = try Self.run(in: directory, shardSize: 500) { $0.topCount = 4 }
    #expect(
      message { _ = try other.write(to: path) }
        == "\(path).partial: an unfinished run of another command: top_k: found 10, expected 4; "
        + "options.top: found 10, expected 4; --force starts anew")
    _ = try other.write(to: path, WritingOptions(replacesExisting: true))
    #expect(try RunDirectory(contentsOf: path).features.topCount == 4)
    #expect(try !RunWriterTests.names(in: directory).contains("run.partial"))
  }

  @Test func kernelsThatDifferAreSaid() throws {
    let directory = try TemporaryDirectory()
    let folder = directory.path + "/work"
    let run = try Self.run(in: directory, shardSize: 1300)
    for index in 0...1 { _ = try run.writeShard(index, in: folder) }
    let record = folder + "/shards/00001.json"
    let text = try String(contentsOfFile: record, encoding: .utf8)
    try text.replacing(
      "\"blas_kernel\": \"\(BLAS.kernel.name)\"", with: "\"blas_kernel\": \"Other\""
    )
    .write(toFile: record, atomically: false, encoding: .utf8)
    let kernels = [BLAS.kernel.name, "Other"].sorted().joined(separator: ", ")
    let json = try run.write(to: directory.path + "/run", mergingShardsIn: folder)
    #expect(
      json["warnings"]?.array?.last?.string
        == "shards were computed by several kernels, whose last digits may differ: \(kernels)")
  }
}
