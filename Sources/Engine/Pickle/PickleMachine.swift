internal import Foundation

/// Interprets a pickle into inert values.
///
/// Protocols 0 to 5 as far as tensors and configurations need them: an operation outside of the
/// list is refused, and there is no other way to read a pickle. Lengths are compared with the
/// bytes that are left before anything is taken; the arena is flat, so that neither reading nor
/// discarding it recurses. <https://github.com/python/cpython/blob/3.13/Lib/pickletools.py>
struct PickleMachine {
  /// The most values, entries of the stack and entries of the memo of one pickle.
  static let sizeLimit = 1 << 22

  var pickle = Pickle()
  var stack: [Int] = []
  /// The sizes of the stack at which marks stand.
  var marks: [Int] = []
  var memo: [Int: Int] = [:]
  private let bytes: Data
  let sizeLimit: Int
  private(set) var position: Int
  /// Where the operation at hand starts.
  private(set) var operationStart = 0
  /// How much was copied from one value to another.
  private var copiedCount = 0

  private init(_ bytes: Data, sizeLimit: Int) {
    self.bytes = bytes
    self.sizeLimit = sizeLimit
    position = bytes.startIndex
  }

  /// Reads one pickle from the start of bytes.
  ///
  /// - Parameters:
  ///   - bytes: The pickle, and what follows it.
  ///   - isAlone: Whether nothing may follow it.
  ///   - sizeLimit: The most values, and entries of the stack and of the memo.
  /// - Returns: The values; strings of bytes in it are slices.
  /// - Throws: `PickleError` if it is not well-formed, has an operation that is not known, calls
  ///   or names something that no tensor needs, or is too large.
  static func read(
    _ bytes: Data, isAlone: Bool, sizeLimit: Int = sizeLimit
  ) throws(PickleError) -> Pickle {
    var machine = PickleMachine(bytes, sizeLimit: sizeLimit)
    while true {
      machine.operationStart = machine.position - bytes.startIndex
      let code = try machine.byte("an operation")
      if code == UInt8(ascii: ".") { break }
      try machine.perform(code)
      guard machine.stack.count <= sizeLimit, machine.memo.count <= sizeLimit else {
        throw machine.fail(.tooMany("entries of the stack or memo", limit: sizeLimit))
      }
    }
    machine.pickle.root = try machine.pop()
    guard machine.stack.isEmpty, machine.marks.isEmpty else {
      throw machine.fail(.wrongOperand("values are left on the stack"))
    }
    machine.pickle.end = machine.position - bytes.startIndex
    guard !isAlone || machine.position == bytes.endIndex else {
      throw PickleError(
        .trailingBytes(bytes.endIndex - machine.position), at: machine.pickle.end)
    }
    return machine.pickle
  }

  func fail(_ reason: PickleError.Reason) -> PickleError {
    PickleError(reason, at: operationStart)
  }
}

// MARK: - Bytes

extension PickleMachine {
  mutating func byte(_ operation: String) throws(PickleError) -> UInt8 {
    guard position < bytes.endIndex else { throw fail(.truncated(operation: operation)) }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: UInt64) throws(PickleError) -> Data {
    let remaining = bytes.endIndex - position
    guard let length = Int(exactly: count), length <= remaining else {
      throw fail(.lengthPastEnd(count, remaining: remaining))
    }
    defer { position += length }
    return bytes[position..<(position + length)]
  }

  /// Goes back to bytes that were only looked at.
  mutating func rewind(to earlier: Int) {
    position = earlier
  }

  /// A number, lowest byte first.
  mutating func number(_ width: UInt64) throws(PickleError) -> UInt64 {
    guard bytes.endIndex - position >= Int(width) else {
      throw fail(.truncated(operation: "a number"))
    }
    return try take(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The text up to a line feed, which is taken too.
  mutating func line() throws(PickleError) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw fail(.truncated(operation: "a line"))
    }
    defer { position = end + 1 }
    return try text(bytes[position..<end])
  }

  func text(_ bytes: Data) throws(PickleError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw fail(.wrongOperand("text that is not UTF-8"))
    }
    return text
  }
}

// MARK: - Stack and arena

extension PickleMachine {
  /// Adds a value to the arena, and to the stack.
  mutating func push(_ node: PickleNode) throws(PickleError) {
    stack.append(try add(node))
  }

  mutating func add(_ node: PickleNode) throws(PickleError) -> Int {
    guard pickle.nodes.count < sizeLimit else {
      throw fail(.tooMany("values", limit: sizeLimit))
    }
    pickle.nodes.append(node)
    return pickle.nodes.count - 1
  }

  /// Takes the top of the stack, which must not lie below a mark.
  mutating func pop() throws(PickleError) -> Int {
    guard stack.count > (marks.last ?? 0), let top = stack.popLast() else {
      throw fail(.emptyStack)
    }
    return top
  }

  func top() throws(PickleError) -> Int {
    guard stack.count > (marks.last ?? 0), let top = stack.last else { throw fail(.emptyStack) }
    return top
  }

  /// Takes everything above the last mark, and the mark.
  mutating func popToMark() throws(PickleError) -> [Int] {
    guard let mark = marks.popLast() else { throw fail(.noMark) }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  mutating func store(_ index: Int) throws(PickleError) {
    memo[index] = try top()
  }

  mutating func recall(_ index: Int) throws(PickleError) {
    guard let value = memo[index] else { throw fail(.missingMemo(index)) }
    stack.append(value)
  }

  /// Counts what is copied from one value to another, so that a short pickle cannot multiply a
  /// long list.
  mutating func count(copied count: Int) throws(PickleError) {
    copiedCount += count
    // No pickle that is copied from once is longer than itself.
    let limit = max(sizeLimit, bytes.count)
    guard copiedCount <= limit else {
      throw fail(.tooMany("copies of values", limit: limit))
    }
  }

  /// Changes a value in place; its parts are not copied.
  mutating func change(_ id: Int, _ body: (inout PickleNode) -> Bool) throws(PickleError) {
    var node = PickleNode.none
    swap(&node, &pickle.nodes[id])
    defer { swap(&node, &pickle.nodes[id]) }
    guard body(&node) else { throw fail(.wrongOperand("a value that holds no others")) }
  }
}
