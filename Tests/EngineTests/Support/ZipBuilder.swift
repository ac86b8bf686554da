import Foundation

@testable import Engine

/// Writes small zip archives for tests, well-formed or wrong in a chosen way.
struct ZipBuilder {
  /// One entry, stored; what is nil is what it should be.
  struct Entry {
    var name: String
    var contents: Data
    var method = 0
    var flags = 0
    var checksum: UInt32?
    var size: Int?
    var localName: String?
    var localFlags: Int?
    var localMethod: Int?
    var localChecksum: UInt32?
    var localSize: Int?
    var extra = Data()
    var localExtra = Data()
    var madeBy = 20
    var attributes = 0
    /// What follows the contents.
    var descriptor = Data()
    /// What stands before the local header.
    var gap = Data()
    /// How far the offset in the directory is off.
    var offsetError = 0
  }

  var entries: [Entry] = []
  var gapBeforeDirectory = Data()
  var comment = Data()
  /// What stands between the directory and the end record.
  var wideRecords: (_ count: Int, _ size: Int, _ start: Int) -> Data = { _, _, _ in Data() }
  /// The count, the size and the start that the end record states; nil for the true ones.
  var statedEnd: [Int]?

  /// Makes an archive of entries by name.
  init(_ entries: (name: String, contents: Data)...) {
    self.entries = entries.map { Entry(name: $0.name, contents: $0.contents) }
  }

  /// A torch archive of one pickle and its storages.
  ///
  /// - Parameters:
  ///   - pickle: The pickle.
  ///   - storages: The storages, by their position.
  /// - Returns: The archive.
  static func torch(_ pickle: Data, storages: [Data] = []) -> ZipBuilder {
    var builder = ZipBuilder(("archive/data.pkl", pickle))
    for (index, bytes) in storages.enumerated() {
      builder.entries.append(Entry(name: "archive/data/\(index)", contents: bytes))
    }
    return builder
  }

  /// The archive.
  var file: Data {
    var out = Data()
    var directory = Data()
    for entry in entries {
      out += entry.gap
      let offset = out.count + entry.offsetError
      out += Self.local(entry)
      directory += Self.central(entry, offset: offset)
    }
    out += gapBeforeDirectory
    let (start, size) = (out.count, directory.count)
    out += directory + wideRecords(entries.count, size, start)
    let end = statedEnd ?? [entries.count, size, start]
    out += Self.bytes(0x0605_4B50, 4) + Self.bytes(0, 4)
    out += Self.bytes(end[0], 2) + Self.bytes(end[0], 2) + Self.bytes(end[1], 4)
    out += Self.bytes(end[2], 4) + Self.bytes(comment.count, 2) + comment
    return out
  }

  private static func local(_ entry: Entry) -> Data {
    let checksum = entry.localChecksum ?? entry.checksum ?? crc32(of: entry.contents)
    let name = Data((entry.localName ?? entry.name).utf8)
    var out = bytes(0x0403_4B50, 4) + bytes(20, 2) + bytes(entry.localFlags ?? entry.flags, 2)
    out += bytes(entry.localMethod ?? entry.method, 2) + bytes(0, 4) + bytes(Int(checksum), 4)
    out += bytes(entry.localSize ?? entry.contents.count, 4)
    out += bytes(entry.localSize ?? entry.size ?? entry.contents.count, 4)
    out += bytes(name.count, 2) + bytes(entry.localExtra.count, 2) + name + entry.localExtra
    return out + entry.contents + entry.descriptor
  }

  private static func central(_ entry: Entry, offset: Int) -> Data {
    let name = Data(entry.name.utf8)
    var out = bytes(0x0201_4B50, 4) + bytes(entry.madeBy, 2) + bytes(20, 2)
    out += bytes(entry.flags, 2) + bytes(entry.method, 2) + bytes(0, 4)
    out += bytes(Int(entry.checksum ?? crc32(of: entry.contents)), 4)
    out += bytes(entry.contents.count, 4) + bytes(entry.size ?? entry.contents.count, 4)
    out += bytes(name.count, 2) + bytes(entry.extra.count, 2) + bytes(0, 2) + bytes(0, 2)
    out += bytes(0, 2) + bytes(entry.attributes, 4) + bytes(offset, 4)
    return out + name + entry.extra
  }

  /// A number, lowest byte first.
  static func bytes(_ value: Int, _ width: Int) -> Data {
    Data((0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
  }
}
