internal import Engine

/// A value of `verdict.json` or `run.json` that remembers where it stands.
///
/// Every number of these files is put on the page as a `data` element that holds it unrounded, with the file and the JSON
/// Pointer (RFC 6901) to it, so that a reader can cite it and a test can compare it.
struct Cited: Sendable {
  let value: JSONValue
  /// The run, from 0, and the file, such as `0:verdict.json`.
  let file: String
  /// The JSON Pointer to the value.
  let pointer: String

  /// Starts at the root of a file.
  init(_ value: JSONValue, file: String) {
    self.init(value, file: file, pointer: "")
  }

  private init(_ value: JSONValue, file: String, pointer: String) {
    (self.value, self.file, self.pointer) = (value, file, pointer)
  }

  /// A member of an object; nil if there is none of that name, or it is null.
  subscript(name: String) -> Cited? {
    guard let member = value[name], member != .null else { return nil }
    let token = name.replacing("~", with: "~0").replacing("/", with: "~1")
    return Cited(member, file: file, pointer: pointer + "/" + token)
  }

  /// A member of members.
  subscript(names: String...) -> Cited? {
    var found: Cited? = self
    for name in names { found = found?[name] }
    return found
  }

  /// The elements of an array; none of anything else.
  var elements: [Cited] {
    (value.array ?? []).enumerated().map {
      Cited($1, file: file, pointer: pointer + "/\($0)")
    }
  }

  /// The first element whose member has a value.
  func element(where name: String, is text: String) -> Cited? {
    elements.first { $0.value[name]?.string == text }
  }

  /// The number, if it is one and finite.
  var double: Double? { value.double.flatMap { $0.isFinite ? $0 : nil } }
  var string: String? { value.string }

  /// The number, rounded, with what it is and where it stands.
  ///
  /// - Parameter format: How it is shown.
  /// - Returns: A `data` element; a dash if it is no number.
  func markup(_ format: (Double) -> String) -> Markup {
    guard let number = double else { return .text("–") }
    return .element(
      "data",
      ["value": value.serialized(), "data-of": "\(file)#\(pointer)"], [.text(format(number))])
  }

  /// What the number leaves of 1, such as the share beyond chance of the share that is not, in the same way.
  func complement(_ format: (Double) -> String) -> Markup {
    guard let number = double else { return .text("–") }
    return .element(
      "data",
      ["value": "\(1 - number)", "data-of": "\(file)#\(pointer)", "data-as": "complement"],
      [.text(format(1 - number))])
  }

  /// The number as a cell of a table.
  func cell(_ format: (Double) -> String) -> DataTable.Cell {
    DataTable.Cell(markup(format), key: double)
  }
}

extension DataTable.Cell {
  /// A share as per cent; a dash if there is none.
  static func percent(_ share: Cited?) -> DataTable.Cell {
    share?.cell(NumberText.percent) ?? .text("–")
  }

  /// What a share leaves of 1, as per cent; a dash if there is none.
  static func complement(_ share: Cited?) -> DataTable.Cell {
    guard let share, let number = share.double else { return .text("–") }
    return DataTable.Cell(share.complement(NumberText.percent), key: 1 - number)
  }
}

/// An estimate and the ends of its interval.
struct CitedInterval: Sendable {
  let estimate: Cited
  let lower: Cited
  let upper: Cited?

  /// - Parameter cited: An object with `estimate`, `lower` and `upper`, which may be null.
  init?(_ cited: Cited?) {
    guard let estimate = cited?["estimate"], let lower = cited?["lower"], estimate.double != nil
    else { return nil }
    (self.estimate, self.lower, upper) = (estimate, lower, cited?["upper"])
  }

  /// The estimate.
  var value: Double { estimate.double ?? .nan }

  /// The interval; up to the estimate where its end is not known.
  var range: ClosedRange<Double> {
    let low = min(lower.double ?? value, value)
    return low...max(upper?.double ?? value, value)
  }

  /// The estimate with its interval in parentheses.
  func markup(_ format: (Double) -> String) -> Markup {
    estimate.markup(format) + .text(" ") + interval(format)
  }

  /// The interval alone, in parentheses.
  func interval(_ format: (Double) -> String) -> Markup {
    .element(
      "span", ["class": "interval"],
      [
        .text("("), lower.markup(format), .text(" to "), upper?.markup(format) ?? .text("?"),
        .text(")"),
      ])
  }
}
