import Foundation
import Testing

@testable import Engine

/// Files of every container written as safetensors, and read back.
@Suite struct TensorCopyTests {
  let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Converts a file, and opens what was made by the strict reader.
  private func copy(_ path: String) throws -> TensorFile {
    var request = ConversionRequest(path: path, out: directory.path + "/copy.safetensors")
    (request.form, request.replacesExisting) = (.safetensors, true)
    try Conversion(request).write()
    return try TensorFile(contentsOf: request.out)
  }

  /// Compares names, types, shapes and every bit.
  private func expectSame(_ copy: TensorFile, _ original: TensorFile) throws {
    #expect(copy.names == original.names)
    for name in original.names {
      let (found, wanted) = (try copy.tensor(name), try original.tensor(name))
      #expect(found.dtype == wanted.dtype && found.shape == wanted.shape, "\(name)")
      let all = 0..<wanted.elementCount
      #expect(found.storedBytes(in: all) == wanted.storedBytes(in: all), "\(name)")
      #expect(found.isPlain, "\(name)")
    }
  }

  @Test(arguments: TorchFixtureTests.files.filter { $0 != "values.pt" })
  func everyContainerIsCopiedBitByBit(name: String) throws {
    let path = TorchFixtureTests.directory + "/" + name
    let original = try TensorFile(contentsOf: path)
    let copy = try copy(path)
    try expectSame(copy, original)
    for name in original.attributes.names {
      let value = try #require(original.attributes[name])
      #expect(copy.metadata[name] == value.string ?? value.serialized(), "\(name)")
    }
    // The digests are those of what PyTorch and NumPy read.
    let expected = try JSONValue(contentsOf: TorchFixtureTests.directory + "/expected.json")
    for name in expected[name]?["tensors"]?.object?.names ?? [] {
      let facts = expected[path.split(separator: "/").last.map(String.init) ?? ""]?["tensors"]?[
        name]
      let digest = FileDigest.sha256(try copy.tensor(name).bytes)
      #expect(digest == facts?.array?[2].string, "\(name)")
    }
  }

  @Test(arguments: AutoencoderCheckpoint.all)
  func checkpointsOfFamiliesAreCopiedBitByBit(fixture: AutoencoderCheckpoint) throws {
    try expectSame(copy(fixture.weights), TensorFile(contentsOf: fixture.weights))
  }

  @Test(.enabled(if: MappedFile.exists("../shared/data/torch")))
  func realFilesAreCopiedBitByBit() throws {
    let expected = try JSONValue(contentsOf: TorchFixtureTests.directory + "/real.json")
    for name in expected.object?.names ?? [] {
      let copy = try copy("../shared/data/torch/" + name)
      let facts = try #require(expected[name]?.object)
      #expect(copy.names == facts.names.sorted(), "\(name)")
      for tensor in facts.names {
        let digest = FileDigest.sha256(try copy.tensor(tensor).bytes)
        #expect(digest == facts[tensor]?.array?[2].string, "\(name) \(tensor)")
      }
    }
  }

  @Test func tensorsThatCannotBeReadAreRefusedByName() throws {
    let path = TorchFixtureTests.directory + "/values.pt"
    let found = message { _ = try copy(path) }
    #expect(
      found == "\(path): complex: torch.ComplexFloatStorage, which cannot be read: expected one of "
        + "F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL")
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == [])
  }

  @Test func everyBitAndShapeIsKept() throws {
    var builder = SafetensorsBuilder()
    builder.metadata = ["kind": "sample", "format": "pt"]
    let long = String(repeating: "long.", count: 200)
    let bits: [UInt32] = [0x8000_0000, 0x7FA0_1234, 0xFFC0_0001, 1, 0x7F80_0000]
    builder.add("bits", .f32, [5], bytes: littleEndianBytes(bits))
    builder.add("byte", .u8, [3], [1, 2, 255])
    builder.add("scalar", .f64, [], [-0.0])
    builder.add("none", .i64, [0, 7], [])
    builder.add(long, .bf16, [1, 2, 1, 1, 1, 1, 1, 2], [1, 2, 3, 4])
    builder.add("flags", .bool, [2], [0, 1])
    let path = try directory.write("x.safetensors", builder.file)
    let copy = try copy(path)
    try expectSame(copy, TensorFile(contentsOf: path))
    #expect(copy.metadata == ["kind": "sample", "format": "pt"])
    // The widest first, so that all are aligned.
    let header = try SafetensorsHeader(
      parsing: MappedFile.contents(of: directory.path + "/copy.safetensors"), path: "")
    let widths = header.entries.map(\.dtype.byteWidth)
    #expect(widths == widths.sorted(by: >))
  }

  @Test func piecesJoinWithoutASeam() throws {
    let count = (1 << 20) + 17
    let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
    let view = Tensor(
      name: "x", dtype: .u8, shape: [1, count], strides: [1, 1], storage: bytes)
    let file = TensorFile(path: "x", filePaths: [], tensors: ["x": view], metadata: [:])
    let copy = try TensorCopy(of: file)
    var written = Data()
    try copy.forEachPiece { written += $0 }
    #expect(written.count == copy.layout.fileSize && written.suffix(count) == bytes)
  }

  @Test func plainValuesThatDoNotFitAreNamed() throws {
    var file = TensorFile(path: "x", filePaths: [], tensors: [:], metadata: [:])
    file.container = .torchZip
    file.attributes = [
      "a": 1, "b": "two", "c": [1, 2.5], "d": .number(.infinity), "e": [.number(.nan)],
      "f": .string(String(repeating: "x", count: 5000)), "g": nil, "h": true,
    ]
    let copy = try TensorCopy(of: file)
    #expect(copy.leftOut == ["d", "e", "f"])
    let bytes = try directory.write("y.safetensors", copy.layout.header)
    #expect(
      try TensorFile(contentsOf: bytes).metadata
        == ["format": "pt", "a": "1", "b": "two", "c": "[1,2.5]", "g": "null", "h": "true"])
  }

  @Test(arguments: [
    ("__metadata__", [2], "__metadata__: a name that safetensors keeps for something else"),
    ("a\0b", [2], "a\\u{0}b: a name with a null character"),
    ("deep", [1, 1, 1, 1, 1, 1, 1, 1, 2], "deep: 9 dimensions, expected at most 8"),
  ])
  func whatSafetensorsCannotHoldIsRefused(name: String, shape: [Int], what: String) {
    let tensor = Tensor(name: name, shape: shape, elements: [1, 2])
    let file = TensorFile(path: "x.npz", filePaths: [], tensors: [name: tensor], metadata: [:])
    #expect(message { _ = try TensorCopy(of: file) } == "x.npz: \(what)")
  }

  @Test func headersBeyondTheLimitAreRefused() {
    let layout = SafetensorsLayout([.init(name: "x", dtype: .u8, shape: [0])])
    let found = message { try OutputFile.check(header: layout, of: "out", limit: 10) }
    #expect(
      found == "out: header with the names: found \(layout.header.count - 8) bytes, "
        + "expected at most 10, which readers accept")
  }

  @Test func shardsBecomeOneFile() throws {
    let path = ClipFixture.fixtures + "/clip/sharded"
    try expectSame(copy(path), TensorFile(weightsIn: path))
  }
}
