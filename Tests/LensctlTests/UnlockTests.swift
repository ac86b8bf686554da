import Engine
import Foundation
import Testing

@testable import lensctl

@Suite struct UnlockTests {
  private let place: Workplace

  init() throws { place = try Workplace() }

  /// A lock whose process is gone, or of another machine.
  private func write(_ name: String, host: String = "elsewhere", lease: Bool) throws {
    try place.write(
      name,
      "{\"format\":\"lensctl.lock\",\"pid\":1234,\"host\":\"\(host)\","
        + "\"started\":\"2026-11-26T01:02:03Z\",\"program\":\"lensctl\",\"system\":\"x\","
        + "\"interval\":15,\"lease\":\(lease)}\n")
  }

  @Test func row88WhatNobodyHoldsIsRemoved() throws {
    for name in ["run.partial.lock", "run.lock"] { try write(name, lease: false) }
    let run = try place.run("unlock", "run/")
    #expect(run.status == 0)
    #expect(run.lines == ["removed run.lock", "removed run.partial.lock"])
    #expect(run.messages.isEmpty)
    #expect(!place.has("run.lock") && !place.has("run.partial.lock"))
    try FileManager.default.createDirectory(
      atPath: place.path + "/run", withIntermediateDirectories: false)
    let again = try place.run("unlock", "run")
    #expect(again.status == 0)
    #expect(again.output.isEmpty)
    #expect(again.messages == "run: not locked\n")
  }

  @Test func row87WhatIsHeldStays() throws {
    let lock = try DirectoryLock(directory: place.path + "/run.partial")
    let process = ProcessInfo.processInfo.processIdentifier
    for arguments in [["run"], ["run.partial"], ["run.partial.lock", "--force"]] {
      let run = try place.run(["unlock"] + arguments)
      #expect(run.status == 75)
      #expect(run.output.isEmpty)
      #expect(
        run.messages.hasPrefix("lensctl: run.partial.lock: locked by \(process)@"),
        "\(run.messages)")
      #expect(run.messages.hasSuffix("Z, expected nobody to work on it\n"))
    }
    #expect(place.has("run.partial.lock"))
    lock.release()
    #expect(!place.has("run.partial.lock"))
  }

  @Test func row88TheLeaseOfAnotherMachineIsRemovedByForce() throws {
    try FileManager.default.createDirectory(
      atPath: place.path + "/campaign/locks", withIntermediateDirectories: true)
    try write("campaign/locks/000001.lock", lease: true)
    try write("campaign/locks/000002.lock", lease: false)
    try place.write("campaign/locks/notes.txt", "x")
    let run = try place.run("unlock", "campaign")
    #expect(run.status == 75)
    #expect(run.lines == ["removed campaign/locks/000002.lock"])
    #expect(
      run.messages
        == "lensctl: campaign/locks/000001.lock: locked by 1234@elsewhere since "
        + "2026-11-26T01:02:03Z, expected nobody to work on it; if that machine is gone: "
        + "lensctl unlock --force campaign/locks/000001.lock\n")
    let forced = try place.run("unlock", "--force", "campaign/locks/000001.lock")
    #expect(forced.status == 0)
    #expect(forced.lines == ["removed campaign/locks/000001.lock"])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path + "/campaign/locks")
        == ["notes.txt"])
  }

  @Test func whatIsNoLockStaysAndWhatIsNotThereIsTold() throws {
    try place.write("poetry.lock", "version = 1\n")
    let other = try place.run("unlock", "poetry.lock")
    #expect(other.status == 73)
    #expect(
      other.messages
        == "lensctl: poetry.lock: cannot be created: what is not a lock is never replaced\n")
    #expect(place.has("poetry.lock"))
    let none = try place.run("unlock", "nowhere")
    #expect(none.status == 66)
    #expect(none.messages == "lensctl: nowhere: no such file or directory\n")
    #expect(try place.run("unlock", "").status == 66)
  }

  /// Where files cannot be locked, what nobody is known to hold may be held.
  @Test(.enabled(if: Tracer.works, "strace is not there or may not trace here"))
  func row94WithoutLocksOfFilesSignsOfLifeCount() throws {
    for error in ["ENOLCK", "EOPNOTSUPP", "ENOSYS"] {
      try write("run.lock", lease: false)
      let run = try place.run(faults: "flock:error=\(error)", ["unlock", "run"])
      #expect(run.status == 75, "\(error)")
      #expect(place.has("run.lock"))
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -61)],
        ofItemAtPath: place.path + "/run.lock")
      let later = try place.run(faults: "flock:error=\(error)", ["unlock", "run"])
      #expect(later.status == 0, "\(later.messages)")
      #expect(!place.has("run.lock"))
    }
  }

  @Test(arguments: [(8, 12, 8), (8, 100, 8), (8, 11, 7), (8, 5, 1), (8, 4, 1), (1, 5, 1)])
  func row93AsManyThreadsComputeAsCanBeStarted(wanted: Int, startable: Int, workers: Int) throws {
    #expect(try ThreadLimit.workers(wanted, startable: startable) == workers)
  }

  @Test func row93TooFewThreadsForAnythingAreTold() {
    #expect(throws: ThreadError.self) { try ThreadLimit.workers(1, startable: 3) }
  }
}
