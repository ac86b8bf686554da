internal import Foundation

/// The records at the end of a zip archive that say where its directory is.
struct ZipEndRecord {
  private static let signature: UInt64 = 0x0605_4B50
  private static let locatorSignature: UInt64 = 0x0706_4B50
  private static let wideSignature: UInt64 = 0x0606_4B50
  private static let size = 22
  private static let locatorSize = 20
  private static let wideSize = 56

  /// Where the records start, which is where the directory ends.
  private(set) var position: Int
  private(set) var entryCount: Int
  private(set) var directorySize: Int
  private(set) var directoryStart: Int

  /// Finds the records.
  ///
  /// - Parameter archive: The whole archive.
  /// - Throws: `ArchiveError` if there are none, more than one could be meant, or those of zip64
  ///   say something else.
  init(of archive: Data) throws(ArchiveError) {
    position = try Self.position(in: archive)
    var reader = ByteReader(archive, at: position + 4)
    guard let disk = reader.integer(2), let directoryDisk = reader.integer(2),
      let countOnDisk = reader.number(2), let count = reader.number(2),
      let size = reader.number(4), let start = reader.number(4), disk == 0, directoryDisk == 0,
      countOnDisk == count
    else { throw ArchiveError(.malformed("more than one disk")) }
    let wide = try Self.wideRecord(in: archive, before: position)
    let narrow: [(value: UInt64, limit: UInt64)] = [
      (count, 0xFFFF), (size, 0xFFFF_FFFF), (start, 0xFFFF_FFFF),
    ]
    for (index, field) in narrow.enumerated() where field.value != field.limit || wide == nil {
      guard wide.map({ $0[index] == field.value }) ?? (field.value != field.limit) else {
        throw ArchiveError(.ambiguous("zip64 records that contradict the end of the archive"))
      }
    }
    guard let entryCount = Int(exactly: wide?[0] ?? count),
      let directorySize = Int(exactly: wide?[1] ?? size),
      let directoryStart = Int(exactly: wide?[2] ?? start)
    else { throw ArchiveError(.malformed("directory beyond the file")) }
    (self.entryCount, self.directorySize) = (entryCount, directorySize)
    self.directoryStart = directoryStart
    if wide != nil { position -= Self.locatorSize + Self.wideSize }
  }

  /// Where the one end record is whose comment ends with the file.
  private static func position(in archive: Data) throws(ArchiveError) -> Int {
    let tail = [UInt8](archive.suffix(size + 0xFFFF))
    guard tail.count >= size else { throw ArchiveError(.malformed("no end record")) }
    let tailStart = archive.count - tail.count
    var found: [Int] = []
    var others = 0
    for i in 0...(tail.count - 4) where tail[i] == 0x50 && tail[i + 1] == 0x4B {
      guard tail[i + 2] == 0x05, tail[i + 3] == 0x06 else { continue }
      let endsFile =
        i + size <= tail.count
        && i + size + Int(tail[i + 20]) + Int(tail[i + 21]) << 8 == tail.count
      if endsFile {
        found.append(i)
      } else if !found.isEmpty {
        others += 1
      }
    }
    guard let position = found.first else {
      throw ArchiveError(.malformed("no end record: the file is cut short or has bytes after it"))
    }
    guard found.count == 1, others == 0 else {
      throw ArchiveError(.ambiguous("another end record in the comment"))
    }
    return tailStart + position
  }

  /// The count of entries, the size of the directory and its start as zip64 has them, or nil.
  private static func wideRecord(
    in archive: Data, before end: Int
  ) throws(ArchiveError) -> [UInt64]? {
    var reader = ByteReader(archive, at: end - locatorSize)
    guard end >= locatorSize, reader.number(4) == locatorSignature else { return nil }
    let position = end - locatorSize - wideSize
    guard reader.number(4) == 0, reader.number(8) == UInt64(max(0, position)),
      reader.number(4) == 1, position >= 0
    else { throw ArchiveError(.ambiguous("a zip64 locator that points elsewhere")) }
    reader = ByteReader(archive, at: position)
    guard reader.number(4) == wideSignature, reader.number(8) == UInt64(wideSize - 12),
      reader.take(4) != nil, reader.number(4) == 0, reader.number(4) == 0,
      let countOnDisk = reader.number(8), let count = reader.number(8), count == countOnDisk,
      let size = reader.number(8), let start = reader.number(8)
    else { throw ArchiveError(.ambiguous("a zip64 end record of another form")) }
    return [count, size, start]
  }
}
