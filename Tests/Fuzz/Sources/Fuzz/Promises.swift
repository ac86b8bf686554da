import Foundation

@testable import Engine

/// Calls `body`; what it throws must be a fault of the input, told in one printable line.
func reading(_ body: () throws -> Void) {
  do {
    try body()
  } catch let error as any EngineError {
    precondition(
      error.kind != .inputOutput && error.kind != .unavailable, "\(error.kind): \(error)")
    requirePrintable(error.description)
  } catch let error as JSONError {
    requirePrintable(error.description)
  } catch {
    preconditionFailure("an error of another kind: \(error)")
  }
}

/// Requires a line without anything that acts on a terminal.
private func requirePrintable(_ line: String) {
  precondition(!line.isEmpty, "an empty message")
  let isInert = line.unicodeScalars.allSatisfy {
    $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) && !(0x202A...0x202E).contains($0.value)
  }
  precondition(isInert, "not safe to print: \(line.debugDescription)")
}

/// Reads every element of a tensor.
func readElements(of tensor: Tensor) {
  let summary = TensorSummary(of: tensor, workers: 1)
  precondition(summary.nonFiniteCount <= tensor.elementCount, "\(summary)")
}

/// Files in memory, where the readers that take a path find the input.
enum MemoryFiles {
  /// A directory of this process below the one that the environment names as `FUZZ_DIRECTORY`.
  private static let directory: String = {
    let environment = ProcessInfo.processInfo.environment
    let parent = environment["FUZZ_DIRECTORY"] ?? FileManager.default.temporaryDirectory.path
    let directory = parent + "/\(ProcessInfo.processInfo.processIdentifier)"
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true)
    } catch {
      preconditionFailure("\(error)")
    }
    return directory
  }()

  /// Writes a file under a name; the file of that name before is replaced.
  static func write(_ input: Data, _ name: String) -> String {
    let path = directory + "/" + name
    do {
      try input.write(to: URL(filePath: path))
    } catch {
      preconditionFailure("\(error)")
    }
    return path
  }
}
