import Foundation
import Testing

@testable import Engine

/// The files of every family of autoencoders, tensor by tensor as PyTorch reads them.
@Suite struct FamilyContainerTests {
  private static let directory = ClipFixture.fixtures + "/families"

  /// The folders `FAMILY/VARIANT`.
  private static let variants: [String] = {
    let list = { (path: String) in
      ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }
    return list(directory).flatMap { family in
      list(directory + "/" + family).map { family + "/" + $0 }
    }.filter { MappedFile.exists(directory + "/\($0)/expected.json") }
  }()

  private static let types: [String: DType] = [
    "float64": .f64, "float32": .f32, "float16": .f16, "bfloat16": .bf16, "int64": .i64,
    "int32": .i32, "int16": .i16, "int8": .i8, "uint8": .u8, "bool": .bool,
  ]

  @Test func thereAreVariants() {
    #expect(Self.variants.count > 50)
  }

  @Test(arguments: variants)
  func everyTensorAndValueIsRead(variant: String) throws {
    let folder = Self.directory + "/" + variant
    let files = try #require(try JSONValue(contentsOf: folder + "/expected.json")["files"]?.object)
    let stored = try TensorFile(contentsOf: folder + "/expected.safetensors")
    for name in files.names {
      guard let tensors = files[name]?["tensors"]?.object, tensors.count > 0 else { continue }
      let file = try TensorFile(contentsOf: folder + "/checkpoint/" + name)
      #expect(file.names == tensors.names.map { $0.replacing("/", with: ".") }.sorted())
      for path in tensors.names {
        let tensor = try file.tensor(path.replacing("/", with: "."))
        let reference = try stored.tensor("stored/\(name)/\(path)")
        #expect(tensor.dtype == Self.types[tensors[path]?["dtype"]?.string ?? ""])
        #expect(tensor.shape == reference.shape)
        let range = 0..<tensor.elementCount
        #expect(tensor.storedBytes(in: range) == reference.storedBytes(in: range), "\(path)")
      }
      guard file.container != .safetensors, let values = files[name]?["values"]?.object else {
        continue
      }
      for path in values.names {
        let found = file.attributes[path.replacing("/", with: ".")]
        let expected = values[path]
        let areEqual = found == expected || found?.double == expected?.double && found != nil
        #expect(areEqual, "\(name) \(path): \(String(describing: found))")
      }
    }
  }
}
