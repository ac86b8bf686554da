internal import Foundation

/// A value that a pickle describes, as inert data: nothing is imported, made or called.
///
/// Values refer to others by their index in the arena of a `Pickle`.
enum PickleNode {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number beyond 64 bits: two's complement, lowest byte first.
  case wideInteger(Data)
  case number(Double)
  case string(String)
  case bytes(Data)
  case tuple([Int])
  case list([Int])
  case set([Int])
  /// Keys and values in turn.
  case mapping(PickleObject)
  /// A name in a module.
  case global(String)
  /// Something kept outside of the pickle, under the identifier given.
  case persistent(Int)
  /// The result of a call of `head` with `arguments`.
  case call(PickleObject)
  /// An object of the class `head`.
  case object(PickleObject)
}

/// What a pickle says of an object, a call or a mapping.
struct PickleObject {
  /// The class or what is called, or nil of a plain mapping.
  var head: Int?
  /// The arguments, or nil of a plain mapping.
  var arguments: Int?
  /// The items that were set, keys and values in turn.
  var items: [Int] = []
  /// The elements that were appended.
  var elements: [Int] = []
  /// What was given to build it, or nil.
  var state: Int?
}

/// A pickle that was read.
struct Pickle {
  /// The values, of which later ones may refer to earlier ones and the other way round.
  var nodes: [PickleNode] = []

  /// The value of the pickle.
  var root = 0

  /// Where the pickle ends, in bytes from where it started.
  var end = 0

  /// The name that a value stands for, such as `torch.float32`, or nil.
  func globalName(_ id: Int?) -> String? {
    guard let id, case .global(let name) = nodes[id] else { return nil }
    return name
  }

  /// The string that a value is, or nil.
  func string(_ id: Int) -> String? {
    if case .string(let value) = nodes[id] { value } else { nil }
  }

  /// The integer that a value is, or nil.
  func integer(_ id: Int) -> Int? {
    if case .integer(let value) = nodes[id] { value } else { nil }
  }

  /// The elements of a tuple or a list, or nil.
  func sequence(_ id: Int) -> [Int]? {
    switch nodes[id] {
    case .tuple(let elements), .list(let elements): elements
    default: nil
    }
  }

  /// The bytes that a value is, or nil.
  func bytes(_ id: Int) -> Data? {
    if case .bytes(let bytes) = nodes[id] { bytes } else { nil }
  }
}

extension String {
  /// The text in Latin-1, or nil if it has other scalars.
  var latin1: Data? {
    var bytes = Data(capacity: utf8.count)
    for scalar in unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}
