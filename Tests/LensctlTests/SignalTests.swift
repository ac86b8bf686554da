import Foundation
import Testing

/// Signals, and files that change under a command, while it writes a file for some seconds.
@Suite struct SignalTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
    try place.writeLongWork()
  }

  private func names(_ start: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasPrefix(start) }
  }

  /// A command that has begun to write `features.jsonl`.
  private func command(shell: String = "") throws -> RunningCommand {
    let command = try RunningCommand(
      place,
      ["scan"] + Workplace.model + [
        "--sae", "sae.safetensors", "--keys", "W_dec=W_dec:N", "--labels", "labels.txt", "--quiet",
        "--format", "jsonl", "--out", "features.jsonl", "--no-cache",
      ], shell: shell)
    try #require(try command.waits { try !names("features.jsonl.tmp.").isEmpty })
    return command
  }

  @Test(
    arguments: [
      (SIGINT, "interrupted", 130), (SIGTERM, "told to stop", 75), (SIGHUP, "hung up", 75),
    ] as [(Int32, String, Int32)])
  func row80ASignalEndsACommandAndLeavesNothing(
    signal: Int32, name: String, status: Int32
  ) throws {
    let command = try command()
    command.send(signal)
    let (messages, found) = try command.end()
    #expect(found == status)
    #expect(messages == "lensctl: \(name): stopped\n")
    #expect(try names("features.jsonl").isEmpty)
  }

  /// As `nohup` and the background of a shell ask for.
  @Test func row80WhatWasIgnoredStaysIgnored() throws {
    let command = try command(shell: "trap '' HUP INT;")
    command.send(SIGHUP)
    command.send(SIGINT)
    Thread.sleep(forTimeInterval: 0.3)
    #expect(command.isRunning)
    command.send(SIGTERM)
    #expect(try command.end().status == 75)
  }

  @Test func row79NothingIsLeftUnderTheFinalName() throws {
    let command = try command()
    command.send(SIGKILL)
    #expect(try command.end().status == 1000 + SIGKILL)
    #expect(!place.has("features.jsonl"))
  }

  @Test func row83AnInputThatIsTruncatedMeanwhile() throws {
    let command = try command()
    try FileHandle(forWritingTo: URL(filePath: place.path + "/sae.safetensors"))
      .truncate(atOffset: 4096)
    let (messages, status) = try command.end()
    #expect(status == 74)
    // As the system names it, links followed.
    let path = URL(filePath: place.path).resolvingSymlinksInPath().path(percentEncoded: false)
    #expect(
      messages == "lensctl: \(path)/sae.safetensors: was truncated while it was read\n")
    #expect(try names("features.jsonl").isEmpty)
  }

  /// The file that was opened stays as it is for as long as it is open; that another has its name
  /// is found at the end.
  @Test func row83AnInputThatIsReplacedMeanwhile() throws {
    let command = try command()
    try Data("other".utf8).write(
      to: URL(filePath: place.path + "/sae.safetensors"), options: .atomic)
    let (messages, status) = try command.end()
    #expect(status == 74)
    #expect(
      messages.hasSuffix(
        "sae.safetensors: has changed since it was opened, expected it to stay as it is\n"))
    #expect(try names("features.jsonl").isEmpty)
  }

  /// Past `ulimit -f` the system sends a signal, which is made an error.
  @Test func row77AFileThatMayNotGrowIsTold() throws {
    let run = try place.shell(
      "ulimit -f 64; \"$LENSCTL\" scan --model '\(Commands.fixtures)/clip/quick-gelu' "
        + "--sae sae.safetensors --keys W_dec=W_dec:N --labels labels.txt --no-cache "
        + "--format jsonl --out features.jsonl --quiet")
    #expect(run.status == 74)
    #expect(run.messages == "lensctl: features.jsonl: cannot be written: file too large\n")
    #expect(try names("features.jsonl").isEmpty)
  }
}
