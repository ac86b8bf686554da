import Foundation

/// A reader of the engine that is given any bytes.
///
/// Beyond what AddressSanitizer and the traps of Swift find, each holds what it reads to the promises
/// of the engine: whatever opens can be read whole, and whatever does not is refused in one line that
/// is safe to print.
enum FuzzTarget: String, CaseIterable {
  case safetensors, npy, zip, pickle, container
  case json, configuration
  case tokenizer, pairs, merges
  case labels, templates

  /// The target that the environment names as `FUZZ_TARGET`.
  static let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
      let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
      FileHandle.standardError.write(Data("FUZZ_TARGET is \"\(name)\", expected: \(names)\n".utf8))
      exit(64)
    }
    return target
  }()

  /// Reads one input; traps if a promise is broken.
  func read(_ input: Data) {
    switch self {
    case .safetensors: readSafetensors(input)
    case .npy: readNPY(input)
    case .zip: readArchive(input)
    case .pickle: readPickle(input)
    case .container: readContainer(input)
    case .json: readJSON(input)
    case .configuration: readConfiguration(input)
    case .tokenizer: readTokenizer(["tokenizer.json": input])
    case .pairs:
      let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
      readTokenizer(["vocab.json": parts[0], "merges.txt": parts.count > 1 ? parts[1] : Data()])
    case .merges: readTokenizer(["merges.txt": input])
    case .labels: readLabels(input)
    case .templates: readTemplates(input)
    }
  }
}
