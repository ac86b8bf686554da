import Foundation
import Testing

@testable import Engine

/// Files with bytes changed, cut and repeated at random: each opens or is refused, and whatever
/// opens can be read.
@Suite struct TorchMutationTests {
  /// The mutations of each file; a thousand of each were read or refused too.
  private static let count = 60

  private func mutated(_ bytes: [UInt8], _ generator: inout SplitMix64) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
      let position = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[position] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 2: bytes[position] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
      case 3: bytes.removeLast(bytes.count - position)
      case 4: bytes.insert(contentsOf: bytes[position...].prefix(8), at: position)
      default: bytes.removeSubrange(position..<min(bytes.count, position + 3))
      }
    }
    return bytes
  }

  @Test(arguments: TorchFixtureTests.files)
  func changedFilesAreReadOrRefused(name: String) throws {
    let directory = try TemporaryDirectory()
    let whole = [UInt8](
      try MappedFile.contents(of: TorchFixtureTests.directory + "/" + name))
    var generator = SplitMix64(seed: UInt64(whole.count))
    for _ in 0..<Self.count {
      let path = try directory.write(name, Data(mutated(whole, &generator)))
      do {
        let file = try TensorFile(contentsOf: path)
        for tensor in file.tensors.values {
          _ = TensorSummary(of: tensor, workers: 1)
        }
      } catch {
        #expect(error.kind == .badData, "\(error)")
        #expect(!error.description.contains("\n"))
      }
    }
  }

  /// The archive is kept whole, so that the pickle in it is what is wrong.
  @Test(arguments: ["views.pt", "config.pt", "values.pt", "module.pt", "script.pt"])
  func changedPicklesAreReadOrRefused(name: String) throws {
    let directory = try TemporaryDirectory()
    let file = try MappedFile.contents(of: TorchFixtureTests.directory + "/" + name)
    let archive = try ZipArchive(parsing: file)
    var generator = SplitMix64(seed: UInt64(file.count))
    for _ in 0..<Self.count {
      var builder = ZipBuilder()
      for entry in archive.entries {
        var contents = try archive.contents(of: entry.name, isVerified: true)
        if entry.name.hasSuffix("data.pkl") {
          contents = Data(mutated([UInt8](contents), &generator))
        }
        builder.entries.append(ZipBuilder.Entry(name: entry.name, contents: contents))
      }
      let path = try directory.write(name, builder.file)
      do {
        let file = try TensorFile(contentsOf: path)
        for tensor in file.tensors.values {
          _ = TensorSummary(of: tensor, workers: 1)
        }
      } catch {
        #expect(error.kind == .badData, "\(error)")
      }
    }
  }
}
