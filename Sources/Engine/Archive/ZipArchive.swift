internal import Foundation

/// A zip archive in memory, read so that no other reader could see anything else.
///
/// The central directory and the entries must agree in every field, entries must fill the bytes
/// before the directory without a gap, and nothing may stand before the first or after the end.
/// Nothing is unpacked on opening; stored entries are slices of the archive.
/// <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>
struct ZipArchive {
  /// One file in the archive.
  struct Entry: Equatable {
    /// The name, a relative path.
    var name: String
    var isDeflated: Bool
    /// The size of the contents, in bytes.
    var size: Int
    /// The CRC-32 of the contents as the archive states it.
    var checksum: UInt32
    /// Where the stored or deflated contents lie, in bytes from the start of the archive.
    var range: Range<Int>
  }

  /// The entries in the order of their contents; directories are left out.
  let entries: [Entry]

  /// Whether checksums were computed: PyTorch can be told to write 0 for all of them
  /// (`torch.serialization.set_crc32_options`).
  private let hasChecksums: Bool

  private let positions: [String: Int]
  private let archive: Data

  /// The first bytes of an archive that has entries.
  static let magic = Data([0x50, 0x4B, 0x03, 0x04])

  /// The most inflated bytes for each deflated one, of all entries together.
  private static let inflationRatio = 100

  /// The inflated bytes that are allowed besides, for small entries that repeat one value.
  private static let inflationSlack = 64 << 20

  /// Reads and checks the directory of an archive.
  ///
  /// - Parameter archive: The whole archive.
  /// - Throws: `ArchiveError` if it is not well-formed, is ambiguous, or has an entry that is not
  ///   supported.
  init(parsing archive: Data) throws(ArchiveError) {
    let directory = try ZipDirectory(parsing: archive)
    var entries: [Entry] = []
    var seen: Set<String> = []
    var end = 0
    for record in directory.records.sorted(by: { $0.offset < $1.offset }) {
      guard seen.insert(record.name).inserted else {
        throw ArchiveError(
          .ambiguous("two entries named \"\(record.name.printable())\""))
      }
      guard record.offset == end else { throw Self.gap(at: end, before: record) }
      let local = try ZipLocalRecord(of: record, in: archive, directoryStart: directory.start)
      end = local.end
      guard !record.name.hasSuffix("/") else { continue }
      entries.append(
        Entry(
          name: record.name, isDeflated: record.isDeflated, size: record.size,
          checksum: record.checksum, range: local.contents))
    }
    guard end == directory.start else {
      throw ArchiveError(
        .ambiguous("\(directory.start - end) bytes between the last entry and the directory"))
    }
    try Self.checkInflation(of: entries)
    self.entries = entries
    self.archive = archive
    hasChecksums = entries.contains { $0.checksum != 0 }
    positions = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  private static func gap(at end: Int, before record: ZipDirectory.Record) -> ArchiveError {
    let distance = record.offset - end
    if end == 0 {
      return ArchiveError(.ambiguous("\(distance) bytes before the first entry"))
    }
    return ArchiveError(
      .ambiguous(
        distance < 0 ? "overlaps the entry before it" : "\(distance) bytes before the entry"),
      entry: record.name)
  }

  /// Refuses archives that would take far more memory than they have bytes.
  private static func checkInflation(of entries: [Entry]) throws(ArchiveError) {
    var (bytes, compressed) = (0, 0)
    for entry in entries where entry.isDeflated {
      compressed += entry.range.count
      let limit = inflationSlack + inflationRatio * compressed
      let (sum, overflows) = bytes.addingReportingOverflow(entry.size)
      guard !overflows, sum <= limit else {
        throw ArchiveError(
          .tooLarge(
            bytes: overflows ? entry.size : sum, compressed: compressed, limit: limit),
          entry: entry.name)
      }
      bytes = sum
    }
  }
}

extension ZipArchive {
  /// The entry of a name, or nil if there is none.
  subscript(name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// The bytes that all deflated entries have together when they are inflated.
  var inflatedByteCount: Int {
    entries.reduce(0) { $0 + ($1.isDeflated ? $1.size : 0) }
  }

  /// The contents of an entry.
  ///
  /// Stored contents are a slice of the archive; their checksum is compared only on demand, since
  /// that reads them. Deflated contents are inflated and always compared.
  ///
  /// - Parameters:
  ///   - name: The name of the entry.
  ///   - isVerified: Whether the checksum of stored contents is compared.
  /// - Returns: The contents.
  /// - Throws: `ArchiveError` if there is no such entry, or its contents are corrupt.
  func contents(of name: String, isVerified: Bool) throws(ArchiveError) -> Data {
    guard let entry = self[name] else { throw ArchiveError(.missingEntry, entry: name) }
    let start = archive.startIndex
    let stored = archive[(start + entry.range.lowerBound)..<(start + entry.range.upperBound)]
    guard entry.isDeflated || (isVerified && hasChecksums) else { return stored }
    guard let contents = entry.isDeflated ? inflated(stored, count: entry.size) : stored else {
      throw ArchiveError(
        .corrupt("deflated contents are corrupt or not \(entry.size) bytes"), entry: name)
    }
    let found = crc32(of: contents)
    guard found == entry.checksum else {
      throw ArchiveError(.wrongChecksum(found: found, expected: entry.checksum), entry: name)
    }
    return contents
  }
}
