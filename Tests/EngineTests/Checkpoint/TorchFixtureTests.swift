import Foundation
import Testing

@testable import Engine

/// Files that PyTorch and NumPy wrote, compared with what they hold.
@Suite struct TorchFixtureTests {
  static let directory = ClipFixture.fixtures + "/torch"
  static let files = [
    "plain.pt", "deflated.pt", "zip64.pt", "views.pt", "legacy.pt", "single.pt", "config.pt",
    "config.pkl", "config-2.pkl.gz", "config-5.pkl.gz", "values.pt", "module.pt", "script.pt",
    "traced.pt", "big-endian.pt", "arrays.npz", "deflated.npz", "memmap_5_3.npy", "saev.pt",
  ]

  /// Compares names, types, shapes and all elements with `[type, shape, SHA-256]` by name.
  private func compare(_ file: TensorFile, with expected: JSONValue?) throws {
    let expected = try #require(expected?.object)
    #expect(file.names == expected.names.sorted())
    for name in expected.names {
      let facts = try #require(expected[name]?.array)
      let tensor = try file.tensor(name)
      #expect(tensor.name == name)
      #expect(tensor.dtype.rawValue == facts[0].string, "\(name)")
      #expect(tensor.shape == facts[1].array?.compactMap(\.integer), "\(name)")
      let digest = FileDigest.sha256(tensor.storedBytes(in: 0..<tensor.elementCount))
      #expect(digest == facts[2].string, "\(name)")
    }
  }

  @Test(arguments: files)
  func everyContainerHoldsWhatWasPutIn(name: String) throws {
    let expected = try JSONValue(contentsOf: Self.directory + "/expected.json")[name]
    let file = try TensorFile(contentsOf: Self.directory + "/" + name)
    #expect(file.container.rawValue == expected?["container"]?.string)
    var tensors = file
    if file.container == .torchScript {
      // The reference does not list the constants of the code.
      tensors = TensorFile(
        path: file.path, filePaths: [],
        tensors: file.tensors.filter { !$0.key.hasPrefix("CONSTANTS.") }, metadata: [:])
    }
    try compare(tensors, with: expected?["tensors"])
    if let attributes = expected?["attributes"]?.object {
      #expect(file.attributes.names.sorted() == attributes.names.sorted())
      for name in attributes.names {
        #expect(file.attributes[name] == attributes[name], "\(name)")
      }
    }
    let unreadable = try #require(expected?["unreadable"]?.object)
    #expect(file.unreadable.keys.sorted() == unreadable.names.sorted())
    for name in unreadable.names { #expect(file.unreadable[name] == unreadable[name]?.string) }
  }

  @Test func everyFixtureIsCompared() throws {
    let expected = try JSONValue(contentsOf: Self.directory + "/expected.json")
    #expect(expected.object?.names.sorted() == Self.files.sorted())
  }

  @Test func constantsAndNumbersOfTorchScriptAreKept() throws {
    let traced = try TensorFile(contentsOf: Self.directory + "/traced.pt")
    #expect(try traced.tensor("CONSTANTS.c0").floats() == [1, 2, 3, 4])
    let script = try TensorFile(contentsOf: Self.directory + "/script.pt")
    #expect(script.attributes["visual.input_resolution"] == 224)
    #expect(script.attributes["visual.sizes"] == [7, 8])
    #expect(script.attributes["context_length"] == 77)
    #expect(script.attributes["visual.proj.training"] == true)
  }

  @Test func modulesAreKeptAsTheirAttributes() throws {
    let module = try TensorFile(contentsOf: Self.directory + "/module.pt")
    #expect(module.attributes["__class__"] == "torch.nn.modules.linear.Linear")
    #expect(module.attributes["in_features"] == 3)
    #expect(module.attributes["_modules"] == [:])
  }

  @Test func storedElementsAreUsedWhereTheyLie() throws {
    let file = try TensorFile(contentsOf: Self.directory + "/views.pt")
    let inPlace = file.names.filter { file.tensors[$0]?.isInPlace == true }
    #expect(inPlace == ["base", "none", "parameter", "rows"])
    let saev = try TensorFile(contentsOf: Self.directory + "/saev.pt")
    #expect(saev.tensors["W_enc"]?.strides == [1, 4])
  }

  @Test func tensorsThatCannotBeReadAreNamed() throws {
    let file = try TensorFile(contentsOf: Self.directory + "/values.pt")
    #expect(throws: CheckpointError.self) { try file.tensor("complex") }
    do {
      _ = try file.tensor("complex")
    } catch {
      #expect(error.kind == .badData)
      #expect(
        error.description == Self.directory
          + "/values.pt: complex: torch.ComplexFloatStorage, which cannot be read: expected one of "
          + "F64 F32 F16 BF16 I64 I32 I16 I8 U64 U32 U16 U8 BOOL")
    }
  }

  @Test(.enabled(if: MappedFile.exists("../shared/data/torch")))
  func realFilesHoldWhatPyTorchReads() throws {
    let expected = try #require(
      try JSONValue(contentsOf: Self.directory + "/real.json").object)
    #expect(expected.count == 12)
    for name in expected.names {
      let file = try TensorFile(contentsOf: "../shared/data/torch/" + name)
      #expect(file.container == .torchZip)
      try compare(file, with: expected[name])
    }
  }
}
