/// The members of a configuration, checked for their types as they are read.
///
/// A dotted name leads into objects. A member that is null counts as not there.
struct ConfigurationFields {
  /// The file, for messages.
  let path: String

  /// The objects that are searched, the first first.
  let objects: [JSONObject]

  /// What stands before every name in the file, such as `cfg.`; for messages.
  var prefix = ""

  /// A member, or nil if there is none or it is null.
  func value(_ name: String) -> JSONValue? {
    for object in objects {
      if let value = Self.member(name, of: object) { return value }
    }
    return nil
  }

  private static func member(_ name: String, of object: JSONObject) -> JSONValue? {
    // Of a type that nil stands for too, so the case is named.
    if let value = object[name] { return value == .null ? Optional.none : value }
    guard let dot = name.firstIndex(of: "."), let inner = object[String(name[..<dot])]?.object
    else {
      return nil
    }
    return member(String(name[name.index(after: dot)...]), of: inner)
  }

  func string(_ name: String) throws(CheckpointError) -> String? {
    guard let value = value(name) else { return nil }
    guard let string = value.string else { throw wrong(name, value, "a string") }
    return string
  }

  func bool(_ name: String) throws(CheckpointError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard let bool = value.bool else { throw wrong(name, value, "true or false") }
    return bool
  }

  func integer(_ name: String) throws(CheckpointError) -> Int? {
    guard let value = value(name) else { return nil }
    guard let integer = value.integer else { throw wrong(name, value, "a whole number") }
    return integer
  }

  func number(_ name: String) throws(CheckpointError) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.double else { throw wrong(name, value, "a number") }
    return number
  }

  /// A size that must be there.
  func size(_ name: String) throws(CheckpointError) -> Int {
    guard let size = try sizeIfStated(name) else {
      throw CheckpointError(path: path, reason: .missingField(prefix + name))
    }
    return size
  }

  /// A size above 0, if it is there; a number such as 5.0 counts as 5.
  func sizeIfStated(_ name: String) throws(CheckpointError) -> Int? {
    guard let value = value(name) else { return nil }
    let size = value.integer ?? value.double.flatMap { Int(exactly: $0) }
    guard let size, size > 0 else { throw wrong(name, value, "a size above 0") }
    return size
  }

  private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> CheckpointError {
    CheckpointError(
      path: path,
      reason: .wrongField(prefix + name, found: value.serialized(), expected: expected))
  }
}
