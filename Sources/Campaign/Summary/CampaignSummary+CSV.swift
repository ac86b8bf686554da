internal import Engine
internal import Foundation

extension CampaignSummary {
  /// A column: its name, and the members on the way to its values in a row.
  private struct Column {
    let name: String
    let members: [String]

    /// A column of a member of a row, or of one of its members.
    init(_ members: String...) {
      name = members.last ?? ""
      self.members = members
    }

    private init(name: String, members: [String]) {
      self.name = name
      self.members = members
    }

    /// The columns of an estimate and of its interval.
    static func interval(_ name: String) -> [Column] {
      [
        Column(name: name, members: ["verdict", name, "estimate"]),
        Column(name: name + "_lower", members: ["verdict", name, "lower"]),
        Column(name: name + "_upper", members: ["verdict", name, "upper"]),
      ]
    }

    /// The value of a row, as the bytes of a field; nothing where there is none.
    func field(_ row: JSONValue) -> [UInt8] {
      let value = members.reduce(Optional(row)) { $0?[$1] }
      switch value {
      case nil, .null: return []
      case .string(let text): return CSVField.bytes(text, escapesFormulas: true)
      case .array(let names):
        let text = names.compactMap(\.string).joined(separator: "; ")
        return text.isEmpty ? [] : CSVField.bytes(text, escapesFormulas: true)
      case .some(let number): return Array(number.serialized().utf8)
      }
    }
  }

  private static let columns: [Column] =
    ["name", "sae", "variant", "labels", "path", "sae_path", "labels_path", "usable_labels"].map {
      Column($0)
    } + [
      Column("counts", "features"), Column("counts", "read"), Column("verdict", "verdicts"),
      Column("verdict", "alignment"),
    ] + Column.interval("beyond_rotated") + [Column("verdict", "found_rotated")]
    + Column.interval("beyond_random") + [Column("verdict", "found_random")]
    + Column.interval("right") + Column.interval("efficiency") + [
      Column("verdict", "effective_labels"), Column("verdict", "top_label"),
      Column("verdict", "top_label_share"),
    ] + Column.interval("minimum_cosine")

  /// The summary as RFC 4180 has tables: a header, and a record for each run.
  var csv: Data {
    let header = Self.columns.map { CSVField.bytes($0.name, escapesFormulas: false) }
    let records = rows.map { row in Self.columns.map { $0.field(row) } }
    let end = Array("\r\n".utf8)
    return Data(
      ([header] + records).flatMap { $0.joined(separator: [UInt8(ascii: ",")]) + end })
  }
}
