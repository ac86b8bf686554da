internal import Engine
internal import Foundation

/// One table of comma-separated values, a record for each feature.
///
/// As RFC 4180 has it: records end in CRLF, fields with commas, quotes or line breaks are quoted, and quotes
/// in them doubled; UTF-8 without a byte order mark. A field without a value is empty, and an empty text is `""`. Numbers
/// have as few digits as tell them from their neighbours in `Float`; infinities are `inf` and `-inf`.
struct CSVExport {
  let source: ExportSource
  let escapesFormulas: Bool
  private let columns: [FlatColumn]

  /// The labels as fields, by id.
  private let labelFields: [[UInt8]]

  init(_ source: ExportSource, escapesFormulas: Bool) throws {
    self.source = source
    self.escapesFormulas = escapesFormulas
    labelFields = source.run.labels.map { CSVField.bytes($0, escapesFormulas: escapesFormulas) }
    var columns = try source.featureColumns()
    for end in LabelEnd.allCases {
      for index in 0..<source.run.topCount {
        columns += try source.labelColumns(end, index: index, prefix: "\(end)_\(index + 1)_")
      }
    }
    self.columns = columns + source.flatVerdictColumns()
  }

  /// Writes the header and the records.
  func write(_ write: (Data) throws -> Void, progress: (Int) -> Void) throws {
    let names = columns.map { CSVField.bytes($0.name, escapesFormulas: false) }
    try write(Data(names.joined(separator: [UInt8(ascii: ",")]) + Self.recordEnd))
    try source.forEachBlock(progress: progress) { rows in
      try write(Data(records(rows)))
    }
  }

  private static let recordEnd = Array("\r\n".utf8)

  private func records(_ rows: Range<Int>) -> [UInt8] {
    let cells = columns.map { $0.values(rows) }
    let gaps = columns.map(\.hasGaps)
    var text: [UInt8] = []
    text.reserveCapacity(rows.count * columns.count * 12)
    for row in 0..<rows.count {
      for index in cells.indices {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        append(cells[index], row, hasGaps: gaps[index], to: &text)
      }
      text += Self.recordEnd
    }
    return text
  }

  private func append(_ values: FlatValues, _ row: Int, hasGaps: Bool, to text: inout [UInt8]) {
    switch values {
    case .integers(let integers):
      if !hasGaps || integers[row] != -1 { text += integers[row].description.utf8 }
    case .numbers(let numbers):
      if !numbers[row].isNaN { text += numbers[row].description.utf8 }
    case .labels(let ids):
      if ids[row] >= 0 { text += labelFields[ids[row]] }
    case .words(let words): text += CSVField.bytes(words[row], escapesFormulas: escapesFormulas)
    }
  }
}

extension CSVExport {
  /// What describes the table, as "Model for Tabular Data and Metadata on the Web" has it (W3C 2015), with
  /// the provenance among its notes.
  ///
  /// - Parameters:
  ///   - path: The table.
  ///   - provenance: Where the numbers come from.
  /// - Returns: The description.
  func metadata(of path: String, provenance: JSONObject) -> JSONObject {
    let described = columns.map { column -> JSONValue in
      let type: JSONValue =
        switch column.kind {
        case .integer, .long: "integer"
        case .number: "float"
        case .text: "string"
        }
      return [
        "name": .string(column.name), "titles": .string(column.name), "datatype": type,
        "required": .bool(!column.hasGaps),
      ]
    }
    return [
      "@context": "http://www.w3.org/ns/csvw",
      "url": .string(URL(filePath: path).lastPathComponent),
      "dialect": ["delimiter": ",", "doubleQuote": true, "encoding": "utf-8", "header": true],
      "tableSchema": ["columns": .array(described), "primaryKey": "feature_id"],
      "notes": [.object(provenance)],
    ]
  }
}
