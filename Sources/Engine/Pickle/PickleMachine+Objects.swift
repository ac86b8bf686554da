internal import Foundation

// MARK: - Collections

extension PickleMachine {
  /// Appends to the list, set or object on top of the stack.
  mutating func extend(_ elements: [Int]) throws(PickleError) {
    try change(try top()) { node in
      switch node {
      case .list(var list):
        node = .none
        list += elements
        node = .list(list)
      case .set(var set):
        node = .none
        set += elements
        node = .set(set)
      case .object(var object):
        node = .none
        object.elements += elements
        node = .object(object)
      default: return false
      }
      return true
    }
  }

  /// Sets items of the mapping or object on top of the stack.
  mutating func setItems(_ items: [Int]) throws(PickleError) {
    guard items.count % 2 == 0 else { throw fail(.wrongOperand("a key without a value")) }
    try change(try top()) { node in
      switch node {
      case .mapping(var object):
        node = .none
        object.items += items
        node = .mapping(object)
      case .object(var object):
        node = .none
        object.items += items
        node = .object(object)
      default: return false
      }
      return true
    }
  }

  /// Gives the value below the top of the stack what it is built from.
  mutating func build() throws(PickleError) {
    let state = try pop()
    try change(try top()) { node in
      switch node {
      case .mapping(var object) where object.state == nil:
        object.state = state
        node = .mapping(object)
      case .object(var object) where object.state == nil:
        object.state = state
        node = .object(object)
      case .call(var object) where object.state == nil:
        object.state = state
        node = .call(object)
      default: return false
      }
      return true
    }
  }
}

// MARK: - Names, calls, objects

extension PickleMachine {
  /// Pushes a name in a module, if it may be mentioned.
  mutating func pushGlobal(_ module: String, _ name: String) throws(PickleError) {
    let whole = module + "." + name
    guard PickleGlobals.calls[whole] != nil || PickleGlobals.mayBeNamed(module, name) else {
      throw fail(.refusedGlobal(whole))
    }
    try push(.global(whole))
  }

  /// Takes the tuple of arguments from the stack.
  mutating func popArguments() throws(PickleError) -> [Int] {
    guard case .tuple(let arguments) = pickle.nodes[try pop()] else {
      throw fail(.wrongOperand("arguments that are no tuple"))
    }
    return arguments
  }

  /// Takes the name of what is called or constructed from the stack.
  private mutating func popHead() throws(PickleError) -> (id: Int, name: String) {
    let head = try pop()
    guard let name = pickle.globalName(head) else {
      throw fail(.wrongOperand("calls a value that is no name"))
    }
    return (head, name)
  }

  /// Replaces the name on top of the stack by what a call of it stands for, if that is known.
  mutating func call(_ arguments: [Int]) throws(PickleError) {
    let (head, name) = try popHead()
    guard let meaning = PickleGlobals.calls[name] else { throw fail(.refusedGlobal(name)) }
    switch meaning {
    case .mapping: try push(.mapping(PickleObject(items: try items(of: arguments, name))))
    case .list: try push(.list(try elements(of: arguments, name)))
    case .tuple: try push(.tuple(try elements(of: arguments, name)))
    case .set: try push(.set(try elements(of: arguments, name)))
    case .latin1:
      guard arguments.count == 2, let text = pickle.string(arguments[0]),
        ["latin1", "latin-1"].contains(pickle.string(arguments[1])), let bytes = text.latin1
      else { throw fail(.wrongOperand("\(name) of other than text in Latin-1")) }
      try count(copied: bytes.count / 4)
      try push(.bytes(bytes))
    case .reconstruction:
      guard arguments.count == 3, pickle.globalName(arguments[0]) != nil else {
        throw fail(.wrongOperand("\(name) of other than a class"))
      }
      try push(.object(PickleObject(head: arguments[0])))
    case .inert:
      let tuple = try add(.tuple(arguments))
      try push(.call(PickleObject(head: head, arguments: tuple)))
    }
  }

  /// Replaces the class on top of the stack by an object of it, of which nothing is made.
  mutating func construct(_ arguments: [Int]) throws(PickleError) {
    let (head, name) = try popHead()
    if case .mapping = PickleGlobals.calls[name] {
      return try push(.mapping(PickleObject(items: try items(of: arguments, name))))
    }
    let tuple = try add(.tuple(arguments))
    try push(.object(PickleObject(head: head, arguments: tuple)))
  }

  /// What a mapping is filled with: nothing, a mapping, pairs, or what its values default to.
  private mutating func items(
    of arguments: [Int], _ name: String
  ) throws(PickleError) -> [Int] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1 else { throw fail(.wrongOperand("\(name) of many arguments")) }
    if pickle.globalName(first) != nil { return [] }
    if case .none = pickle.nodes[first] { return [] }
    if case .mapping(let other) = pickle.nodes[first] {
      try count(copied: other.items.count)
      return other.items
    }
    try count(copied: pickle.sequence(first)?.count ?? 0)
    guard let pairs = pickle.sequence(first)?.map({ pickle.sequence($0) ?? [] }),
      pairs.allSatisfy({ $0.count == 2 })
    else { throw fail(.wrongOperand("\(name) of other than pairs")) }
    return pairs.flatMap { $0 }
  }

  /// The elements of the one collection that a list, tuple or set is made of.
  private mutating func elements(
    of arguments: [Int], _ name: String
  ) throws(PickleError) -> [Int] {
    guard let first = arguments.first else { return [] }
    guard arguments.count == 1, let elements = pickle.sequence(first) else {
      throw fail(.wrongOperand("\(name) of other than one list"))
    }
    try count(copied: elements.count)
    return elements
  }
}
