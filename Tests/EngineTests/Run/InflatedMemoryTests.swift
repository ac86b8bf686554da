import Foundation
import Testing

@testable import Engine

/// Files that are inflated into memory count for the limit of memory.
@Suite struct InflatedMemoryTests {
  /// Deflated bytes that nothing was gained by: blocks stored as they are (RFC 1951, 3.2.4).
  private static func deflated(_ contents: Data) -> Data {
    var out = Data()
    for start in stride(from: 0, to: contents.count, by: 0xFFFF) {
      let block = contents[start..<min(start + 0xFFFF, contents.count)]
      out.append(start + block.count == contents.count ? 1 : 0)
      out += ZipBuilder.bytes(block.count, 2) + ZipBuilder.bytes(~block.count, 2) + block
    }
    return out
  }

  /// An array of NumPy of `f32`.
  private static func array(_ rows: Int, _ columns: Int) -> Data {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    while (header.utf8.count + 11) % 64 != 0 { header += " " }
    header += "\n"
    let pattern = Matrix.random(rows: 1, columns: 997, seed: 4).elements.map(Double.init)
    var body = SafetensorsBuilder.bytes(of: pattern, dtype: .f32)
    while body.count < 4 * rows * columns { body += body }
    return NPYHeader.magic + Data([1, 0]) + ZipBuilder.bytes(header.utf8.count, 2)
      + Data(header.utf8) + body.prefix(4 * rows * columns)
  }

  /// Archives of one array, deflated or stored.
  private static func archive(_ name: String, _ contents: Data, isDeflated: Bool) -> Data {
    var builder = ZipBuilder((name + ".npy", contents))
    if isDeflated {
      builder.entries[0].contents = deflated(contents)
      builder.entries[0].method = 8
      builder.entries[0].checksum = crc32(of: contents)
      builder.entries[0].size = contents.count
    }
    return builder.file
  }

  @Test func inflatedContentsOfEveryContainerAreCounted() throws {
    func held(_ name: String) throws -> Int {
      try TensorFile(contentsOf: TorchFixtureTests.directory + "/" + name).heldBytes
    }
    for name in ["plain.pt", "arrays.npz", "legacy.pt", "config.pkl", "saev.pt", "memmap_5_3.npy"] {
      #expect(try held(name) == 0, "\(name)")
    }
    for name in ["deflated.pt", "deflated.npz"] {
      let file = try MappedFile.contents(of: TorchFixtureTests.directory + "/" + name)
      let entries = try ZipArchive(parsing: file).entries.filter(\.isDeflated)
      #expect(!entries.isEmpty)
      #expect(try held(name) == entries.reduce(0) { $0 + $1.size }, "\(name)")
    }
    for name in ["config-2.pkl.gz", "config-5.pkl.gz"] {
      let path = TorchFixtureTests.directory + "/" + name
      #expect(try held(name) == GzipFile.contents(of: path).count, "\(name)")
    }
  }

  @Test func aGzippedAutoencoderIsHeldAndNotMapped() throws {
    let plain = AutoencoderCheckpoint(family: "fry", variant: "pkl").weights
    let gzipped = AutoencoderCheckpoint(family: "fry", variant: "pkl-gz").weights
    let size = try GzipFile.contents(of: gzipped).count
    let mapped = try Autoencoder(contentsOf: plain)
    let held = try Autoencoder(contentsOf: gzipped)
    #expect(mapped.heldBytes == 0 && held.heldBytes == size)
    let bank = try #require(held.decoder)
    #expect(held.mappedBytes(of: bank) == 0)
    #expect(mapped.mappedBytes(of: bank) == bank.tensor.bytes.count)
  }

  /// 16 MiB of directions: the plan counts them, and a limit that they do not fit ends the run before
  /// labels are read.
  @Test func aStatedLimitBelowWhatIsHeldIsRefusedBeforeAnyWork() throws {
    let directory = try TemporaryDirectory()
    let matrix = Self.array(4096, 1024)
    var builder = SafetensorsBuilder()
    let rows = Matrix.random(rows: 5, columns: 1024, seed: 2).elements.map(Double.init)
    builder.add("rows", [5, 1024], rows)
    let labels = try directory.write("labels.safetensors", builder.file)
    func request(_ name: String, isDeflated: Bool) throws -> ScanRequest {
      let path = try directory.write(
        name, Self.archive("W_dec", matrix, isDeflated: isDeflated))
      var request = ScanRequest(
        model: nil, autoencoder: path, map: .native,
        labels: .embeddings(labels, key: nil, namesPath: nil), workers: 1)
      request.keys = "W_dec=W_dec:N"
      request.memoryLimit = 1 << 30
      return request
    }
    let mapped = try LensRun(try request("stored.npz", isDeflated: false)).memory
    var held = try request("deflated.npz", isDeflated: true)
    let memory = try LensRun(held).memory
    #expect(memory.scanBytes - mapped.scanBytes == matrix.count)
    #expect(mapped.mappedBytes - memory.mappedBytes == 4 * 4096 * 1024)
    held.memoryLimit = memory.scanBytes - 1
    var plans = 0
    let error = #expect(throws: RunError.self) {
      try LensRun(held) { if case .planned = $0 { plans += 1 } }
    }
    #expect(
      error?.description
        == "--max-memory: found \(MemorySize.text(memory.scanBytes - 1, rounding: .down)), expected "
        + "at least \(MemorySize.text(memory.scanBytes, rounding: .up)) for one block on one thread"
    )
    #expect(error?.kind == .usage && plans == 0)
    held.memoryLimit = memory.peakBytes
    #expect(try LensRun(held).memory.peakBytes == memory.peakBytes)
  }

  /// Label embeddings in a deflated array are in memory whether they are read by parts or not.
  @Test func inflatedLabelsAreHeld() throws {
    let directory = try TemporaryDirectory()
    let labels = Self.array(64, 16)
    var plans: [MemoryPlan] = []
    for isDeflated in [false, true] {
      let path = try directory.write(
        "labels-\(isDeflated).npz", Self.archive("rows", labels, isDeflated: isDeflated))
      var request = ScanRequest(
        model: nil, autoencoder: path, map: .native,
        labels: .embeddings(path, key: nil, namesPath: nil), workers: 1)
      request.keys = "W_dec=rows:N"
      request.memoryLimit = 1 << 30
      plans.append(try LensRun(request).memory)
    }
    // Once as directions and once as labels.
    #expect(plans[1].scanBytes - plans[0].scanBytes == 2 * labels.count)
    #expect(plans[1].mappedBytes == 0 && plans[0].mappedBytes == 2 * 4 * 64 * 16)
  }

  /// While labels are encoded, the autoencoder is in memory too.
  @Test func encodingCountsWhatIsHeldToo() {
    func sizes(held: Int) -> MemorySizes {
      MemorySizes(
        labelCount: 5, labelTextBytes: 20, embeddingWidth: 16, isPacked: false, isStored: false,
        encoding: MemoryPlanTests.tower,
        scan: MemorySizes.Scan(directionWidth: 16, isMapped: false, topCount: 1), mappedBytes: 0,
        heldBytes: held)
    }
    let difference =
      sizes(held: 1000).encodingBytes(workers: 1) - sizes(held: 0).encodingBytes(workers: 1)
    #expect(difference == 1000)
    #expect(
      sizes(held: 1000).scanBytes(workers: 1, streamsLabels: false)
        - sizes(held: 0).scanBytes(workers: 1, streamsLabels: false) == 1000)
  }
}
