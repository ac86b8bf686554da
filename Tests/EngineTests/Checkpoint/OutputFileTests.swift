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
    #expect(text?.hasPrefix("\(path): cannot be created: ") == true, "\(text ?? "")")
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
