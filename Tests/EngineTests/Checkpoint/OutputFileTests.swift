import Foundation
import Testing

@testable import Engine

@Suite struct OutputFileTests {
  private func names(_ directory: TemporaryDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  @Test func aFileIsReplacedWhole() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/file"
    try OutputFile.write(Data("first, and longer".utf8), to: path)
    try OutputFile.write(Data("second".utf8), to: path)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("second".utf8))
    #expect(try names(directory) == ["file"])
  }

  @Test func whatFailsLeavesNothingAndKeepsTheOldFile() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("file", "old")
    let error = OutputError(path: path, reason: .diskFull)
    #expect(throws: error) {
      try OutputFile.write(to: path) { handle throws(OutputError) in
        do { try handle.write(contentsOf: Data("half".utf8)) } catch {}
        throw error
      }
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("old".utf8))
    #expect(try names(directory) == ["file"])
  }

  @Test func aMissingFolderAndADirectoryAreNamed() throws {
    let directory = try TemporaryDirectory()
    #expect(
      message { try OutputFile.write(Data(), to: directory.path + "/no/file") }?
        .hasPrefix("\(directory.path)/no/file") == true)
    try directory.write("folder/file", "x")
    let path = directory.path + "/folder"
    let text = message { try OutputFile.write(Data(), to: path) }
    #expect(text == "\(path): cannot be created: is a directory")
    #expect(try names(directory) == ["folder"])
  }

  @Test(.enabled(if: MappedFile.exists("/dev/full")))
  func aFullDiskIsTold() throws {
    let handle = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    do {
      try handle.write(contentsOf: Data(count: 10))
      Issue.record("a full disk took 10 bytes")
    } catch {
      let told = OutputError(path: "run", error, isCreation: false)
      #expect(told.description == "run: no space left")
      #expect(told.kind == .inputOutput)
    }
  }

  @Test func whatIsInTheMakingHasANameOfItsOwn() throws {
    let directory = try TemporaryDirectory()
    let process = ProcessInfo.processInfo.processIdentifier
    var found: [String] = []
    for _ in 0..<2 {
      try OutputFile.write(to: directory.path + "/file") { _ in
        found.append(try #require(try names(directory).last))
      }
    }
    #expect(
      found.allSatisfy {
        $0.hasPrefix("file.tmp.\(process).") && Temporaries.finalName(of: $0) == "file"
      })
    #expect(Set(found).count == 2)
  }

  @Test func whatAnotherMakesIsRenamed() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/file"
    try OutputFile.make(path) { try Data("made".utf8).write(to: URL(filePath: $0)) }
    #expect(try names(directory) == ["file"])
    // Nothing was made, and a link is not what was made.
    #expect(
      message { try OutputFile.make(path) { _ in } }
        == "\(path): cannot be created: no such file or directory")
    #expect(
      message {
        try OutputFile.make(path) {
          try FileManager.default.createSymbolicLink(atPath: $0, withDestinationPath: "file")
        }
      } == "\(path): cannot be created: too many levels of symbolic links")
    #expect(try names(directory) == ["file"])
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("made".utf8))
  }

  @Test func staleTemporariesAreRemovedAndNothingElse() throws {
    let directory = try TemporaryDirectory()
    let kept = [
      "file", "file.tmp", "file.tmp.12", "file.tmp.12.xyz", "file.tmp.x.ab", "notes.txt", "tmp.1.a",
      "file.json.tmp.12.ab",
    ]
    let stale = ["file.tmp.12.ab", ".a.b.tmp.999999.ffffffff", "file.tmp.7.c/deep"]
    for name in kept + stale { try directory.write(name, "x") }
    Temporaries.removeLeftovers(of: directory.path + "/file", directory.path + "/.a.b")
    #expect(try names(directory) == kept.sorted())
  }

  @Test func namesAreExchangedOrStay() throws {
    let directory = try TemporaryDirectory()
    let (one, two) = (directory.path + "/one", directory.path + "/two")
    try directory.write("one/a", "x")
    try directory.write("two", "y")
    let isExchanged = try SystemFile.exchange(one, with: two)
    #expect(MappedFile.isDirectory(isExchanged ? two : one))
    #expect(try Data(contentsOf: URL(filePath: isExchanged ? one : two)) == Data("y".utf8))
    #expect(try names(directory) == ["one", "two"])
    if isExchanged {
      #expect(throws: POSIXError(.ENOENT)) { _ = try SystemFile.exchange(one, with: one + "x") }
    }
  }

  /// Pipes have no `fsync`, as some file systems have none.
  @Test func row94WhatCannotBeMadeDurableIsNoFault() throws {
    let pipe = Pipe()
    #expect(try !SystemFile.synchronize(pipe.fileHandleForReading.fileDescriptor))
    let directory = try TemporaryDirectory()
    #expect(try Durability.warning(for: directory.path) == nil)
    #expect(try names(directory).isEmpty)
    try OutputFile.finish(pipe.fileHandleForWriting, of: "pipe")
    #expect(throws: POSIXError(.EBADF)) { _ = try SystemFile.synchronize(-1) }
  }

  @Test(arguments: [
    (POSIXErrorCode.ENOSPC, "no space left", FaultKind.inputOutput),
    (.EDQUOT, "no space left", .inputOutput),
    (.EIO, "cannot be written: input/output error", .inputOutput),
    (.EACCES, "not permitted to write", .permission),
    (.EROFS, "cannot be created: read-only file system", .cannotCreate),
    (.EISDIR, "cannot be created: is a directory", .cannotCreate),
    (
      .EMFILE, "cannot be opened: too many open files, expected fewer; ulimit -n allows more",
      .system
    ),
  ])
  func errorsOfTheSystemAreTold(code: POSIXErrorCode, text: String, kind: FaultKind) {
    let error = OutputError(path: "run", POSIXError(code), isCreation: true)
    #expect(error.description == "run: " + text)
    #expect(error.kind == kind)
  }

  @Test func kindsFollowTheReason() {
    func kind(_ reason: OutputError.Reason) -> FaultKind {
      OutputError(path: "x", reason: reason).kind
    }
    #expect(kind(.isInput) == .usage)
    #expect(kind(.exists) == .cannotCreate && kind(.missingParent("y")) == .cannotCreate)
    #expect(kind(.notPermitted) == .permission)
    #expect(kind(.writing("")) == .inputOutput)
    let denied = OutputError(path: "x", POSIXError(.EACCES), isCreation: true)
    #expect(denied.description == "x: not permitted to write")
  }
}
