internal import Engine
internal import Foundation

/// One data page of a Parquet file: some values of a column, plainly encoded and compressed with Zstandard.
struct ParquetPage {
  /// The header and the compressed values.
  let bytes: [UInt8]

  /// The size of the header and of the values before compression.
  let uncompressedSize: Int

  /// The rows, those without a value among them.
  let rowCount: Int

  /// The rows without a value.
  let gapCount: Int

  /// Encodes a page; nil if there is no memory for it.
  ///
  /// - Parameters:
  ///   - values: The values; few enough that they take less than 2 GiB.
  ///   - kind: What they are.
  ///   - hasGaps: Whether the column may be without values, so that levels say where it is.
  ///   - labels: The texts of labels, by id.
  init?(_ values: FlatValues, kind: FlatColumn.Kind, hasGaps: Bool, labels: [String]) {
    let present = hasGaps ? Self.presence(values) : nil
    let content =
      (present.map { Self.levels($0) } ?? [])
      + Self.plain(values, kind: kind, skipsGaps: hasGaps, labels: labels)
    guard let compressed = zstandardFrame(content) else { return nil }
    rowCount = values.count
    gapCount = present?.count { !$0 } ?? 0
    let header = Self.header(
      rowCount: rowCount, size: content.count, compressedSize: compressed.count)
    bytes = header + compressed
    uncompressedSize = header.count + content.count
  }

  private static func presence(_ values: FlatValues) -> [Bool] {
    switch values {
    case .integers(let values), .labels(let values): values.map { $0 != -1 }
    case .numbers(let values): values.map { !$0.isNaN }
    case .words(let values): values.map { _ in true }
    }
  }

  /// Definition levels of one bit: 1 where there is a value.
  ///
  /// A run where all are the same, else bits packed by 8; with the size before them.
  private static func levels(_ present: [Bool]) -> [UInt8] {
    var encoded: [UInt8]
    if let first = present.first, present.allSatisfy({ $0 == first }) {
      encoded = unsignedVarint(UInt64(present.count) << 1) + [first ? 1 : 0]
    } else {
      let groupCount = (present.count + 7) / 8
      encoded = unsignedVarint(UInt64(groupCount) << 1 | 1)
      let start = encoded.count
      encoded += [UInt8](repeating: 0, count: groupCount)
      for (index, isPresent) in present.enumerated() where isPresent {
        encoded[start + index / 8] |= 1 << (index % 8)
      }
    }
    return little(encoded.count, 4) + encoded
  }

  /// The values alone, one after another: little-endian, texts with their size in 4 bytes before them.
  private static func plain(
    _ values: FlatValues, kind: FlatColumn.Kind, skipsGaps: Bool, labels: [String]
  ) -> [UInt8] {
    switch values {
    case .integers(let all):
      let values = skipsGaps ? all.filter { $0 != -1 } : all
      return Array(
        kind == .long
          ? littleEndianBytes(values.map { Int64($0) })
          : littleEndianBytes(values.map { Int32($0) }))
    case .numbers(let all):
      return Array(littleEndianBytes(skipsGaps ? all.filter { !$0.isNaN } : all))
    case .labels(let ids):
      return texts(ids.lazy.filter { $0 >= 0 }.map { labels[$0] })
    case .words(let words):
      return texts(words)
    }
  }

  private static func texts(_ texts: some Sequence<String>) -> [UInt8] {
    var bytes: [UInt8] = []
    for text in texts {
      bytes += little(text.utf8.count, 4)
      bytes += text.utf8
    }
    return bytes
  }

  /// `PageHeader` with a `DataPageHeader`.
  private static func header(rowCount: Int, size: Int, compressedSize: Int) -> [UInt8] {
    var thrift = ThriftWriter()
    thrift.structure { page in
      page.field(1, int32: 0)  // type: DATA_PAGE
      page.field(2, int32: size)
      page.field(3, int32: compressedSize)
      page.field(5) { data in
        data.field(1, int32: rowCount)
        data.field(2, int32: ParquetWriter.plainEncoding)
        data.field(3, int32: ParquetWriter.levelEncoding)
        data.field(4, int32: ParquetWriter.levelEncoding)
      }
    }
    return thrift.bytes
  }
}
