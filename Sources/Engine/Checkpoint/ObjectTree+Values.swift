internal import Foundation

extension ObjectTree {
  /// The part of a path that a key of a mapping stands for.
  func keyName(_ id: Int, _ name: String) throws(CheckpointError) -> String {
    switch pickle.nodes[id] {
    case .string(let key), .global(let key): return key
    case .integer(let key): return String(key)
    case .bool(let key): return key ? "True" : "False"
    case .number(let key): return "\(key)"
    case .none: return "None"
    case .tuple(let parts):
      var names: [String] = []
      for part in parts {
        guard pickle.sequence(part) == nil else { break }
        names.append(try keyName(part, name))
      }
      guard names.count == parts.count else { fallthrough }
      return "(" + names.joined(separator: ", ") + ")"
    default: throw fail(name, "a key that is neither text nor number")
    }
  }

  /// The value if it is plain: nothing, a number, a text, a name, or a list of these.
  mutating func plainValue(
    _ id: Int, _ name: String, depth: Int
  ) throws(CheckpointError) -> JSONValue? {
    switch pickle.nodes[id] {
    case .none: return .null
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .wideInteger(let bytes):
      return .string("0x" + bytes.reversed().map { $0.twoDigits }.joined())
    case .number(let value): return .number(value)
    case .string(let value), .global(let value): return .string(value)
    case .bytes(let bytes):
      let digits = bytes.prefix(1024).map { $0.twoDigits }.joined()
      return .string(bytes.count > 1024 ? digits + "…" : digits)
    case .tuple(let elements), .list(let elements), .set(let elements):
      var values: [JSONValue] = []
      for element in elements {
        try enter(name, depth: depth + 1)
        guard let value = try plainValue(element, name, depth: depth + 1) else { return nil }
        values.append(value)
      }
      return .array(values)
    case .call(let call): return try plainResult(of: call, name, depth: depth)
    default: return nil
    }
  }

  /// The result of a call if it is plain: a device, a path, a range, a scalar of NumPy.
  private mutating func plainResult(
    of call: PickleObject, _ name: String, depth: Int
  ) throws(CheckpointError) -> JSONValue? {
    let function = pickle.globalName(call.head) ?? ""
    guard let tuple = call.arguments else { return nil }
    let arguments = pickle.sequence(tuple) ?? []
    if function.hasSuffix(".multiarray.scalar") {
      guard arguments.count == 2, let bytes = pickle.bytes(arguments[1]) else { return nil }
      return try numPyScalar(type: arguments[0], bytes, name)
    }
    if function == "numpy.dtype", let code = arguments.first.flatMap({ pickle.string($0) }) {
      return .string(code)
    }
    let isPlain =
      function.hasPrefix("pathlib.") || function.hasPrefix("builtins.")
      || function.hasPrefix("__builtin__.") || function == "torch.device"
    guard isPlain, case .array(let values) = try plainValue(tuple, name, depth: depth + 1) else {
      return nil
    }
    if function.hasPrefix("pathlib.") {
      return .string(values.map { $0.string ?? "" }.joined(separator: "/"))
    }
    if function == "torch.device" {
      let parts = values.map { $0.string ?? $0.integer.map { String($0) } ?? "" }
      return .string(parts.joined(separator: ":"))
    }
    return .array(values)
  }
}

extension UInt8 {
  /// The byte in hexadecimal.
  fileprivate var twoDigits: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}
