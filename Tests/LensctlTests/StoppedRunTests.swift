import Foundation
import Testing

/// Run directories whose command is stopped, killed, locked out or disturbed, and given again.
@Suite struct StoppedRunTests {
  private let place: Workplace
  private static let arguments =
    ["scan"] + Workplace.model + [
      "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--labels", "labels.txt", "--quiet",
      "--shard-size", "4000",
    ]

  init() throws {
    place = try Workplace()
    try place.writeLabels()
    try place.writeLongWork()
  }

  /// The files of a run that are the same however it was computed.
  private func contents(_ run: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: place.path + "/" + run)
    where name != "environment.json" {
      contents[name] = try place.contents(run + "/" + name)
    }
    return contents
  }

  private func names(_ directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: place.path + "/" + directory)) ?? [])
      .sorted()
  }

  private var records: Int { names("run.partial/shards").count { $0.hasSuffix(".json") } }

  /// A command that has kept shards and is not done.
  private func command(shell: String = "") throws -> RunningCommand {
    let command = try RunningCommand(place, Self.arguments + ["--out", "run"], shell: shell)
    try #require(command.waits { records >= 2 })
    return command
  }

  /// Checks that the same command again makes the run that was never stopped, and leaves nothing.
  private func goOn() throws {
    let run = try place.run(Self.arguments + ["--out", "run"])
    #expect(run.status == 0, "\(run.messages)")
    #expect(try place.run(Self.arguments + ["--out", "whole"]).status == 0)
    #expect(try contents("run") == contents("whole"))
    #expect(names("").filter { $0.hasPrefix("run") } == ["run"])
  }

  @Test(
    arguments: [
      (SIGINT, "interrupted", 130), (SIGTERM, "told to stop", 75), (SIGHUP, "hung up", 75),
    ] as [(Int32, String, Int32)])
  func row80ASignalEndsARunAtABlock(signal: Int32, name: String, status: Int32) throws {
    let command = try command()
    command.send(signal)
    let (messages, found) = try command.end()
    #expect(found == status)
    let lines = messages.split(separator: "\n").map(String.init)
    #expect(lines.first == "lensctl: \(name): stopping; a second one stops at once")
    #expect(
      lines.last
        == "lensctl: run: stopped after \(records) of 24 shards; the same command goes on")
    #expect(!place.has("run") && !names("run.partial/shards").contains { $0.contains(".tmp.") })
    try goOn()
  }

  @Test func row79AKillLosesNoShard() throws {
    let command = try command()
    command.send(SIGKILL)
    #expect(try command.end().status == 1000 + SIGKILL)
    #expect(!place.has("run") && records >= 2)
    // As a command leaves it that is killed while it looks at the clock of the file system.
    try place.write("run.lock.tmp.77.5c0ffee", "")
    try goOn()
  }

  /// What was free when the command began is taken from it while it works.
  @Test(
    .enabled(if: MemoryGroup.works, "no control group can be made that bounds memory here"))
  func row82AKillForLackOfMemoryLosesNoShard() throws {
    let group = try #require(MemoryGroup())
    let command = try command(shell: group.entrance)
    _ = command.waits {
      group.tighten()
      return false
    }
    #expect(try command.end().status == 1000 + SIGKILL)
    #expect(group.killCount == 1)
    #expect(!place.has("run") && records >= 2)
    try goOn()
  }

  @Test func row87ASecondCommandIsLockedOut() throws {
    let command = try command()
    let second = try place.run(Self.arguments + ["--out", "run"])
    #expect(second.status == 75)
    #expect(
      second.messages.hasPrefix("lensctl: run: locked by \(command.identifier)@"),
      "\(second.messages)")
    command.send(SIGTERM)
    #expect(try command.end().status == 75)
    try goOn()
  }

  @Test func row83AnInputThatChangesEndsTheRunBeforeAShardIsKept() throws {
    let command = try command()
    let url = URL(filePath: place.path + "/sae.safetensors")
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -100)], ofItemAtPath: url.path)
    let (messages, status) = try command.end()
    #expect(status == 74)
    #expect(
      messages.hasSuffix(
        "sae.safetensors: has changed since it was opened, expected it to stay as it is\n"))
    try goOn()
  }
}
