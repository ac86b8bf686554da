internal import Foundation

/// An entry where it stands in a zip archive: its header, its contents, and what follows them.
struct ZipLocalRecord {
  private static let descriptorSignature: UInt64 = 0x0807_4B50

  /// Where the contents lie, in bytes from the start of the archive.
  let contents: Range<Int>

  /// Where the next entry must start.
  private(set) var end: Int

  /// Reads the header of an entry and compares it with the directory.
  ///
  /// - Parameters:
  ///   - record: What the directory says.
  ///   - archive: The whole archive.
  ///   - directoryStart: Where the entries must end.
  /// - Throws: `ArchiveError` if they differ in anything.
  init(
    of record: ZipDirectory.Record, in archive: Data, directoryStart: Int
  ) throws(ArchiveError) {
    func fail(_ reason: ArchiveError.Reason) -> ArchiveError {
      ArchiveError(reason, entry: record.name)
    }
    var reader = ByteReader(archive.prefix(directoryStart), at: record.offset)
    guard reader.number(4) == 0x0403_4B50, reader.take(2) != nil,
      let flags = reader.integer(2), let method = reader.integer(2), reader.take(4) != nil,
      let checksum = reader.number(4), let compressed = reader.number(4),
      let size = reader.number(4), let nameSize = reader.integer(2),
      let extraSize = reader.integer(2), let name = reader.take(nameSize),
      let extra = reader.take(extraSize)
    else { throw fail(.malformed("no local header at byte \(record.offset)")) }
    guard Array(name) == Array(record.name.utf8) else {
      throw fail(.ambiguous("another name before the contents"))
    }
    guard flags == record.flags, method == record.method else {
      throw fail(.ambiguous("other flags or another method before the contents"))
    }
    let fields = try ZipExtra(extra, entry: record.name)
    let agrees =
      record.hasDescriptor && checksum == 0 && compressed == 0 && size == 0
      ? fields.isConsistent(with: record)
      : checksum == record.checksum
        && fields.resolve([size, compressed])
          == [UInt64(record.size), UInt64(record.compressedSize)]
    guard agrees else { throw fail(.ambiguous("another size or CRC-32 before the contents")) }
    let start = reader.position
    guard reader.take(record.compressedSize) != nil else {
      throw fail(
        .malformed(
          "\(record.compressedSize) bytes from byte \(start), but entries end at byte "
            + "\(directoryStart)"))
    }
    contents = start..<reader.position
    end = reader.position
    if record.hasDescriptor {
      try skipDescriptor(of: record, &reader)
      end = reader.position
    }
  }

  /// Skips the checksum and sizes after the contents.
  ///
  /// They are a signature, four bytes, and twice four or eight. Empty contents may have none, as
  /// PyTorch writes them.
  private func skipDescriptor(
    of record: ZipDirectory.Record, _ reader: inout ByteReader
  ) throws(ArchiveError) {
    let start = reader.position
    for width in [4, 8] {
      var attempt = reader
      guard attempt.number(4) == Self.descriptorSignature,
        attempt.number(4) == UInt64(record.checksum),
        attempt.number(width) == UInt64(record.compressedSize),
        attempt.number(width) == UInt64(record.size)
      else { continue }
      // Small sizes read as four bytes leave four zeros of a wide descriptor behind.
      var next = attempt
      if width == 4, next.number(4) == 0 { continue }
      reader = attempt
      return
    }
    var next = reader
    if record.size == 0, next.number(4) != Self.descriptorSignature { return }
    throw ArchiveError(
      .ambiguous("no descriptor at byte \(start) that agrees with the directory"),
      entry: record.name)
  }
}

extension ZipExtra {
  /// Whether a zip64 field before contents with a descriptor says nothing else than the directory:
  /// PyTorch writes one with numbers it does not know yet as 0.
  fileprivate func isConsistent(with record: ZipDirectory.Record) -> Bool {
    guard let zip64 else { return true }
    var reader = ByteReader(zip64)
    let known = [0, record.size, record.compressedSize, record.offset].map { UInt64($0) }
    while reader.remaining > 0 {
      guard let number = reader.number(8), known.contains(number) else { return false }
    }
    return true
  }
}
