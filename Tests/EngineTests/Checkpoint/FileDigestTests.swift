import Foundation
import Testing

@testable import Engine

/// Digests of FIPS 180-4's examples.
@Suite struct FileDigestTests {
  @Test func digestsAreThoseOfTheStandard() throws {
    #expect(
      FileDigest.sha256(Data())
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(FileDigest.sha256(Data("abc".utf8)) == abc)
    let directory = try TemporaryDirectory()
    #expect(try FileDigest.sha256(contentsOf: try directory.write("abc", "abc")) == abc)
    #expect(
      message { _ = try FileDigest.sha256(contentsOf: directory.path + "/no") }
        == "\(directory.path)/no: no such file or directory")
  }
}
