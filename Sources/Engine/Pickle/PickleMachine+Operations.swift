internal import Foundation

extension PickleMachine {
  /// Carries out one operation.
  ///
  /// - Parameter code: The operation.
  /// - Throws: `PickleError` if it is not known or cannot be carried out.
  mutating func perform(_ code: UInt8) throws(PickleError) {
    switch Character(Unicode.Scalar(code)) {
    case "(": marks.append(stack.count)
    case "0":
      // As in Python, a mark is taken off if nothing stands above it.
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case "1": _ = try popToMark()
    case "2": stack.append(try top())
    case "a":
      let element = try pop()
      try extend([element])
    case "e":
      let elements = try popToMark()
      try extend(elements)
    case "s":
      let value = try pop()
      let key = try pop()
      try setItems([key, value])
    case "u":
      let items = try popToMark()
      try setItems(items)
    case "b": try build()
    default: try performValue(code)
    }
    guard marks.count <= sizeLimit else {
      throw fail(.tooMany("marks", limit: sizeLimit))
    }
  }

  /// The operations that make collections, or look at the memo.
  private mutating func performValue(_ code: UInt8) throws(PickleError) {
    switch Character(Unicode.Scalar(code)) {
    case "t":
      let elements = try popToMark()
      try push(.tuple(elements))
    case ")": try push(.tuple([]))
    case "l":
      let elements = try popToMark()
      try push(.list(elements))
    case "]": try push(.list([]))
    case "}": try push(.mapping(PickleObject()))
    case "d":
      let items = try popToMark()
      try push(.mapping(PickleObject()))
      try setItems(items)
    case "g": try recall(try decimal(try line()))
    case "h": try recall(Int(try byte("a number")))
    case "j": try recall(Int(try number(4)))
    case "p": try store(try decimal(try line()))
    case "q": try store(Int(try byte("a number")))
    case "r": try store(Int(try number(4)))
    case "c":
      let (module, name) = (try line(), try line())
      try pushGlobal(module, name)
    case "i":
      let (module, name) = (try line(), try line())
      let arguments = try popToMark()
      try pushGlobal(module, name)
      try call(arguments)
    case "o":
      let parts = try popToMark()
      guard let head = parts.first else { throw fail(.emptyStack) }
      stack.append(head)
      try call(Array(parts.dropFirst()))
    case "R":
      let arguments = try popArguments()
      try call(arguments)
    case "Q":
      let identifier = try pop()
      try push(.persistent(identifier))
    default: try performPlain(code)
    }
  }

  /// The operations that make plain values.
  private mutating func performPlain(_ code: UInt8) throws(PickleError) {
    switch Character(Unicode.Scalar(code)) {
    case "N": try push(.none)
    case "I":
      let digits = try line()
      try push(digits == "00" ? .bool(false) : digits == "01" ? .bool(true) : whole(digits))
    case "J": try push(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
    case "K": try push(.integer(Int(try byte("a number"))))
    case "M": try push(.integer(Int(try number(2))))
    case "L":
      let digits = try line()
      try push(try whole(digits.hasSuffix("L") ? String(digits.dropLast()) : digits))
    case "F":
      let digits = try line()
      guard let value = Double(digits) else { throw fail(.wrongOperand("not a number")) }
      try push(.number(value))
    case "G":
      // The one number that is stored highest byte first.
      try push(.number(Double(bitPattern: try number(8).byteSwapped)))
    case "S": try push(.string(try quoted(try line())))
    case "V":
      let text = try line()
      guard !text.contains("\\") else { throw fail(.wrongOperand("text with escapes")) }
      try push(.string(text))
    case "T": try pushOldString(try number(4))
    case "U": try pushOldString(try number(1))
    case "X": try push(.string(try text(try take(try number(4)))))
    case "B": try push(.bytes(try take(try number(4))))
    case "C": try push(.bytes(try take(try number(1))))
    default: try performLater(code)
    }
  }

  /// The operations of protocols 2 to 5, from 0x80 on.
  private mutating func performLater(_ code: UInt8) throws(PickleError) {
    switch code {
    case 0x80:
      let version = Int(try byte("a protocol"))
      guard version <= 5 else { throw fail(.protocolVersion(version)) }
    case 0x81:
      let arguments = try popArguments()
      try construct(arguments)
    case 0x82: throw fail(.extensionCode(Int(try number(1))))
    case 0x83: throw fail(.extensionCode(Int(try number(2))))
    case 0x84: throw fail(.extensionCode(Int(try number(4))))
    case 0x85, 0x86, 0x87:
      var elements: [Int] = []
      for _ in 0x85...code { elements.append(try pop()) }
      try push(.tuple(elements.reversed()))
    case 0x88: try push(.bool(true))
    case 0x89: try push(.bool(false))
    case 0x8A: try pushWhole(try take(try number(1)))
    case 0x8B: try pushWhole(try take(try number(4)))
    case 0x8C: try push(.string(try text(try take(try number(1)))))
    case 0x8D: try push(.string(try text(try take(try number(8)))))
    case 0x8E, 0x96: try push(.bytes(try take(try number(8))))
    case 0x8F: try push(.set([]))
    case 0x90:
      let elements = try popToMark()
      try extend(elements)
    case 0x91:
      let elements = try popToMark()
      try push(.set(elements))
    case 0x92:
      // Named arguments make no difference to what is kept: the attributes come by BUILD.
      let named = try pop()
      guard case .mapping = pickle.nodes[named] else {
        throw fail(.wrongOperand("named arguments that are no mapping"))
      }
      let arguments = try popArguments()
      try construct(arguments)
    case 0x93:
      let (name, module) = (try pop(), try pop())
      guard let name = pickle.string(name), let module = pickle.string(module) else {
        throw fail(.wrongOperand("a global whose name is no text"))
      }
      try pushGlobal(module, name)
    case 0x94: try store(memo.count)
    case 0x95:
      let length = try number(8)
      let before = position
      _ = try take(length)
      rewind(to: before)
    default: throw fail(.unknownOperation(code))
    }
  }
}

// MARK: - Plain values

extension PickleMachine {
  private func decimal(_ text: String) throws(PickleError) -> Int {
    guard let value = Int(text), value >= 0 else { throw fail(.wrongOperand("not a number")) }
    return value
  }

  private func whole(_ digits: String) throws(PickleError) -> PickleNode {
    guard let value = Int(digits) else {
      throw fail(.wrongOperand("not a whole number of 64 bits"))
    }
    return .integer(value)
  }

  /// Two's complement, lowest byte first; no bytes stand for 0.
  private mutating func pushWhole(_ bytes: Data) throws(PickleError) {
    guard bytes.count <= 8 else { return try push(.wideInteger(bytes)) }
    let isNegative = (bytes.last ?? 0) & 0x80 != 0
    let value = bytes.reversed().reduce(isNegative ? -1 : 0) { $0 << 8 | Int($1) }
    try push(.integer(value))
  }

  /// A string of Python 2, which may be bytes.
  private mutating func pushOldString(_ count: UInt64) throws(PickleError) {
    let bytes = try take(count)
    try push(String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes))
  }

  private func quoted(_ text: String) throws(PickleError) -> String {
    let inner = text.dropFirst().dropLast()
    guard text.count >= 2, let quote = text.first, quote == "'" || quote == "\"",
      text.last == quote, !inner.contains(quote), !inner.contains("\\")
    else { throw fail(.wrongOperand("text that is not in plain quotes")) }
    return String(inner)
  }
}
