import Foundation
import Testing

@testable import Engine

@Suite struct TensorFileTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private func file(_ tensors: [String: [Double]]) -> Data {
    var builder = SafetensorsBuilder()
    for name in tensors.keys.sorted() {
      let values = tensors[name] ?? []
      builder.add(name, .f32, [values.count], values)
    }
    return builder.file
  }

  /// The error of opening a path, which stands for the directory where it begins with `$`.
  private func fault(_ path: String) -> (kind: FaultKind, message: String)? {
    do {
      _ = try TensorFile(contentsOf: path)
      return nil
    } catch {
      return (error.kind, error.description.replacing(directory.path, with: "$"))
    }
  }

  @Test func shardsAreJoined() throws {
    try directory.write("one.safetensors", file(["a": [1]]))
    try directory.write("two.safetensors", file(["b": [2, 3]]))
    try directory.write(
      "model.safetensors.index.json",
      #"{"metadata":{},"weight_map":{"b":"two.safetensors","a":"one.safetensors"}}"#)
    let joined = try TensorFile(weightsIn: directory.path)
    #expect(joined.names == ["a", "b"])
    #expect(try joined.tensor("b").floats() == [2, 3])
    #expect(
      joined.filePaths.map { $0.replacing(directory.path, with: "$") } == [
        "$/model.safetensors.index.json", "$/one.safetensors", "$/two.safetensors",
      ])
  }

  @Test func row24MissingShard() throws {
    let index = try directory.write("m.index.json", #"{"weight_map":{"a":"one.safetensors"}}"#)
    let found = try #require(fault(index))
    #expect(found.kind == .missingInput)
    #expect(found.message == "$/one.safetensors: no such file or directory")
  }

  @Test(arguments: ["../one", "/etc/passwd", "a/b", "..", ".", "", "a\\\\b", "a\\u0000"])
  func row24ShardsElsewhere(shard: String) throws {
    let index = try directory.write("m.index.json", #"{"weight_map":{"a":"\#(shard)"}}"#)
    let found = try #require(fault(index))
    #expect(found.kind == .badData)
    let shown = shard.replacing("\\\\", with: "\\").replacing("\\u0000", with: "\\u{0}")
    #expect(
      found.message
        == "$/m.index.json: shard \"\(shown)\": expected the name of a file in the same directory")
  }

  @Test func row24IndexAmongItsOwnShards() throws {
    let index = try directory.write("m.index.json", #"{"weight_map":{"a":"m.index.json"}}"#)
    let found = try #require(fault(index))
    #expect(
      found.message
        == "$/m.index.json: found a web page or text, expected weights; download the file again")
  }

  @Test func indicesOfAnotherFormAreRefused() throws {
    let none = try directory.write("none.index.json", "{}")
    #expect(fault(none)?.message == "$/none.index.json: no field \"weight_map\"")
    let number = try directory.write("n.index.json", #"{"weight_map":{"a\u001b":1}}"#)
    #expect(
      fault(number)?.message
        == "$/n.index.json: field \"weight_map.a\\u{1b}\": found 1, expected a string")
    try directory.write("one.safetensors", file(["a": [1]]))
    let absent = try directory.write("b.index.json", #"{"weight_map":{"b":"one.safetensors"}}"#)
    #expect(fault(absent)?.message == "$/one.safetensors: no tensor b; found a")
  }

  @Test func missingFilesAndDirectoriesAreTold() throws {
    let missing = try #require(fault(directory.path + "/x.safetensors"))
    #expect(missing.kind == .missingInput)
    #expect(missing.message == "$/x.safetensors: no such file or directory")
    #expect(fault(directory.path)?.message == "$: found a directory, expected a file")
    let empty = try directory.write("empty.safetensors", Data())
    #expect(
      fault(empty)?.message
        == "$/empty.safetensors: not a safetensors file: 0 bytes, expected at least 8")
  }

  @Test func row22NearestNamesStandFirst() throws {
    let names = ["logit_scale", "W_dec", "b_dec", "W_enc", "decoder.weight"]
    let path = try directory.write(
      "f.safetensors", file(Dictionary(uniqueKeysWithValues: names.map { ($0, [1]) })))
    let opened = try TensorFile(contentsOf: path)
    #expect(throws: CheckpointError.self) { try opened.tensor("W_deq") }
    do {
      _ = try opened.tensor("W_deq")
    } catch {
      #expect(
        error.description.replacing(directory.path, with: "$")
          == "$/f.safetensors: no tensor W_deq; found W_dec, b_dec, W_enc, logit_scale, "
          + "decoder.weight")
    }
  }

  @Test func row22LongListsAreCut() {
    let error = CheckpointError(
      path: "f", reason: .missingTensor("x", available: (1...14).map { "t\($0)" }))
    #expect(
      error.description
        == "f: no tensor x; found t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12 and 2 more")
  }

  @Test func weightsAreCheckedForTypeAndShape() throws {
    var builder = SafetensorsBuilder()
    builder.add("w", .f16, [2, 3], [1, 2, 3, 4, 5, 6])
    builder.add("ids", .i64, [2], [1, 2])
    let opened = try TensorFile(contentsOf: directory.write("f.safetensors", builder.file))
    #expect(try opened.weights("w", shape: [nil, 3]).shape == [2, 3])
    func message(_ name: String, _ shape: [Int?]) -> String? {
      do {
        _ = try opened.weights(name, shape: shape)
        return nil
      } catch {
        return error.description.replacing(directory.path, with: "$")
      }
    }
    #expect(message("w", [3, nil]) == "$/f.safetensors: w: shape [2, 3], expected [3, any]")
    #expect(message("w", [6]) == "$/f.safetensors: w: shape [2, 3], expected [6]")
    #expect(
      message("ids", [2]) == "$/f.safetensors: ids: dtype I64, expected F64, F32, F16 or BF16")
  }

  @Test(arguments: [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("W_dec", "W_enc", 2)])
  func editDistanceCountsChanges(first: String, second: String, distance: Int) {
    #expect(editDistance(first, second) == distance)
    #expect(editDistance(second, first) == distance)
  }
}
