/// A JSON value whose objects keep the order of their members and hold no name twice.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// A number without fraction and exponent that fits in `Int`.
  case integer(Int)
  /// Any other number.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

/// The members of a JSON object, in order.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The names, in the order of the file.
  public private(set) var names: [String] = []
  private var values: [String: JSONValue] = [:]

  /// Makes an object of the members given.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  /// The value of a member, or nil if there is none of that name.
  public subscript(name: String) -> JSONValue? {
    get { values[name] }
    set {
      let isNew = values.updateValue(newValue ?? .null, forKey: name) == nil
      if newValue == nil {
        values[name] = nil
        names.removeAll { $0 == name }
      } else if isNew {
        names.append(name)
      }
    }
  }

  /// The number of members.
  public var count: Int { names.count }
}

extension JSONValue {
  /// The members, if this is an object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// The elements, if this is an array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The string, if this is one.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The value, if this is true or false.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The integer, if this is one.
  public var integer: Int? { if case .integer(let value) = self { value } else { nil } }

  /// The value, if this is a number of either kind.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The member of that name, if this is an object that has it.
  public subscript(name: String) -> JSONValue? { object?[name] }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(nilLiteral: ()) { self = .null }
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object: JSONObject = [:]
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }

  /// A number, or null if it is not finite, which JSON cannot say.
  public init(_ value: Double) { self = value.isFinite ? .number(value) : .null }

  /// A number, or null if it is not finite; written with as few digits as tell it from its
  /// neighbours in `Float`.
  public init(_ value: Float) { self.init(Double("\(value)") ?? .nan) }
}
