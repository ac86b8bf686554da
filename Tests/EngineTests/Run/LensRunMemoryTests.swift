import Foundation
import Testing

@testable import Engine

/// Runs under limits of memory.
extension LensRunTests {
  /// A bank of 8000 labels takes more memory than the room for one part of it.
  @Test func aLowLimitOfMemoryGivesTheSameBytes() throws {
    let directory = try TemporaryDirectory()
    let fixture = try ClipFixture("quick-gelu")
    let rows = Matrix.random(rows: 8000, columns: 16, seed: 9).elements.map(Double.init)
    var builder = SafetensorsBuilder()
    builder.add("rows", .f16, [8000, 16], rows)
    let bank = try directory.write("rows.safetensors", builder.file)
    var request = ScanRequest(
      model: fixture.model.directory, autoencoder: Self.autoencoder,
      labels: .embeddings(bank, key: nil, namesPath: nil), workers: 2)
    request.memoryLimit = 1 << 30
    var plans: [MemoryPlan] = []
    let whole = try LensRun(request) { if case .planned(let plan) = $0 { plans.append(plan) } }
    #expect(plans == [whole.memory])
    #expect(!whole.memory.streamsLabels && whole.memory.workers == 2)
    _ = try whole.write(to: directory.path + "/whole")
    request.memoryLimit = whole.memory.peakBytes - 100_000
    let parts = try LensRun(request)
    #expect(parts.memory.streamsLabels && parts.labels.isStreamed && parts.memory.workers == 2)
    _ = try parts.write(to: directory.path + "/parts")
    try expectSameRun(directory.path + "/whole", directory.path + "/parts")
    let environment = try RunDirectory(contentsOf: directory.path + "/parts").environment
    let record = environment["environment"]?["memory"]
    #expect(record?["labels_streamed"] == true)
    #expect(record?["limit_bytes"]?.integer == request.memoryLimit)
    request.memoryLimit = parts.memory.peakBytes - 1_000_000
    let one = try LensRun(request)
    #expect(one.memory.workers == 1)
    _ = try one.write(to: directory.path + "/one")
    let single = try RunDirectory(contentsOf: directory.path + "/one").environment
    #expect(single["environment"]?["threads"]?.integer == 1)
    try expectSameRun(directory.path + "/whole", directory.path + "/one")
  }

  @Test func aBankInTheCacheIsReadPartByPartToo() throws {
    let directory = try TemporaryDirectory()
    var request = try request(try ClipFixture("tanh"), in: directory)
    let labels = (0..<3000).map { "label \($0)\n" }.joined()
    request.labels = .vocabulary(
      try directory.write("many.txt", labels), templates: [.bare])
    request.workers = 1
    request.bankCache = BankCache(environment: ["LENSCTL_CACHE": directory.path + "/cache"])
    let encoded = try LensRun(request)
    #expect(encoded.memory.encodingBytes > 0 && !encoded.memory.streamsLabels)
    _ = try encoded.write(to: directory.path + "/first")
    // A cache that cannot be written is left alone without a word.
    let banks = try FileManager.default.contentsOfDirectory(
      atPath: directory.path + "/cache/banks")
    #expect(banks.count == 1)
    let resident = try LensRun(request).memory
    #expect(resident.encodingBytes == 0)
    request.memoryLimit = resident.peakBytes - 1
    let cached = try LensRun(request)
    #expect(cached.memory.streamsLabels && cached.labels.isStreamed)
    _ = try cached.write(to: directory.path + "/second")
    try expectSameRun(directory.path + "/first", directory.path + "/second")
    request.bankCache = nil
    request.memoryLimit = encoded.memory.encodingBytes - 1
    #expect(
      message { _ = try LensRun(request) }?.contains("many.txt: memory for 3000 labels: found ")
        == true)
  }
}
