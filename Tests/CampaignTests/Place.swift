import Engine
import Foundation

@testable import Campaign

/// A directory that a test writes in.
final class Place {
  /// The directory, without a final slash.
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory
      .appending(path: "campaign-tests-" + UUID().uuidString).path(percentEncoded: false)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and the directories on its way.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let url = URL(filePath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return path + "/" + name
  }

  /// Makes a file that can be started.
  @discardableResult
  func program(_ name: String, _ text: String) throws -> String {
    let path = try write(name, "#!/bin/bash\n" + text)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    return path
  }

  /// The contents of a file.
  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  func has(_ name: String) -> Bool { MappedFile.exists(path + "/" + name) }

  /// Copies an autoencoder of the fixtures.
  func copyAutoencoder(_ name: String = "standard-new", to copy: String) throws {
    let url = URL(filePath: path + "/" + copy)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: Self.fixtures + "/sae/" + name, toPath: url.path)
  }

  /// The fixtures of the engine's tests.
  static let fixtures =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "EngineTests/Fixtures").path

  /// The small model of the fixtures.
  static let model = fixtures + "/clip/quick-gelu"
}

extension Place {
  /// The lines of a reading of all `saes/*` by the small model.
  static let reading = """
    [[reading]]
    model = "\(model)"
    saes = ["saes/*"]
    labels = ["labels.txt"]
    variants = ["dec.full"]

    """

  /// Writes two autoencoders, labels, and a file that reads both.
  ///
  /// - Parameters:
  ///   - head: Lines before the readings.
  ///   - tail: Lines of the first reading, and what follows it.
  /// - Returns: The path of the file.
  /// - Throws: What writing throws.
  @discardableResult
  func writeCampaign(head: String = "", tail: String = "") throws -> String {
    if !has("saes/one") {
      try copyAutoencoder(to: "saes/one")
      try copyAutoencoder("topk", to: "saes/two")
      try write("labels.txt", "cat\ndog\nleopard\nfire engine\ntree\n")
    }
    return try write("campaign.toml", "out = \"out\"\n" + head + "\n" + Self.reading + tail)
  }

  /// Plans what `writeCampaign` writes.
  func plan(head: String = "", tail: String = "") throws -> CampaignPlan {
    try CampaignPlan(CampaignFile(contentsOf: writeCampaign(head: head, tail: tail)))
  }

  /// The directory of the campaign.
  var folder: CampaignFolder { CampaignFolder(path + "/out") }

  /// The message of what a body throws, without the directory of the test.
  func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing thrown"
    } catch {
      return "\(error)".replacing(path + "/", with: "")
    }
  }
}
