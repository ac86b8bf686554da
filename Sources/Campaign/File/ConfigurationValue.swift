internal import Engine
internal import TOMLKit

/// A value of a configuration, however it is written: TOML by a user, JSON by this program.
enum ConfigurationValue: Sendable, Equatable {
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  /// A date, a time or both, for which no option has a use.
  case moment
  /// Nothing, which JSON can say.
  case none
  case array([ConfigurationValue])
  case table([String: ConfigurationValue])
}

extension ConfigurationValue {
  /// What messages call a value of this type.
  var typeName: String {
    switch self {
    case .string: "a string"
    case .integer: "an integer"
    case .number: "a number with a fraction"
    case .bool: "true or false"
    case .moment: "a date or time"
    case .none: "null"
    case .array: "a list"
    case .table: "a table"
    }
  }
}

extension ConfigurationValue {
  /// Reads a TOML file.
  ///
  /// - Parameter path: A file in UTF-8; a byte order mark and CR LF do no harm.
  /// - Throws: `TextError` if it cannot be read, `CampaignError` with the line if it is not TOML.
  init(tomlFile path: String) throws {
    func fail(_ line: Int, column: Int? = nil, _ what: String) -> CampaignError {
      CampaignError(place: path, reason: .notTOML(line: line, column: column, what: what))
    }
    let lines: [String]
    do {
      lines = try TextLines(contentsOf: path).lines
    } catch {
      switch error.reason {
      case .invalidUTF8(let line): throw fail(line, "found bytes that are not UTF-8")
      case .loneCarriageReturn(let line):
        throw fail(line, "found a carriage return without line feed")
      case .nul(let line): throw fail(line, "found a NUL character")
      default: throw error
      }
    }
    // The parser hands texts over as C strings, which would end there.
    for (index, line) in lines.enumerated()
    where ["\\u0000", "\\U00000000"].contains(where: { line.contains($0) }) {
      throw fail(index + 1, "found an escaped NUL character")
    }
    do {
      self = Self.table(of: try TOMLTable(string: lines.joined(separator: "\n") + "\n"))
    } catch let error as TOMLParseError {
      throw fail(
        error.source.begin.line, column: error.source.begin.column,
        Self.plain(error.description))
    }
  }

  /// What the parser says, without saying that it is an error.
  private static func plain(_ description: String) -> String {
    let start = "Error while "
    return description.hasPrefix(start) ? String(description.dropFirst(start.count)) : description
  }

  /// The values of a table; the document is read through, for its tables end with it.
  private static func table(of table: TOMLTable) -> ConfigurationValue {
    var values: [String: ConfigurationValue] = [:]
    for key in table.keys {
      if let value = table[key] { values[key] = ConfigurationValue(value) }
    }
    return .table(values)
  }

  private init(_ value: any TOMLValueConvertible) {
    self =
      switch value.type {
      case .string: value.string.map { .string($0) } ?? .none
      case .int: value.int.map { .integer($0) } ?? .none
      case .double: value.double.map { .number($0) } ?? .none
      case .bool: value.bool.map { .bool($0) } ?? .none
      case .date, .time, .dateTime: .moment
      case .array:
        value.array.map { array in .array(array.map { ConfigurationValue($0) }) } ?? .none
      case .table: value.table.map { Self.table(of: $0) } ?? .none
      }
  }
}

extension ConfigurationValue {
  /// A value of a JSON file.
  init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .number(value)
    case .string(let value): self = .string(value)
    case .array(let values): self = .array(values.map { ConfigurationValue($0) })
    case .object(let object):
      self = .table(
        Dictionary(object.names.map { ($0, ConfigurationValue(object[$0] ?? .null)) }) { $1 })
    }
  }
}
