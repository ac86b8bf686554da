import Foundation
import Testing

@testable import Engine

/// Digests kept by the identity of files.
@Suite struct DigestCacheTests {
  private let directory: TemporaryDirectory
  private let cache: DigestCache
  private let path: String

  /// A time at which every file of a test was left alone for long enough.
  private let later = Date(timeIntervalSinceNow: 60)

  init() throws {
    directory = try TemporaryDirectory()
    cache = DigestCache(environment: ["LENSCTL_CACHE": directory.path + "/cache"])
    path = try directory.write("weights", "some bytes")
  }

  private func identity() throws -> FileIdentity { try FileIdentity(of: path) }

  private func digest() throws -> String { try FileDigest.sha256(contentsOf: path) }

  private func entries() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: cache.directory)
      .map { cache.directory + "/" + $0 }
  }

  @Test func aDigestIsFoundAgainUntilTheFileIsWritten() throws {
    #expect(try cache.digest(of: identity()) == nil)
    cache.keep(try digest(), of: try identity(), seenAt: later)
    #expect(try cache.digest(of: identity()) == digest())
    #expect(try cache.digest(of: identity()) == FileDigest.sha256(Data("some bytes".utf8)))
    try directory.write("weights", "other bytes")
    #expect(try cache.digest(of: identity()) == nil)
    cache.keep(try digest(), of: try identity(), seenAt: later)
    #expect(try cache.digest(of: identity()) == digest())
    #expect(try entries().count == 1)
  }

  @Test func linksLeadToTheDigestOfTheirFile() throws {
    cache.keep(try digest(), of: try identity(), seenAt: later)
    let link = directory.path + "/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(try cache.digest(of: FileIdentity(of: link)) == digest())
  }

  @Test func anotherFileOfTheSameSizeAndTimeIsNotTakenForIt() throws {
    let time = Date(timeIntervalSince1970: 1_000_000_000)
    func setTime(_ file: String) throws {
      try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file)
    }
    try setTime(path)
    let first = try identity()
    cache.keep(try digest(), of: first, seenAt: later)
    #expect(try cache.digest(of: identity()) == digest())
    // Another inode under the name.
    let other = try directory.write("other", "same bytes")
    try setTime(other)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: other, toPath: path)
    let second = try identity()
    #expect(second.byteCount == first.byteCount)
    #expect(second.modificationTime == first.modificationTime)
    #expect(second.inode != first.inode && !second.hasContents(of: first))
    #expect(cache.digest(of: second) == nil)
  }

  @Test func aFileWrittenInPlaceAndSetBackInTimeIsNotTakenForItself() throws {
    let time = Date(timeIntervalSince1970: 1_000_000_000)
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    let first = try identity()
    cache.keep(try digest(), of: first, seenAt: later)
    // Longer than a file system's step of times.
    Thread.sleep(forTimeInterval: 0.05)
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.write(contentsOf: Data("SOME".utf8))
    try handle.close()
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    let second = try identity()
    #expect(second.hasContents(of: first), "nothing but the time of change tells them apart")
    #expect(second.changeTime > first.changeTime)
    #expect(cache.digest(of: second) == nil)
  }

  /// A second write could fall in the same step of the file system's times.
  @Test func theDigestOfAFileWrittenJustNowIsNotKept() throws {
    let identity = try identity()
    let written = Date(timeIntervalSince1970: Double(identity.changeTime) / 1e9)
    for seconds in [-10, 0, 1.9] {
      cache.keep(try digest(), of: identity, seenAt: written.addingTimeInterval(seconds))
      #expect(cache.digest(of: identity) == nil, "after \(seconds) s")
    }
    cache.keep(try digest(), of: identity, seenAt: written.addingTimeInterval(2.1))
    #expect(cache.digest(of: identity) != nil)
  }

  @Test func noDamagedEntryIsBelieved() throws {
    let identity = try identity()
    cache.keep(try digest(), of: identity, seenAt: later)
    let entry = try #require(try entries().first)
    let whole = try RunWriterTests.bytes(entry)
    for length in [0, 1, whole.count / 2, whole.count - 1] {
      try whole.prefix(length).write(to: URL(filePath: entry))
      #expect(cache.digest(of: identity) == nil, "\(length) bytes")
    }
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 1
      try damaged.write(to: URL(filePath: entry))
      #expect(cache.digest(of: identity) == nil, "byte \(place)")
    }
    try (whole + Data("x".utf8)).write(to: URL(filePath: entry))
    #expect(cache.digest(of: identity) == nil)
    cache.keep(try digest(), of: identity, seenAt: later)
    #expect(try cache.digest(of: identity) == digest())
  }

  @Test func aCacheThatCannotBeWrittenIsLeftAlone() throws {
    let blocked = DigestCache(environment: ["LENSCTL_CACHE": path])
    blocked.keep(try digest(), of: try identity(), seenAt: later)
    #expect(try blocked.digest(of: identity()) == nil)
    #expect(try RunWriterTests.bytes(path) == Data("some bytes".utf8))
  }

  @Test(arguments: [
    (["LENSCTL_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"], "/a/digests"),
    (["LENSCTL_CACHE": "", "XDG_CACHE_HOME": "/b", "HOME": "/c"], "/b/lensctl/digests"),
    (["HOME": "/c"], "/c/.cache/lensctl/digests"),
  ])
  func theEnvironmentSaysWhereDigestsAre(environment: [String: String], expected: String) {
    #expect(DigestCache(environment: environment).directory == expected)
  }

  @Test func whatIsNotThereHasNoIdentity() {
    #expect(
      message { _ = try FileIdentity(of: "/nowhere/at/all") }
        == "/nowhere/at/all: no such file or directory")
  }
}
