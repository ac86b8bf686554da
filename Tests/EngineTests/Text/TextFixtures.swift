import Foundation
import Testing

@testable import Engine

/// Where the tests of this folder find their files.
enum TextFixtures {
  private static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The path of a file under `Fixtures/tokenizer`.
  static func path(_ name: String) -> String {
    tests.appending(path: "Fixtures/tokenizer/\(name)").path
  }

  /// The path of a file of the real word lists and merges, which are not part of this package.
  static func real(_ name: String) -> String {
    tests.appending(path: "../../../shared/data/vocab/\(name)").standardizedFileURL.path
  }

  /// Whether the real files are there.
  static let hasReal = FileManager.default.fileExists(atPath: real("bpe_simple_vocab_16e6.txt.gz"))

  /// The elements of a JSON file that holds an array.
  static func array(_ name: String) throws -> [JSONValue] {
    try #require(try JSONValue(contentsOf: path(name)).array)
  }

  /// The small tokenizer.
  static func small() throws -> BytePairTokenizer {
    try BytePairTokenizer(
      vocabularyPath: path("small/vocab.json"), mergesPath: path("small/merges.txt"))
  }

  /// Writes a file under a new name and gives the name to `body`; the file is removed afterwards.
  static func withFile<Value>(
    _ contents: some Collection<UInt8>, named name: String = "file.txt",
    _ body: (String) throws -> Value
  ) throws -> Value {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: name)
    try Data(contents).write(to: file)
    return try body(file.path)
  }
}

extension JSONValue {
  /// The integers of an array.
  var ids: [Int32] { (array ?? []).compactMap { $0.integer.flatMap(Int32.init(exactly:)) } }
}
