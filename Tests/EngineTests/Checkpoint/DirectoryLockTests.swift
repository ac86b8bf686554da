import Foundation
import Testing

@testable import Engine

@Suite struct DirectoryLockTests {
  private let directory: TemporaryDirectory
  private var path: String { directory.path + "/run.partial.lock" }

  init() throws { directory = try TemporaryDirectory() }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  /// A lock of a short interval.
  private func lock(interval: Double = 0.05, lease: Bool) throws(LockError) -> DirectoryLock {
    try Self.lock(path, interval: interval, lease: lease)
  }

  private static func lock(
    _ path: String, interval: Double = 0.05, lease: Bool
  ) throws(LockError) -> DirectoryLock {
    try DirectoryLock(
      path: path, subject: "run.partial", interval: interval, usesLeases: lease)
  }

  /// The contents of a lock of some other holder.
  private func contents(
    process: Int32? = nil, host: String? = nil, interval: Double = 15, lease: Bool = true
  ) -> Data {
    var holder = LockHolder.current(interval: interval, isLease: lease)
    holder.process = process ?? holder.process
    holder.host = host ?? holder.host
    holder.started = "2026-11-26T01:02:03Z"
    return Data(holder.serialized.utf8)
  }

  private func age(_ seconds: Double) throws {
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
  }

  /// A process id that nothing has: above the greatest that Linux gives.
  private let noProcess: Int32 = (1 << 22) + 1

  @Test(arguments: [false, true])
  func row87OneHoldsALockAtATime(lease: Bool) throws {
    let first = try lock(lease: lease)
    let holder = try #require(LockHolder(parsing: [UInt8](Data(contentsOf: URL(filePath: path)))))
    let found = message { _ = try lock(lease: lease) }
    #expect(
      found
        == "run.partial: locked by \(holder.process)@\(holder.host) since \(holder.started), "
        + "expected nobody to work on it")
    #expect(holder.process == ProcessInfo.processInfo.processIdentifier)
    #expect(holder.isLease == lease)
    #expect(try names() == ["run.partial.lock"])
    first.release()
    #expect(try names().isEmpty)
    first.release()
    let second = try lock(lease: lease)
    #expect(!second.isLost)
    second.release()
  }

  @Test(arguments: [false, true])
  func aLockGoesWithItsLastReference(lease: Bool) throws {
    do {
      let held = try lock(lease: lease)
      #expect(try names() == ["run.partial.lock"])
      #expect(held.path == path)
    }
    #expect(try names().isEmpty)
  }

  @Test func theLockOfADirectoryStandsBesideIt() throws {
    let held = try DirectoryLock(directory: directory.path + "/run.partial/")
    #expect(held.path == path)
    #expect(held.warning == nil)
    let error = #expect(throws: LockError.self) {
      _ = try DirectoryLock(directory: directory.path + "/run.partial")
    }
    #expect(error?.subject == directory.path + "/run.partial")
    #expect(error?.kind == .temporary)
  }

  /// `flock` went with the process; whatever the file says is of the past.
  @Test(arguments: [#"{"format":"lensctl.l"#, "", "\0\0\0\0"])
  func row88AFileWithoutHolderIsTakenOver(torn: String) throws {
    for stale in [Data(torn.utf8), contents(lease: false), contents(host: "gone", lease: false)] {
      try stale.write(to: URL(filePath: path))
      try lock(lease: false).release()
      #expect(try names().isEmpty)
    }
  }

  @Test(arguments: [false, true])
  func aLeaseIsRespectedWhileItGivesSignsOfLife(lease: Bool) throws {
    try contents(process: 1234, host: "elsewhere").write(to: URL(filePath: path))
    #expect(
      message { _ = try lock(lease: lease) }
        == "run.partial: locked by 1234@elsewhere since 2026-11-26T01:02:03Z, expected nobody to "
        + "work on it; if that machine is gone: lensctl unlock --force \(path)")
    try age(59)
    #expect(message { _ = try lock(lease: lease) } != nil)
    try age(61)
    try lock(lease: lease).release()
    #expect(try names().isEmpty)
  }

  @Test(arguments: [false, true])
  func row88ALeaseOfAProcessThatIsGoneHereIsTakenOver(lease: Bool) throws {
    try contents(process: noProcess).write(to: URL(filePath: path))
    let held = try lock(lease: lease)
    #expect(try names() == ["run.partial.lock"])
    held.release()
  }

  /// A lease that a crash left before it was written says nothing of its holder.
  @Test func anEmptyLeaseIsStaleAfterAWhile() throws {
    try Data().write(to: URL(filePath: path))
    #expect(
      message { _ = try lock(interval: 1, lease: true) }
        == "run.partial: locked by another process, expected nobody to work on it")
    try age(5)
    try lock(interval: 1, lease: true).release()
  }

  @Test func aLeaseStaysFreshAndWarns() throws {
    let held = try lock(interval: 0.05, lease: true)
    #expect(
      held.warning
        == "run.partial: locked by a lease, as file locks may not reach other machines there; "
        + "after a crash it stays for 0 s")
    // Five intervals: it would be stale by then, were it not touched.
    for _ in 0..<5 {
      Thread.sleep(forTimeInterval: 0.05)
      #expect(message { _ = try lock(lease: true) } != nil)
    }
    #expect(!held.isLost)
    held.release()
  }

  @Test(arguments: [false, true])
  func whoLostALockLearnsItAndLeavesTheOther(lease: Bool) throws {
    let held = try lock(interval: 0.02, lease: lease)
    try FileManager.default.removeItem(atPath: path)
    let other = try lock(lease: lease)
    for _ in 0..<500 where !held.isLost { Thread.sleep(forTimeInterval: 0.01) }
    #expect(held.isLost)
    held.release()
    #expect(try names() == ["run.partial.lock"])
    #expect(!other.isLost)
  }

  @Test func aStaleLeaseIsTakenOverByOneOfMany() throws {
    for round in 0..<20 {
      try contents(process: noProcess).write(to: URL(filePath: path))
      let taken = mapInParallel(count: 8, workers: 8) { [path] _ in
        Result { try Self.lock(path, interval: 15, lease: true) }
      }
      #expect(taken.filter { (try? $0.get()) != nil }.count == 1, "round \(round)")
      for case .success(let lock) in taken { lock.release() }
      #expect(try names().isEmpty)
    }
  }

  @Test func oneOfManyTakesALock() throws {
    for round in 0..<20 {
      let taken = mapInParallel(count: 8, workers: 8) { [path] _ in
        Result { try Self.lock(path, lease: false) }
      }
      #expect(taken.filter { (try? $0.get()) != nil }.count == 1, "round \(round)")
      for case .success(let lock) in taken { lock.release() }
    }
  }

  @Test func whatIsNoLockStays() throws {
    try directory.write("run.partial.lock", "version = 3\n")
    let expected = "\(path): cannot be created: what is not a lock is never replaced"
    #expect(message { _ = try lock(lease: false) } == expected)
    #expect(message { _ = try DirectoryLock.remove(path) } == expected)
    #expect(try names() == ["run.partial.lock"])
  }

  @Test func aMissingFolderAndALinkAreRefused() throws {
    let missing = directory.path + "/no/lock"
    #expect(
      message { _ = try DirectoryLock(path: missing) }
        == "\(missing): cannot be created: no such file or directory")
    try directory.write("other", "precious")
    try FileManager.default.createSymbolicLink(
      atPath: path, withDestinationPath: directory.path + "/other")
    #expect(
      message { _ = try lock(lease: false) }
        == "\(path): cannot be created: too many levels of symbolic links")
    #expect(try String(contentsOfFile: directory.path + "/other", encoding: .utf8) == "precious")
  }

  @Test(arguments: [false, true])
  func whoLooksWhetherALockIsHeldChangesNothing(lease: Bool) throws {
    #expect(try !DirectoryLock.isHeld(path))
    let held = try lock(interval: 15, lease: lease)
    #expect(try DirectoryLock.isHeld(path))
    held.release()
    #expect(try !DirectoryLock.isHeld(path))
    for left in [contents(process: noProcess, lease: lease), Data()] {
      try left.write(to: URL(filePath: path))
      if left.isEmpty { try age(61) }
      #expect(try !DirectoryLock.isHeld(path))
      #expect(try names() == ["run.partial.lock"])
    }
    try contents(process: 1234, host: "elsewhere").write(to: URL(filePath: path))
    #expect(try DirectoryLock.isHeld(path))
  }

  /// Whoever looks whether a lock is held has it for a moment: the next one waits for that.
  @Test func aMomentWithoutHolderIsWaitedFor() throws {
    try contents(process: noProcess, lease: false).write(to: URL(filePath: path))
    let descriptor = try SystemFile.open(path, O_RDWR)
    #expect(try SystemFile.lock(descriptor))
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.1)
      try? SystemFile.close(descriptor)
    }
    try lock(lease: false).release()
    #expect(try names().isEmpty)
  }

  @Test func onlyWhatNobodyHoldsIsRemoved() throws {
    #expect(try !DirectoryLock.remove(path))
    let held = try lock(lease: false)
    #expect(throws: LockError.self) { try DirectoryLock.remove(path, force: true) }
    held.release()
    try contents(lease: false).write(to: URL(filePath: path))
    #expect(try DirectoryLock.remove(path))
    // A lease of this machine whose process runs, one whose process does not, and one of another.
    try contents().write(to: URL(filePath: path))
    #expect(throws: LockError.self) { try DirectoryLock.remove(path, force: true) }
    try contents(process: noProcess).write(to: URL(filePath: path))
    #expect(try DirectoryLock.remove(path))
    try contents(host: "elsewhere").write(to: URL(filePath: path))
    #expect(throws: LockError.self) { try DirectoryLock.remove(path) }
    #expect(try DirectoryLock.remove(path, force: true))
    #expect(try names().isEmpty)
  }
}
