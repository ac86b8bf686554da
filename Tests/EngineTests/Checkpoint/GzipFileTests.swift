import Foundation
import Testing

@testable import Engine

@Suite struct GzipFileTests {
  /// `printf 'hello hello hello\n' | gzip -n`.
  private static let hello: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 72, 205, 201, 201, 87, 200, 64, 144, 92, 0, 59, 124, 138,
    223, 18, 0, 0, 0,
  ]

  private func inflated(_ bytes: [UInt8], limit: Int = 100) throws -> [UInt8] {
    try TextFixtures.withFile(bytes) { [UInt8](try GzipFile.contents(of: $0, limit: limit)) }
  }

  private func expect(_ bytes: [UInt8], limit: Int = 100, _ message: String) throws {
    try TextFixtures.withFile(bytes) { path in
      let error = #expect(throws: CheckpointError.self) {
        try GzipFile.contents(of: path, limit: limit)
      }
      #expect(error?.description == "\(path): \(message)")
      #expect(error?.kind == .badData)
    }
  }

  @Test func contentsAreInflated() throws {
    #expect(try inflated(Self.hello) == Array("hello hello hello\n".utf8))
    #expect(try inflated(Self.hello, limit: 18).count == 18)
  }

  @Test func aFileThatIsNotGzipIsReadAsItIs() throws {
    #expect(try inflated(Array("plain".utf8)) == Array("plain".utf8))
    #expect(try inflated([]).isEmpty)
  }

  @Test func filesWrongInOneWayAreRefused() throws {
    try expect(Array(Self.hello.dropLast(9)), "gzip: the file is cut short")
    try expect(Self.hello, limit: 17, "holds more than 17 bytes when inflated")
    var corrupt = Self.hello
    corrupt[corrupt.count - 8] ^= 1
    try expect(corrupt, "gzip: corrupt contents")
  }

  @Test func aMissingFileIsNamed() {
    let error = #expect(throws: CheckpointError.self) { try GzipFile.contents(of: "/no.gz") }
    #expect(error?.description == "/no.gz: no such file or directory")
  }
}
