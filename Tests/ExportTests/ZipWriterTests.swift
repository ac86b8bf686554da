import Foundation
import Testing

@testable import Export

/// Archives, read by the zipfile module of Python.
@Suite struct ZipWriterTests {
  private static let python = "/usr/bin/python3"

  /// Writes three members and gives what Python reads of them: name, size and first bytes of each, and whether the
  /// directory is one of zip64.
  private func read(zip64Start: (size: Int, count: Int)) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString + ".zip")
      .path(percentEncoded: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data().write(to: URL(filePath: path))
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    var zip = ZipWriter(handle, zip64Start: zip64Start)
    try zip.add("a.npy", size: 3, start: Data("abc".utf8)) { _ in }
    try zip.add("é", size: 5, start: Data("d".utf8)) {
      try $0(Data("ef".utf8))
      try $0(Data("gh".utf8))
    }
    try zip.add("empty", size: 0, start: Data()) { _ in }
    try zip.finish()
    try handle.close()
    let script = """
      import sys, zipfile
      z = zipfile.ZipFile(sys.argv[1])
      print(z.testzip(), [(i.filename, i.file_size, z.read(i).decode()) for i in z.infolist()],
        b"PK\\x06\\x06" in open(sys.argv[1], "rb").read(), z.infolist()[1].date_time[0])
      """
    let process = Process()
    process.executableURL = URL(filePath: Self.python)
    process.arguments = ["-c", script, path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: python), "needs /usr/bin/python3"),
    arguments: [
      (0xFFFF_FFFF, 0xFFFF, false), (0, 0xFFFF, true), (4, 0xFFFF, true), (0xFFFF_FFFF, 3, true),
    ])
  func membersAreReadBack(size: Int, count: Int, isZip64: Bool) throws {
    let found = try read(zip64Start: (size, count))
    #expect(
      found
        == "None [('a.npy', 3, 'abc'), ('é', 5, 'defgh'), ('empty', 0, '')] \(isZip64 ? "True" : "False") 1980\n"
    )
  }
}
