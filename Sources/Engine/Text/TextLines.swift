internal import Foundation

/// The lines of a text file, by the rules that lists of labels and of templates share.
///
/// The file is UTF-8. Lines end at LF, or at CR LF; the last may end with the file. A byte order
/// mark at the beginning is dropped. A CR elsewhere, a NUL and bytes that are not UTF-8 are
/// refused. Nothing else ends a line (not U+0085, U+2028 or U+2029), and nothing marks a comment.
package struct TextLines: Equatable {
  /// The lines, without their ends.
  package let lines: [String]

  /// Whether the file began with a byte order mark.
  let hadByteOrderMark: Bool

  /// How many lines ended with CR LF.
  let carriageReturnCount: Int

  /// Reads a file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `TextError` if it cannot be read or breaks the rules above, with the line.
  package init(contentsOf path: String) throws(TextError) {
    var bytes = try TextFile.bytes(path)[...]
    hadByteOrderMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
    if hadByteOrderMark { bytes = bytes.dropFirst(3) }
    var lines: [String] = []
    var carriageReturnCount = 0
    var start = bytes.startIndex
    while start < bytes.endIndex {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      var line = bytes[start..<(end ?? bytes.endIndex)]
      if end != nil, line.last == UInt8(ascii: "\r") {
        line = line.dropLast()
        carriageReturnCount += 1
      }
      lines.append(try Self.text(of: line, number: lines.count + 1, path: path))
      start = end.map { $0 + 1 } ?? bytes.endIndex
    }
    self.lines = lines
    self.carriageReturnCount = carriageReturnCount
  }

  private static func text(
    of line: ArraySlice<UInt8>, number: Int, path: String
  ) throws(TextError) -> String {
    guard let text = String(validating: line, as: UTF8.self) else {
      throw TextError(place: path, reason: .invalidUTF8(line: number))
    }
    guard !line.contains(UInt8(ascii: "\r")) else {
      throw TextError(place: path, reason: .loneCarriageReturn(line: number))
    }
    guard !line.contains(0) else { throw TextError(place: path, reason: .nul(line: number)) }
    return text
  }
}
