/// The members of one part of a configuration, with defaults for those that are not stated.
struct ConfigurationSection {
  private let members: JSONObject
  let path: String
  let prefix: String

  init(_ json: JSONValue, path: String, prefix: String = "") {
    members = json.object ?? [:]
    self.path = path
    self.prefix = prefix
  }

  /// The section `name`, or `name` with `_dict`, which replaces it entirely.
  ///
  /// transformers makes the older form into a whole configuration, defaults included, and then
  /// overlays it, so that nothing of the newer form is left.
  init(_ name: String, of json: JSONValue, path: String) throws(CheckpointError) {
    func object(_ name: String) throws(CheckpointError) -> JSONObject? {
      guard let value = json[name], value != .null else { return nil }
      guard let object = value.object else {
        throw CheckpointError(
          path: path,
          reason: .wrongField(name, found: value.serialized(), expected: "an object"))
      }
      return object
    }
    let newer = try object(name)
    members = try object(name + "_dict") ?? newer ?? [:]
    self.path = path
    prefix = name + "."
  }

  func fail(_ name: String, _ found: JSONValue, _ expected: String) -> CheckpointError {
    CheckpointError(
      path: path,
      reason: .wrongField(prefix + name, found: found.serialized(), expected: expected))
  }

  /// Makes a section of the object at a name of another, or an empty one.
  ///
  /// - Throws: `CheckpointError` if there is something else.
  func section(_ name: String) throws(CheckpointError) -> ConfigurationSection {
    guard let value = stated(name) else {
      return ConfigurationSection(.object([:]), path: path, prefix: prefix + name + ".")
    }
    guard value.object != nil else { throw fail(name, value, "an object") }
    return ConfigurationSection(value, path: path, prefix: prefix + name + ".")
  }

  /// The names of all members that are stated and not null.
  var names: [String] { members.names.filter { stated($0) != nil } }

  /// The value of a member that is there and not null.
  func stated(_ name: String) -> JSONValue? {
    guard let value = members[name], value != JSONValue.null else { return .none }
    return value
  }

  func integer(_ name: String, default value: Int) throws(CheckpointError) -> Int {
    guard let stated = stated(name) else { return value }
    guard let integer = stated.integer else { throw fail(name, stated, "a whole number") }
    return integer
  }

  func size(
    _ name: String, default value: Int, atLeast least: Int = 1
  ) throws(CheckpointError) -> Int {
    let size = try integer(name, default: value)
    guard (least...100_000_000).contains(size) else {
      throw fail(name, .integer(size), "a size from \(least) to 100000000")
    }
    return size
  }

  func positiveNumber(_ name: String, default value: Double) throws(CheckpointError) -> Double {
    guard let stated = stated(name) else { return value }
    guard let number = stated.double, number > 0 else {
      throw fail(name, stated, "a positive number")
    }
    return number
  }

  func string(_ name: String, default value: String) throws(CheckpointError) -> String {
    guard let stated = stated(name) else { return value }
    guard let string = stated.string else { throw fail(name, stated, "a string") }
    return string
  }

  func bool(_ name: String, default value: Bool) throws(CheckpointError) -> Bool {
    guard let stated = stated(name) else { return value }
    guard let bool = stated.bool else { throw fail(name, stated, "true or false") }
    return bool
  }

  /// An activation function by its name in transformers.
  func activation(
    _ name: String, default value: ActivationFunction
  ) throws -> ActivationFunction {
    let stated = try string(name, default: value.rawValue)
    guard let activation = ActivationFunction(rawValue: stated) else {
      throw ModelError(path: path, reason: .unknownActivation(stated))
    }
    return activation
  }
}
