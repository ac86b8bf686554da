import Foundation
import Testing

@testable import Engine

@Suite struct MappedFileTests {
  @Test(arguments: [
    ("a", "a"), ("a/", "a"), ("a//", "a"), ("/a/b///", "/a/b"), ("/", "/"), ("//", "/"), ("", ""),
  ])
  func slashesAtTheEndAreNoPartOfAName(path: String, name: String) {
    #expect(path.withoutFinalSlash == name)
  }

  /// Nothing is closed to the superuser.
  @Test(.enabled(if: getuid() != 0, "the superuser may enter every directory"))
  func aDirectoryThatMayNotBeEnteredIsNotCalledMissing() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("closed/labels.txt", "a\n")
    let closed = directory.path + "/closed"
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: closed)
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: closed)
    }
    #expect {
      try MappedFile.contents(of: path)
    } throws: {
      let error = $0 as? CheckpointError
      return error?.reason == .notPermitted && error?.kind == .permission
    }
  }
}
