internal import Engine
internal import Foundation

/// Writes a table as a Parquet file, row group after row group.
///
/// Columns are flat; pages are of version 1, encoded as PLAIN and compressed with Zstandard. One column chunk at a time
/// is read and written, page by page, so no more than a page is held. Source: parquet.thrift and README.md of
/// apache/parquet-format 2.10.
struct ParquetWriter {
  /// `Encoding.PLAIN`.
  static let plainEncoding = 0
  /// `Encoding.RLE`, for levels.
  static let levelEncoding = 3
  /// `CompressionCodec.ZSTD`.
  private static let zstandard = 6
  /// `ConvertedType.UTF8`.
  private static let utf8 = 0

  /// The source rows of a row group, and of a page.
  struct Sizes {
    /// A multiple of what DuckDB and others read at once.
    var group = 122_880
    var page = 32_768

    /// The most bytes of texts in a page, but for one text that is longer.
    var textBytes = 1 << 20
  }

  private let columns: [FlatColumn]
  private let labels: [String]
  private let sizes: Sizes
  private let path: String
  private let write: (Data) throws -> Void
  private var offset = 0
  private var groups: [Group] = []

  private struct Chunk {
    var start = 0
    var size = 0
    var uncompressedSize = 0
    var rowCount = 0
    var gapCount = 0
  }

  private struct Group {
    let chunks: [Chunk]
    let rowCount: Int
  }

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - columns: The columns, each of which gives as many values as the others for any source rows.
  ///   - labels: The texts of labels, by id.
  ///   - sizes: The sizes of row groups and pages.
  ///   - path: The file, for messages.
  ///   - write: Receives the bytes of the file.
  /// - Throws: What `write` throws.
  init(
    _ columns: [FlatColumn], labels: [String], sizes: Sizes = Sizes(), path: String,
    write: @escaping (Data) throws -> Void
  ) throws {
    self.columns = columns
    self.labels = labels
    self.sizes = sizes
    self.path = path
    self.write = write
    try append(Self.magic)
  }

  private static let magic = Array("PAR1".utf8)

  private mutating func append(_ bytes: [UInt8]) throws {
    try write(Data(bytes))
    offset += bytes.count
  }

  /// Writes all rows.
  ///
  /// - Parameters:
  ///   - sourceCount: The source rows: features, or labels.
  ///   - progress: Receives the source rows done.
  /// - Throws: What writing throws, or `OutputError` if there is no memory.
  mutating func writeRows(of sourceCount: Int, progress: (Int) -> Void = { _ in }) throws {
    for start in stride(from: 0, to: sourceCount, by: sizes.group) {
      let range = start..<min(start + sizes.group, sourceCount)
      var chunks: [Chunk] = []
      for column in columns { chunks.append(try writeChunk(column, range)) }
      let rowCount = chunks.first?.rowCount ?? 0
      precondition(chunks.allSatisfy { $0.rowCount == rowCount }, "columns of different lengths")
      if rowCount > 0 { groups.append(Group(chunks: chunks, rowCount: rowCount)) }
      progress(range.upperBound)
    }
  }

  private mutating func writeChunk(_ column: FlatColumn, _ rows: Range<Int>) throws -> Chunk {
    var chunk = Chunk(start: offset)
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: sizes.page) {
      let values = column.values(start..<min(start + sizes.page, rows.upperBound))
      for part in parts(of: values) {
        guard
          let page = ParquetPage(
            part, kind: column.kind, hasGaps: column.hasGaps, labels: labels)
        else { throw OutputError(path: path, reason: .writing("no memory to compress it")) }
        try append(page.bytes)
        chunk.size += page.bytes.count
        chunk.uncompressedSize += page.uncompressedSize
        chunk.rowCount += page.rowCount
        chunk.gapCount += page.gapCount
      }
    }
    return chunk
  }

  /// Values cut so that the texts of a part are few enough; none if there are no values.
  private func parts(of values: FlatValues) -> [FlatValues] {
    guard case .labels(let ids) = values else { return values.count == 0 ? [] : [values] }
    var parts: [FlatValues] = []
    var (start, bytes) = (0, 0)
    for (index, id) in ids.enumerated() {
      let size = 4 + (id < 0 ? 0 : labels[id].utf8.count)
      if index > start, bytes + size > sizes.textBytes {
        parts.append(.labels(Array(ids[start..<index])))
        (start, bytes) = (index, 0)
      }
      bytes += size
    }
    if start < ids.count { parts.append(.labels(Array(ids[start...]))) }
    return parts
  }

  /// Writes the footer.
  ///
  /// - Parameter metadata: Names and values that readers give with the table.
  /// - Throws: What writing throws.
  mutating func finish(metadata: [(name: String, value: String)]) throws {
    let footer = footer(metadata)
    try append(footer)
    try append(little(footer.count, 4) + Self.magic)
  }
}

extension ParquetWriter {
  /// `FileMetaData`.
  private func footer(_ metadata: [(name: String, value: String)]) -> [UInt8] {
    var thrift = ThriftWriter()
    thrift.structure { file in
      file.field(1, int32: 1)
      file.field(2, list: [nil] + columns.map(Optional.some)) { element, column in
        Self.write(column, childCount: columns.count, to: &element)
      }
      file.field(3, int64: groups.reduce(0) { $0 + $1.rowCount })
      file.field(4, list: groups) { element, group in write(group, to: &element) }
      file.field(5, list: metadata) { element, entry in
        element.field(1, text: entry.name)
        element.field(2, text: entry.value)
      }
      file.field(6, text: "lensctl version \(Engine.version)")
    }
    return thrift.bytes
  }

  /// `SchemaElement`, of the root if there is no column.
  private static func write(_ column: FlatColumn?, childCount: Int, to element: inout ThriftWriter)
  {
    guard let column else {
      element.field(4, text: "schema")
      element.field(5, int32: childCount)
      return
    }
    element.field(1, int32: column.kind.parquetType)
    element.field(3, int32: column.hasGaps ? 1 : 0)  // OPTIONAL or REQUIRED
    element.field(4, text: column.name)
    guard column.kind == .text else { return }
    element.field(6, int32: utf8)
    element.field(10) { type in type.field(1) { _ in } }  // LogicalType.STRING
  }

  /// `RowGroup`.
  private func write(_ group: Group, to element: inout ThriftWriter) {
    element.field(1, list: Array(zip(columns, group.chunks))) { chunk, pair in
      chunk.field(2, int64: 0)  // where metadata stood in older files
      chunk.field(3) { data in Self.write(pair.1, of: pair.0, to: &data) }
    }
    element.field(2, int64: group.chunks.reduce(0) { $0 + $1.uncompressedSize })
    element.field(3, int64: group.rowCount)
    element.field(6, int64: group.chunks.reduce(0) { $0 + $1.size })
  }

  /// `ColumnMetaData`.
  private static func write(_ chunk: Chunk, of column: FlatColumn, to data: inout ThriftWriter) {
    data.field(1, int32: column.kind.parquetType)
    data.field(2, int32s: column.hasGaps ? [plainEncoding, levelEncoding] : [plainEncoding])
    data.field(3, texts: [column.name])
    data.field(4, int32: zstandard)
    data.field(5, int64: chunk.rowCount)
    data.field(6, int64: chunk.uncompressedSize)
    data.field(7, int64: chunk.size)
    data.field(9, int64: chunk.start)
    data.field(12) { statistics in statistics.field(3, int64: chunk.gapCount) }
  }
}

extension FlatColumn.Kind {
  /// `Type` of parquet.thrift: INT32, INT64, FLOAT or BYTE_ARRAY.
  fileprivate var parquetType: Int {
    switch self {
    case .integer: 1
    case .long: 2
    case .number: 4
    case .text: 6
    }
  }
}
