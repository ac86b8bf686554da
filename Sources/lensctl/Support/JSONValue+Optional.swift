import Engine

extension JSONValue {
  /// A whole number, or null for none.
  static func orNull(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

  /// A number, or null for none and for what is not finite.
  static func orNull(_ value: Float?) -> JSONValue { value.map { JSONValue($0) } ?? .null }

  /// A number, or null for none and for what is not finite.
  static func orNull(_ value: Double?) -> JSONValue { value.map { JSONValue($0) } ?? .null }

  /// A text, or null for none.
  static func orNull(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

  /// A truth value, or null for none.
  static func orNull(_ value: Bool?) -> JSONValue { value.map { .bool($0) } ?? .null }
}
