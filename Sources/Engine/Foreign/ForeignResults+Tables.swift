internal import Foundation

extension ForeignResults {
  /// The names of the columns that are read.
  private static let columns = (feature: "feature", label: "label")

  /// What lines of JSON of this program call a feature that was read.
  private static let readStatus = "read"

  // MARK: - TSV and CSV

  /// The rows of a table with a header; other columns than `feature` and `label` mean nothing here.
  static func table(
    _ lines: [String], separator: Character, path: String
  ) throws(ForeignError) -> [Row] {
    let header = try fields(lines.first ?? "", line: 1, separator: separator, path: path)
    func place(_ name: String) throws(ForeignError) -> Int {
      guard let place = header.firstIndex(of: name) else {
        throw ForeignError(path: path, reason: .missingColumn(name, found: header))
      }
      return place
    }
    let (feature, label) = (try place(columns.feature), try place(columns.label))
    var rows: [Row] = []
    for (index, text) in lines.enumerated().dropFirst() {
      let line = index + 1
      let fields = try fields(text, line: line, separator: separator, path: path)
      guard fields.count == header.count else {
        throw ForeignError(
          path: path,
          reason: .wrongFieldCount(line: line, found: fields.count, expected: header.count))
      }
      rows.append(
        Row(
          feature: try number(fields[feature], line: line, path: path), label: fields[label],
          line: line))
    }
    return rows
  }

  /// The fields of a line; quotes mean something between commas alone.
  private static func fields(
    _ text: String, line: Int, separator: Character, path: String
  ) throws(ForeignError) -> [String] {
    guard separator == "," else {
      return text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
    var fields: [String] = []
    var rest = text.unicodeScalars[...]
    while true {
      if rest.first == "\"" {
        fields.append(try quoted(&rest, line: line, path: path))
      } else {
        let field = rest.prefix { $0 != "," }
        rest = rest[field.endIndex...]
        fields.append(String(field))
      }
      guard let next = rest.popFirst() else { return fields }
      guard next == "," else {
        throw ForeignError(path: path, reason: .textAfterQuote(line: line))
      }
    }
  }

  /// A field in quotes, in which two quotes stand for one; it ends within its line.
  private static func quoted(
    _ rest: inout Substring.UnicodeScalarView, line: Int, path: String
  ) throws(ForeignError) -> String {
    var field = String.UnicodeScalarView()
    rest.removeFirst()
    while let scalar = rest.popFirst() {
      if scalar != "\"" {
        field.append(scalar)
      } else if rest.first == "\"" {
        field.append(scalar)
        rest.removeFirst()
      } else {
        return String(field)
      }
    }
    throw ForeignError(path: path, reason: .unclosedQuote(line: line))
  }

  /// A number of a feature: digits alone.
  static func number(_ text: String, line: Int, path: String) throws(ForeignError) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(text), number < Int(Int32.max)
    else { throw ForeignError(path: path, reason: .badFeature(line: line, found: text)) }
    return number
  }

  // MARK: - Lines of JSON

  /// The rows of objects with `feature`, and `label` or an array `top` whose first object has one.
  ///
  /// Those of this program's own results that were not read have neither, and are no rows.
  static func objects(_ lines: [String], path: String) throws(ForeignError) -> [Row] {
    var rows: [Row] = []
    for (index, text) in lines.enumerated() {
      let line = index + 1
      func fail(_ what: String) -> ForeignError {
        ForeignError(path: path, reason: .malformedLine(line: line, what: what))
      }
      let value: JSONValue
      do {
        value = try JSONValue(parsing: Data(text.utf8))
      } catch {
        throw fail("\(error)")
      }
      guard let feature = value[columns.feature]?.integer, (0..<Int(Int32.max)).contains(feature)
      else { throw fail("found no feature, expected a whole number from 0 on") }
      let label = value[columns.label]?.string ?? value["top"]?.array?.first?["label"]?.string
      if let label {
        rows.append(Row(feature: feature, label: label, line: line))
      } else if value["status"]?.string.map({ $0 == readStatus }) ?? true {
        throw fail("found no label, expected a string \"label\", or one in the first of \"top\"")
      }
    }
    return rows
  }
}
