import Foundation
import Testing

@testable import Engine

/// The files of a verdict: its inputs are watched, and it stands or falls with its run.
@Suite struct VerdictRunTests {
  private static func truth(_ value: Float) -> Data {
    var builder = SafetensorsBuilder()
    builder.add("class_means", [2, 48], (0..<96).map { Double($0 % 3) + Double(value) })
    return builder.file
  }

  private func request(in directory: TemporaryDirectory) throws -> ScanRequest {
    let path = try directory.write("labels.txt", "cat\ndog\n")
    var request = ScanRequest(
      model: try ClipFixture("quick-gelu").model.directory, autoencoder: LensRunTests.autoencoder,
      direction: .decoder, map: nil, labels: .vocabulary(path, templates: []), workers: 2)
    request.memoryLimit = 1 << 30
    return request
  }

  private func verdict(
    in directory: TemporaryDirectory, _ change: (inout VerdictRequest) -> Void
  ) throws -> VerdictRun {
    var asked = VerdictRequest(forms: [.decoderLinear], rotations: 2)
    asked.nullBanks = 0
    asked.truth = directory.path + "/truth.safetensors"
    change(&asked)
    return try VerdictRun(LensRun(request(in: directory)), asked)
  }

  private func write(_ verdict: VerdictRun, _ report: VerdictReport, to path: String) throws {
    _ = try verdict.run.write(
      to: path, beside: { (directory) throws(OutputError) in try report.write(to: directory) })
  }

  @Test(arguments: ["truth.safetensors", "classes.txt", "empty.safetensors"])
  func filesThatChangeMeanwhileAreFound(name: String) throws {
    let directory = try TemporaryDirectory()
    try directory.write("truth.safetensors", Self.truth(0))
    try directory.write("classes.txt", "dog\ncat\n")
    var empty = SafetensorsBuilder()
    empty.add("empty", [16], (0..<16).map { Double($0 % 4) + 1 })
    try directory.write("empty.safetensors", empty.file)
    let verdict = try verdict(in: directory) {
      $0.classes = directory.path + "/classes.txt"
      $0.emptyEmbedding = directory.path + "/empty.safetensors"
    }
    let report = try verdict.judge()
    let path = directory.path + "/" + name
    let other = name == "classes.txt" ? Data("cat\ndog\n".utf8) : Self.truth(1)
    try directory.write(name, other)
    #expect(
      message { try write(verdict, report, to: directory.path + "/run") }
        == "\(path): has changed since it was opened, expected it to stay as it is")
    #expect(!MappedFile.exists(directory.path + "/run"))
    #expect(!MappedFile.exists(directory.path + "/run.partial"))
  }

  /// A verdict that cannot be written leaves no run without one.
  @Test func aRunIsNotNamedWithoutItsVerdict() throws {
    let directory = try TemporaryDirectory()
    try directory.write("truth.safetensors", Self.truth(0))
    let verdict = try verdict(in: directory) { _ in }
    let report = try verdict.judge()
    let path = directory.path + "/run"
    var seen: [String] = []
    let found = message {
      _ = try verdict.run.write(
        to: path,
        beside: { (partial) throws(OutputError) in
          try report.write(to: partial)
          seen = (try? FileManager.default.contentsOfDirectory(atPath: partial)) ?? []
          throw OutputError(path: partial, reason: .exists)
        })
    }
    #expect(found?.hasPrefix(path + ".partial: ") == true)
    #expect(
      seen.sorted() == [
        "features.safetensors", "labels.safetensors", "labels.txt", "verdict.json",
        "verdict.safetensors",
      ])
    #expect(!MappedFile.exists(path) && !MappedFile.exists(path + ".partial"))
  }
}
