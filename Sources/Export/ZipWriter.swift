internal import Engine
internal import Foundation

/// Writes a zip archive of stored members, whose sizes are known before they are written.
///
/// Records of zip64 stand where a size or an offset needs them. Members have no time (1 January 1980), so that
/// the same contents give the same bytes. Source: APPNOTE.TXT 6.3.10 of PKWARE.
struct ZipWriter {
  private let handle: FileHandle

  /// The least size, offset or count that needs zip64.
  private let zip64Start: (size: Int, count: Int)

  private var members: [Member] = []
  private var offset = 0

  private struct Member {
    let name: [UInt8]
    let size: Int
    let checksum: UInt32
    let offset: Int
  }

  /// Starts an archive.
  ///
  /// - Parameters:
  ///   - handle: The file, empty and open for writing.
  ///   - zip64Start: The least size or offset, and the least number of members, for which zip64 is used.
  init(_ handle: FileHandle, zip64Start: (size: Int, count: Int) = (0xFFFF_FFFF, 0xFFFF)) {
    self.handle = handle
    self.zip64Start = zip64Start
  }

  /// Adds a member.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - size: Its size in bytes.
  ///   - first: The first piece of the contents.
  ///   - body: Calls what it is given with one further piece after another.
  /// - Throws: What writing or `body` throws.
  /// - Precondition: The pieces have `size` bytes together.
  mutating func add(
    _ name: String, size: Int, start first: Data,
    _ body: (_ write: (Data) throws -> Void) throws -> Void
  ) throws {
    let name = Array(name.utf8)
    let start = offset
    try write(localHeader(name, size: size, checksum: 0))
    try handle.write(contentsOf: first)
    var (written, checksum) = (first.count, crc32(of: first))
    try body { piece in
      try handle.write(contentsOf: piece)
      checksum = crc32(of: piece, after: checksum)
      written += piece.count
    }
    precondition(written == size, "\(written) bytes of a member of \(size)")
    offset += size
    try handle.seek(toOffset: UInt64(start + Self.checksumOffset))
    try handle.write(contentsOf: Data(little(Int(checksum), 4)))
    try handle.seek(toOffset: UInt64(offset))
    members.append(Member(name: name, size: size, checksum: checksum, offset: start))
  }

  /// Writes the directory.
  mutating func finish() throws {
    let start = offset
    for member in members { try write(directoryEntry(member)) }
    try write(endRecords(start: start, size: offset - start))
  }

  /// Where a local header has the checksum.
  private static let checksumOffset = 14

  private mutating func write(_ bytes: [UInt8]) throws {
    try handle.write(contentsOf: Data(bytes))
    offset += bytes.count
  }

  /// Version needed, flags (UTF-8 names), method (stored), time, date.
  private func common(isZip64: Bool) -> [UInt8] {
    little(isZip64 ? 45 : 20, 2) + little(1 << 11, 2) + little(0, 2) + little(0, 2)
      + little(1 << 5 | 1, 2)
  }

  private func localHeader(_ name: [UInt8], size: Int, checksum: UInt32) -> [UInt8] {
    let isZip64 = size >= zip64Start.size
    let stated = little(isZip64 ? 0xFFFF_FFFF : size, 4)
    let extra = isZip64 ? little(1, 2) + little(16, 2) + little(size, 8) + little(size, 8) : []
    return Array("PK\u{3}\u{4}".utf8) + common(isZip64: isZip64) + little(Int(checksum), 4) + stated
      + stated + little(name.count, 2) + little(extra.count, 2) + name + extra
  }

  private func directoryEntry(_ member: Member) -> [UInt8] {
    let isLarge = member.size >= zip64Start.size
    let isFar = member.offset >= zip64Start.size
    var values: [UInt8] = []
    if isLarge { values += little(member.size, 8) + little(member.size, 8) }
    if isFar { values += little(member.offset, 8) }
    let extra = values.isEmpty ? [] : little(1, 2) + little(values.count, 2) + values
    let size = little(isLarge ? 0xFFFF_FFFF : member.size, 4)
    return Array("PK\u{1}\u{2}".utf8) + little(extra.isEmpty ? 20 : 45, 2)
      + common(isZip64: !extra.isEmpty) + little(Int(member.checksum), 4) + size + size
      + little(member.name.count, 2) + little(extra.count, 2) + little(0, 2) + little(0, 2)
      + little(0, 2) + little(0, 4) + little(isFar ? 0xFFFF_FFFF : member.offset, 4)
      + member.name + extra
  }

  private func endRecords(start: Int, size: Int) -> [UInt8] {
    let count = members.count
    let isZip64 = start >= zip64Start.size || size >= zip64Start.size || count >= zip64Start.count
    var records: [UInt8] = []
    if isZip64 {
      records += Array("PK\u{6}\u{6}".utf8) + little(44, 8) + little(45, 2) + little(45, 2)
      records += little(0, 4) + little(0, 4) + little(count, 8) + little(count, 8)
      records += little(size, 8) + little(start, 8)
      records += Array("PK\u{6}\u{7}".utf8) + little(0, 4) + little(start + size, 8) + little(1, 4)
    }
    let stated = little(isZip64 ? 0xFFFF : count, 2)
    return records + Array("PK\u{5}\u{6}".utf8) + little(0, 2) + little(0, 2) + stated + stated
      + little(isZip64 ? 0xFFFF_FFFF : size, 4) + little(isZip64 ? 0xFFFF_FFFF : start, 4)
      + little(0, 2)
  }
}

/// The lowest bytes of a number, lowest first.
func little(_ value: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}
