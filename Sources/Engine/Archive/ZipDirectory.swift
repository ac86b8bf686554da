internal import Foundation

/// The central directory of a zip archive, with zip64 records resolved.
struct ZipDirectory {
  /// What the directory says of one entry.
  struct Record {
    var name: String
    var flags: Int
    var method: Int
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    /// Where the local header lies, in bytes from the start of the archive.
    var offset: Int

    var isDeflated: Bool { method == 8 }
    /// Whether sizes and checksum stand after the contents.
    var hasDescriptor: Bool { flags & ZipFlags.descriptor != 0 }
  }

  /// The entries, in the order of the directory.
  let records: [Record]

  /// Where the directory starts.
  let start: Int

  /// Reads the directory.
  ///
  /// - Parameter archive: The whole archive.
  /// - Throws: `ArchiveError` if it is not well-formed or ambiguous, or an entry is not supported.
  init(parsing archive: Data) throws(ArchiveError) {
    let end = try ZipEndRecord(of: archive)
    guard end.directorySize <= end.position, end.directoryStart == end.position - end.directorySize
    else {
      throw ArchiveError(
        .ambiguous(
          "directory of \(end.directorySize) bytes at byte \(end.directoryStart), expected it to "
            + "end at byte \(end.position)"))
    }
    start = end.directoryStart
    var reader = ByteReader(archive.prefix(end.position), at: start)
    var records: [Record] = []
    while reader.remaining > 0 {
      records.append(try Self.record(&reader, start: start))
    }
    guard records.count == end.entryCount else {
      throw ArchiveError(
        .ambiguous("\(records.count) entries in the directory, expected \(end.entryCount)"))
    }
    self.records = records
  }
}

/// The bits of the flags of an entry.
enum ZipFlags {
  static let descriptor = 1 << 3
  /// Encrypted contents, strong encryption, masked headers.
  static let encryption = 1 << 0 | 1 << 6 | 1 << 13
  /// Two for the effort of compression, a descriptor, a name in UTF-8.
  static let accepted = 1 << 1 | 1 << 2 | descriptor | 1 << 11
}

extension ZipDirectory {
  /// The numbers before the name, which has 46 bytes before it.
  private static func record(
    _ reader: inout ByteReader, start: Int
  ) throws(ArchiveError) -> Record {
    let position = reader.position
    guard reader.number(4) == 0x0201_4B50, let madeBy = reader.integer(2),
      reader.take(2) != nil, let flags = reader.integer(2), let method = reader.integer(2),
      reader.take(4) != nil, let checksum = reader.number(4), let compressed = reader.number(4),
      let size = reader.number(4), let nameSize = reader.integer(2),
      let extraSize = reader.integer(2), let commentSize = reader.integer(2),
      let disk = reader.integer(2), reader.take(2) != nil, let attributes = reader.integer(4),
      let offset = reader.number(4), let nameBytes = reader.take(nameSize),
      let extra = reader.take(extraSize), reader.take(commentSize) != nil
    else { throw ArchiveError(.malformed("no directory entry at byte \(position)")) }
    let name = try checkedName(nameBytes, position: position)
    func fail(_ reason: ArchiveError.Reason) -> ArchiveError { ArchiveError(reason, entry: name) }
    guard flags & ZipFlags.encryption == 0 else { throw fail(.encrypted) }
    guard flags & ~ZipFlags.accepted == 0 else { throw fail(.malformed("flags \(flags)")) }
    guard method == 0 || method == 8 else { throw fail(.unsupportedMethod(method)) }
    guard disk == 0 else { throw fail(.malformed("on disk \(disk), expected one disk")) }
    // The upper half of the attributes is the mode where Unix (3) or macOS (19) made the entry.
    guard attributes >> 28 != 0xA || ![3, 19].contains(madeBy >> 8) else {
      throw fail(.symbolicLink)
    }
    let resolved = try ZipExtra(extra, entry: name).resolve([size, compressed, offset])
    guard let numbers = resolved.map({ $0.map { Int(exactly: $0) } }), let size = numbers[0],
      let compressed = numbers[1], let offset = numbers[2]
    else { throw fail(.ambiguous("zip64 sizes that contradict the directory")) }
    guard method == 8 || size == compressed else {
      throw fail(.ambiguous("stored in \(compressed) bytes, expected \(size)"))
    }
    return Record(
      name: name, flags: flags, method: method, checksum: UInt32(checksum),
      compressedSize: compressed, size: size, offset: offset)
  }

  private static func checkedName(
    _ bytes: Data, position: Int
  ) throws(ArchiveError) -> String {
    guard let name = String(validating: bytes, as: UTF8.self) else {
      throw ArchiveError(.malformed("name at byte \(position) is not UTF-8"))
    }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !name.isEmpty, !name.hasPrefix("/"), !name.contains("\\"),
      !name.unicodeScalars.contains("\0"), !parts.contains(".."), !parts.contains("."),
      !parts.dropLast().contains(""), !name.dropFirst().hasPrefix(":")
    else { throw ArchiveError(.unsafeName, entry: name) }
    return name
  }
}

/// The extra fields of a header: an identifier, a size and contents, one after another.
struct ZipExtra {
  /// The contents of the zip64 field, or nil if there is none.
  let zip64: Data?

  private let entry: String

  /// Reads extra fields.
  ///
  /// - Parameters:
  ///   - bytes: The fields.
  ///   - entry: The name for messages.
  /// - Throws: `ArchiveError` if they do not fill the bytes, or one of zip64 stands twice.
  init(_ bytes: Data, entry: String) throws(ArchiveError) {
    var reader = ByteReader(bytes)
    var zip64: Data?
    while reader.remaining > 0 {
      guard let identifier = reader.integer(2), let size = reader.integer(2),
        let contents = reader.take(size)
      else { throw ArchiveError(.malformed("extra fields past their end"), entry: entry) }
      guard identifier == 1 else { continue }
      guard zip64 == nil else {
        throw ArchiveError(.ambiguous("two zip64 fields"), entry: entry)
      }
      zip64 = contents
    }
    self.zip64 = zip64
    self.entry = entry
  }

  /// Replaces numbers of which all bits are set by those of the zip64 field.
  ///
  /// - Parameter numbers: Numbers of 32 bits, in the order of the field.
  /// - Returns: The numbers, or nil if the field has not exactly those that are wanted.
  func resolve(_ numbers: [UInt64]) -> [UInt64]? {
    var reader = ByteReader(zip64 ?? Data())
    var resolved: [UInt64] = []
    for number in numbers {
      guard number == 0xFFFF_FFFF else {
        resolved.append(number)
        continue
      }
      guard let wide = reader.number(8) else { return nil }
      resolved.append(wide)
    }
    return reader.remaining == 0 ? resolved : nil
  }
}
