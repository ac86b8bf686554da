import Foundation

@testable import Engine

// Readers of tensors.
extension FuzzTarget {
  func readSafetensors(_ input: Data) {
    reading {
      let file = try TensorFile(safetensors: input, path: "input")
      file.tensors.values.forEach(readElements)
    }
  }

  func readNPY(_ input: Data) {
    reading { readElements(of: try NPYHeader.tensor(parsing: input, path: "input")) }
  }

  func readArchive(_ input: Data) {
    reading {
      let archive = try ZipArchive(parsing: input)
      var start = 0
      for entry in archive.entries {
        precondition(
          entry.range.lowerBound >= start && entry.range.upperBound <= input.count, "\(entry)")
        start = entry.range.upperBound
        reading {
          let contents = try archive.contents(of: entry.name, isVerified: true)
          precondition(contents.count == entry.size, "\(entry)")
        }
      }
    }
  }

  /// A pickle by itself or a torch file of the old form.
  func readPickle(_ input: Data) {
    reading {
      let document = try TorchDocument(parsing: input, path: "input")
      let tree = try ObjectTree(of: document, byteCount: input.count, path: "input")
      tree.tensors.values.forEach(readElements)
    }
  }

  /// A file of any kind, known by how it begins.
  func readContainer(_ input: Data) {
    reading {
      let file = try TensorFile(contentsOf: MemoryFiles.write(input, "input"))
      file.tensors.values.forEach(readElements)
    }
  }
}
