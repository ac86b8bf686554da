import Foundation
import Testing

@testable import Engine

/// The files that a run reads: watched, and digested beside other work.
@Suite struct RunInputsTests {
  /// More than is digested at once.
  private static let large = Data(repeating: 7, count: 5 << 20)

  private func makeOld(_ path: String) throws {
    // The time of change cannot be set: the times of a request can only be taken from the future.
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: path)
  }

  @Test(arguments: [1, 2])
  func recordsComeInTheOrderOfARun(workers: Int) throws {
    let directory = try TemporaryDirectory()
    let weights = try directory.write("model/model.safetensors", Self.large)
    let configuration = try directory.write("model/config.json", "{}")
    let sae = try directory.write("sae.safetensors", Self.large + Data([1]))
    var inputs = RunInputs(before: [directory.path + "/model", sae], cache: nil, workers: workers)
    try inputs.add(role: "autoencoder", [sae])
    try inputs.add(role: "model", [configuration, weights])
    #expect(
      try inputs.records() == [
        InputRecord(
          role: "model", path: configuration, bytes: 2,
          sha256: FileDigest.sha256(Data("{}".utf8))),
        InputRecord(
          role: "model", path: weights, bytes: Self.large.count,
          sha256: FileDigest.sha256(Self.large)),
        InputRecord(
          role: "autoencoder", path: sae, bytes: Self.large.count + 1,
          sha256: FileDigest.sha256(Self.large + Data([1]))),
      ])
    #expect(try inputs.records(ofRoles: ["autoencoder"]).map(\.path) == [sae])
    try inputs.checkUnchanged()
  }

  @Test func aFileThatIsNotThereIsRefused() throws {
    var inputs = RunInputs(before: ["/nowhere"], cache: nil, workers: 1)
    #expect(
      message { try inputs.add(role: "labels", ["/nowhere"]) }
        == "/nowhere: no such file or directory")
  }

  @Test(arguments: ["written", "replaced", "removed", "grown"])
  func aChangeWhileARunReadsIsNoticed(change: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("sae.safetensors", Self.large)
    try makeOld(path)
    var inputs = RunInputs(before: [directory.path], cache: nil, workers: 1)
    try inputs.add(role: "autoencoder", [path])
    _ = try inputs.records()
    try inputs.checkUnchanged()
    switch change {
    case "removed": try FileManager.default.removeItem(atPath: path)
    case "replaced":
      let other = try directory.write("other", Self.large)
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.moveItem(atPath: other, toPath: path)
    default:
      let handle = try FileHandle(forWritingTo: URL(filePath: path))
      if change == "grown" { try handle.seekToEnd() }
      try handle.write(contentsOf: Data("x".utf8))
      try handle.close()
    }
    #expect(
      message { try inputs.checkUnchanged() }
        == "\(path): has changed since it was opened, expected it to stay as it is")
  }

  @Test func aChangeBeforeTheDigestIsNoticed() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("sae.safetensors", Self.large)
    try makeOld(path)
    var inputs = RunInputs(before: [path], cache: nil, workers: 1)
    try directory.write("sae.safetensors", "other")
    try inputs.add(role: "autoencoder", [path])
    #expect(
      message { _ = try inputs.records() }
        == "\(path): has changed since it was opened, expected it to stay as it is")
  }

  @Test(arguments: [
    ("sae_weights.safetensors", "cfg.json"), ("x.safetensors.index.json", "x-2.safetensors"),
    ("vocab.json", "merges.txt"),
  ])
  func whatLiesBesideAFileIsWatchedFromBeforeToo(file: String, beside: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(file, "{}")
    let other = try directory.write(beside, "{}")
    var inputs = RunInputs(before: [path], cache: nil, workers: 1)
    try directory.write(beside, "other")
    try inputs.add(role: "autoencoder", [path, other])
    #expect(
      message { try inputs.checkUnchanged() }
        == "\(other): has changed since it was opened, expected it to stay as it is")
  }

  @Test func aLinkOrNewRightsAreNoChange() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("labels.txt", "a\n")
    var inputs = RunInputs(before: [path], cache: nil, workers: 1)
    try inputs.add(role: "labels", [path])
    try FileManager.default.linkItem(atPath: path, toPath: directory.path + "/second")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    try inputs.checkUnchanged()
  }

  /// A file that is replaced before it is digested has no digest: one that has was digested before.
  @Test func nothingIsDigestedBeforeItIsAskedFor() throws {
    let directory = try TemporaryDirectory()
    let model = try directory.write("config.json", "{}")
    let sae = try directory.write("sae.npy", Self.large)
    var inputs = RunInputs(before: [model, sae], cache: nil, workers: 2)
    try inputs.add(role: "model", [model])
    try inputs.add(role: "autoencoder", [sae])
    #expect(try inputs.records(ofRoles: ["model"]).count == 1)
    try FileManager.default.removeItem(atPath: model)
    try FileManager.default.removeItem(atPath: sae)
    #expect(try inputs.records(ofRoles: ["model"]).count == 1)
    #expect(
      message { _ = try inputs.records(ofRoles: ["autoencoder"]) }
        == "\(sae): no such file or directory")
  }

  @Test func aKnownDigestIsNotComputedAgain() throws {
    let directory = try TemporaryDirectory()
    let cache = DigestCache(environment: ["LENSCTL_CACHE": directory.path + "/cache"])
    let path = try directory.write("labels.txt", "a\n")
    let known = String(repeating: "0", count: 64)
    cache.keep(known, of: try FileIdentity(of: path), seenAt: Date(timeIntervalSinceNow: 60))
    for (cache, digest) in [(cache, known), (nil, FileDigest.sha256(Data("a\n".utf8)))] {
      var inputs = RunInputs(before: [path], cache: cache, workers: 1)
      try inputs.add(role: "labels", [path])
      #expect(try inputs.records().map(\.sha256) == [digest])
    }
  }
}
