import Engine
import Foundation

/// A part of the benchmark that can be asked for by name.
enum Part: String, CaseIterable {
  case products, scan, naive, peers, tower, scaling, process, start
}

/// What is run, and where.
struct Options {
  var parts = Part.allCases
  var sizes = Sizes.full
  /// The runs of a pair that count, after one that does not.
  var repeats = 7
  var workers = Machine.usableProcessors
  var csv: String?
  var python = Options.defaultPython
  var lensctl = ".build/release/lensctl"

  static let usage = """
    usage: enginebench [PART ...] [--smoke] [--features N] [--repeats N] [--threads N] [--csv FILE]
                       [--python FILE] [--lensctl FILE] [--help]
    parts: \(Part.allCases.map(\.rawValue).joined(separator: " ")); all by default
    """

  private static var defaultPython: String {
    let stated = ProcessInfo.processInfo.environment["PYTHON"] ?? ""
    return stated.isEmpty ? "python3" : stated
  }

  /// Parses the command line.
  ///
  /// - Parameter arguments: The words after the program's name.
  /// - Throws: `UsageError` that names the word that is not understood.
  init(_ arguments: [String]) throws {
    var parts: [Part] = []
    var words = arguments.makeIterator()
    while let word = words.next() {
      if let part = Part(rawValue: word) {
        parts.append(part)
      } else if word == "--smoke" {
        (sizes, repeats) = (.smoke, 1)
      } else {
        try set(word, to: words.next())
      }
    }
    if !parts.isEmpty { self.parts = parts }
  }

  private mutating func set(_ name: String, to value: String?) throws {
    guard let value else { throw UsageError(word: name) }
    switch name {
    case "--csv": csv = value
    case "--python": python = value
    case "--lensctl": lensctl = value
    case "--features", "--repeats", "--threads":
      let least = name == "--features" ? 64 : 1
      guard let number = Int(value), number >= least else { throw UsageError(word: value) }
      switch name {
      case "--features": sizes.features = number
      case "--repeats": repeats = number
      default: workers = number
      }
    default: throw UsageError(word: name)
    }
  }
}

/// A word of the command line that is not understood.
struct UsageError: Error {
  let word: String
}

/// The shapes that are timed.
struct Sizes {
  /// F, the features.
  var features: Int
  /// d, the width of a direction.
  let width: Int
  /// D, the width of the joint space and of the text tower.
  let embeddingWidth: Int
  /// C, the labels.
  let labels: Int
  /// The most labels of the part `scaling`.
  let mostLabels: Int
  /// The rows of a product of the block sizes that are tried.
  let blocks: [Int]
  /// The layers of the text tower.
  let layerCount: Int
  /// The attention heads of the text tower.
  let headCount: Int
  /// The prompts of one template.
  let prompts: Int
  /// Whether results are compared for every feature, not for a few.
  let checksAll: Bool

  /// 65,536 features on the residual stream of a ViT-L/14, 1000 labels, its text tower.
  static let full = Sizes(
    features: 65_536, width: 1024, embeddingWidth: 768, labels: 1000, mostLabels: 37_445,
    blocks: [480, 960, 2048, 4096], layerCount: 12, headCount: 12, prompts: 1000, checksAll: false)

  /// Shapes that take seconds, of which none is a multiple of a block.
  static let smoke = Sizes(
    features: 1201, width: 160, embeddingWidth: 96, labels: 150, mostLabels: 331,
    blocks: [128, 480], layerCount: 2, headCount: 3, prompts: 24, checksAll: true)

  /// The shape as it stands in the table.
  var description: String { "\(features)x\(width)x\(embeddingWidth)x\(labels)" }
}
