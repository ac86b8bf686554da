import Foundation
import Testing

/// Calls of the operating system that fail, by strace.
@Suite(.enabled(if: Tracer.works, "strace is not there or may not trace here"))
struct SystemFaultTests {
  private let place: Workplace

  init() throws {
    place = try Workplace()
    try place.writeLabels()
  }

  private var arguments: [String] {
    ["scan"] + Workplace.model + [
      "--sae", "\(Commands.fixtures)/sae/standard-new", "--labels", "labels.txt", "--no-cache",
      "--format", "jsonl", "--out", "features.jsonl", "--quiet", "--threads", "1",
    ]
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: place.path)
      .filter { $0.hasPrefix("features") }
  }

  private func run(
    _ faults: String, path: String? = nil, environment: [String: String] = [:]
  ) throws -> CommandRun {
    try place.run(faults: faults, path: path, arguments, environment: environment)
  }

  @Test(arguments: [
    ("fsync:error=EIO:when=1", "cannot be written: input/output error", 74),
    ("fsync:error=ENOSPC:when=1", "no space left", 74),
    ("fsync:error=EDQUOT:when=1", "no space left", 74),
    ("rename:error=EROFS", "cannot be created: read-only file system", 73),
    ("rename:error=EACCES", "not permitted to write", 77),
    ("rename:error=EIO", "cannot be written: input/output error", 74),
  ])
  func row78WhatFailsLeavesNothing(faults: String, text: String, status: Int32) throws {
    let run = try run(faults)
    #expect(run.status == status)
    #expect(run.messages == "lensctl: features.jsonl: \(text)\n")
    #expect(try files().isEmpty)
  }

  /// After an error the next call may succeed though what was written is lost.
  @Test func row78AFailedFsyncIsNotTriedAgain() throws {
    _ = try run("fsync:error=EIO")
    let trace = try String(contentsOfFile: place.path + "/trace", encoding: .utf8)
    #expect(trace.split(separator: "\n").filter { $0.contains("fsync(") }.count == 1)
  }

  @Test(arguments: ["EINVAL", "EOPNOTSUPP", "ENOSYS"])
  func row94AFileSystemWithoutFsyncIsWrittenTo(error: String) throws {
    let run = try run("fsync:error=\(error)")
    #expect(run.status == 0, "\(run.messages)")
    #expect(try files() == ["features.jsonl"])
  }

  @Test(arguments: ["fsync", "rename", "close", "write"])
  func whatASignalInterruptsIsDoneAgain(call: String) throws {
    let expected = try place.run(arguments)
    #expect(expected.status == 0)
    let lines = try place.contents("features.jsonl")
    let run = try place.run(
      faults: "\(call):error=EINTR:when=1", arguments + ["--force"])
    #expect(run.status == 0, "\(run.messages)")
    #expect(try place.contents("features.jsonl") == lines)
  }

  /// The file stands complete then, but its name may be lost.
  @Test func aNameThatCannotBeMadeDurableIsTold() throws {
    let run = try run("fsync:error=EIO:when=2")
    #expect(run.status == 74)
    #expect(
      run.messages == "lensctl: features.jsonl: cannot be written: input/output error\n")
    #expect(try files() == ["features.jsonl"])
  }

  @Test(arguments: [(3, 0), (4, 74)] as [(Int, Int32)])
  func row94AStaleFileIsLookedAtAgain(times: Int, status: Int32) throws {
    let path = "\(Commands.fixtures)/sae/standard-new/sae_weights.safetensors"
    let run = try run("openat:error=ESTALE:when=1..\(times)", path: path)
    #expect(run.status == status)
    #expect(
      run.messages
        == (status == 0 ? "" : "lensctl: \(path): cannot be read: stale file handle\n"))
  }

  @Test func row93TooManyOpenFilesAreTold() throws {
    let path = "\(Commands.fixtures)/sae/standard-new/sae_weights.safetensors"
    let run = try run("openat:error=EMFILE", path: path)
    #expect(run.status == 71)
    #expect(
      run.messages
        == "lensctl: \(path): cannot be opened: too many open files, expected fewer; "
        + "ulimit -n allows more\n")
  }

  /// OpenBLAS starts threads of its own, before anything else, unless it is told not to.
  @Test func row93AMachineWithoutThreadsIsTold() throws {
    let run = try run(
      "clone,clone3:error=EAGAIN", environment: ["OPENBLAS_NUM_THREADS": "1"])
    #expect(run.status == 71)
    #expect(
      run.messages
        == "lensctl: threads: found 0 that can be started, expected at least 4; ulimit -u allows "
        + "more\n")
    #expect(try files().isEmpty)
  }
}
