import Engine
import Foundation

/// Lines of a name and a value, values under each other.
struct FactList {
  private let facts: [(name: String, value: String)]

  /// The columns that values have at least, however narrow the terminal is.
  private static let leastRoom = 20

  /// Makes a list.
  ///
  /// - Parameter facts: Names and printable values.
  init(_ facts: [(name: String, value: String)]) {
    self.facts = facts
  }

  /// The lines; long values go on in the next line and are never cut, since they say what matters.
  func lines(_ style: OutputStyle) -> [String] {
    guard !style.isPlain else { return facts.map { "\($0.name)\t\($0.value)" } }
    let width = facts.map(\.name.displayWidth).max() ?? 0
    let room = style.width.map { max(Self.leastRoom, $0 - width - 2) }
    return facts.flatMap { fact in
      let padding = String(repeating: " ", count: width - fact.name.displayWidth + 2)
      let values = room.map { fact.value.wrapped(toWidth: $0) } ?? [fact.value]
      let indent = String(repeating: " ", count: width + 2)
      return [style.emphasized(fact.name) + padding + values[0]]
        + values.dropFirst().map { indent + $0 }
    }
  }
}

extension JSONValue {
  /// The value as the cell of a table: texts without quotes, lists with commas.
  var cell: String {
    switch self {
    case .string(let text): text.printable()
    case .array(let values): values.map(\.cell).joined(separator: ", ")
    case .null: "none"
    case .number(let value): Number.short(value)
    default: serialized()
    }
  }
}

/// Numbers for tables.
enum Number {
  /// A number with six significant digits, or all digits of a whole one.
  static func short(_ value: Double, isWhole: Bool = false) -> String {
    isWhole ? String(format: "%.0f", value) : String(format: "%.6g", value)
  }

  /// A number with so many significant digits.
  static func significant(_ value: Double, digits: Int = 4) -> String {
    value.isNaN ? "-" : String(format: "%.\(digits)g", value)
  }

  /// A cosine or a similar number, with a sign and four decimals.
  static func cosine(_ value: Float) -> String {
    value.isNaN ? "-" : String(format: "%.4f", Double(value))
  }

  /// A share as percent, with two digits where it is less than ten.
  static func percent(_ value: Float) -> String {
    if value.isNaN { return "-" }
    if value < 0.0001 { return value == 0 ? "0%" : "<0.01%" }
    return String(format: value >= 0.0995 ? "%.0f%%" : "%.2g%%", 100 * Double(value))
  }
}
