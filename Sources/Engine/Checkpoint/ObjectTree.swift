internal import Foundation

/// The tensors and plain values of an object tree, by dotted path.
///
/// The parts of a path are the keys of mappings, the attributes of objects, and the positions in
/// lists, all verbatim. Of an object the class is kept as `__class__`.
struct ObjectTree {
  /// The most levels of values in one another.
  static let depthLimit = 64

  /// The most values that are looked at; lists that hold each other many times over count as
  /// often as they are reached.
  static let visitLimit = 1 << 20

  /// The longest dotted path, in bytes.
  static let nameLimit = 1024

  /// The name of a value that nothing else names.
  static let rootName = "array"

  /// The tensors, by path.
  private(set) var tensors: [String: Tensor] = [:]

  /// Numbers, texts, and lists of them, by path.
  private(set) var attributes: JSONObject = [:]

  /// Why tensors that are there cannot be read, by path.
  private(set) var unreadable: [String: String] = [:]

  /// The name of the file for messages.
  let path: String

  /// The most bytes that a tensor may have, so that a few stored bytes are no endless tensor.
  let byteLimit: Int

  var document: TorchDocument
  /// Storages that were looked up, by key.
  var storages: [String: TorchStorage] = [:]
  /// Documents within this one, by the bytes that hold them.
  var documents: [Int: TorchDocument] = [:]
  private var visitCount = 0
  /// The values of the documents within this one, together.
  private var innerCount = 0
  /// The documents around the one at hand.
  private var nesting = 0

  /// Collects what a document holds.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - byteCount: The size of the file.
  ///   - name: The name that opens all paths, or nothing.
  ///   - path: The name of the file for messages.
  /// - Throws: `CheckpointError` if a tensor contradicts its storage, two values have one path,
  ///   values hold themselves, or there are too many.
  init(
    of document: TorchDocument, byteCount: Int, name: String = "", path: String
  ) throws(CheckpointError) {
    self.document = document
    self.path = path
    byteLimit = max(byteCount, 1 << 20)
    try walk(document.pickle.root, name, depth: 0)
  }

  var pickle: Pickle { document.pickle }

  func fail(_ what: String) -> CheckpointError {
    CheckpointError(path: path, reason: .malformedTorch(what))
  }

  func fail(_ name: String, _ what: String) -> CheckpointError {
    CheckpointError(
      path: path, reason: .malformedEntry(tensor: name.isEmpty ? Self.rootName : name, what: what))
  }
}

// MARK: - Results

extension ObjectTree {
  private func check(_ name: String) throws(CheckpointError) -> String {
    let name = name.isEmpty ? Self.rootName : name
    guard tensors[name] == nil, attributes[name] == nil, unreadable[name] == nil else {
      throw fail("two values named \(name.printable())")
    }
    return name
  }

  mutating func add(_ tensor: Tensor) throws(CheckpointError) {
    tensors[try check(tensor.name)] = tensor
  }

  mutating func add(_ name: String, _ attribute: JSONValue) throws(CheckpointError) {
    attributes[try check(name)] = attribute
  }

  mutating func add(_ name: String, unreadable reason: String) throws(CheckpointError) {
    unreadable[try check(name)] = reason
  }

  /// Takes in what was collected from another document.
  mutating func add(_ other: ObjectTree) throws(CheckpointError) {
    for name in other.tensors.keys.sorted() {
      if let tensor = other.tensors[name] { try add(tensor) }
    }
    for name in other.attributes.names { try add(name, other.attributes[name] ?? .null) }
    for name in other.unreadable.keys.sorted() {
      try add(name, unreadable: other.unreadable[name] ?? "")
    }
  }
}

// MARK: - The walk

extension ObjectTree {
  mutating func enter(_ name: String, depth: Int) throws(CheckpointError) {
    visitCount += 1
    guard visitCount <= Self.visitLimit else {
      throw fail("more than \(Self.visitLimit) values")
    }
    guard name.utf8.count <= Self.nameLimit else {
      throw fail("a name of more than \(Self.nameLimit) bytes: \(name.printable(limit: 60))")
    }
    guard depth <= Self.depthLimit else {
      throw fail(
        "values nested more than \(Self.depthLimit) deep, or in themselves"
          + (name.isEmpty ? "" : ": " + name.printable(limit: 60)))
    }
  }

  private mutating func walk(
    _ id: Int, _ name: String, depth: Int
  ) throws(CheckpointError) {
    try enter(name, depth: depth)
    if let plain = try plainValue(id, name, depth: depth) { return try add(name, plain) }
    switch pickle.nodes[id] {
    case .tuple(let elements), .list(let elements), .set(let elements):
      try walk(elements: elements, name, depth: depth)
    case .mapping(let object):
      try walk(items: object.items, name, depth: depth)
      // What `state_dict()` leaves there are the version numbers of modules.
      if let state = object.state { try walk(state: state, name, depth: depth, isMapping: true) }
    case .object(let object): try walk(object, name, depth: depth)
    case .call(let call): try walk(call: call, id, name, depth: depth)
    case .persistent: try add(storage(id, name), name)
    default: throw fail(name, "a value of a kind that is not known")
    }
  }

  private mutating func walk(
    elements: [Int], _ name: String, depth: Int
  ) throws(CheckpointError) {
    for (index, element) in elements.enumerated() {
      try walk(element, name.joined(to: String(index)), depth: depth + 1)
    }
  }

  private mutating func walk(
    items: [Int], _ name: String, depth: Int
  ) throws(CheckpointError) {
    if items.isEmpty { return try add(name, .object([:])) }
    for index in stride(from: 0, to: items.count, by: 2) {
      let key = try keyName(items[index], name)
      try walk(items[index + 1], name.joined(to: key), depth: depth + 1)
    }
  }

  /// An object: its class, then attributes, then what it holds as a list or mapping.
  private mutating func walk(
    _ object: PickleObject, _ name: String, depth: Int
  ) throws(CheckpointError) {
    let className = pickle.globalName(object.head) ?? ""
    if !className.hasPrefix("__torch__.") {
      try add(name.joined(to: "__class__"), .string(className))
    }
    if let arguments = object.arguments, case .tuple(let elements) = pickle.nodes[arguments],
      !elements.isEmpty
    {
      try walk(arguments, name.joined(to: "__args__"), depth: depth + 1)
    }
    if let state = object.state { try walk(state: state, name, depth: depth, isMapping: false) }
    try walk(elements: object.elements, name, depth: depth)
    if !object.items.isEmpty { try walk(items: object.items, name, depth: depth) }
  }

  /// What an object was built from: its attributes, those in slots too, or anything else.
  private mutating func walk(
    state: Int, _ name: String, depth: Int, isMapping: Bool
  ) throws(CheckpointError) {
    switch pickle.nodes[state] {
    case .none: return
    case .mapping(let attributes):
      var items = attributes.items
      if isMapping, items.count == 2, pickle.string(items[0]) == "_metadata" { items = [] }
      if !items.isEmpty { try walk(items: items, name, depth: depth) }
    case .tuple(let parts) where parts.count == 2 && parts.allSatisfy(isAttributes):
      for part in parts {
        try walk(state: part, name, depth: depth, isMapping: isMapping)
      }
    default: try walk(state, name.joined(to: "__state__"), depth: depth + 1)
    }
  }

  private func isAttributes(_ id: Int) -> Bool {
    switch pickle.nodes[id] {
    case .none, .mapping: true
    default: false
    }
  }

  /// A call whose result is no plain value.
  private mutating func walk(
    call: PickleObject, _ id: Int, _ name: String, depth: Int
  ) throws(CheckpointError) {
    let arguments = pickle.sequence(call.arguments ?? id) ?? []
    switch pickle.globalName(call.head) ?? "" {
    case "torch.storage._load_from_bytes":
      let inner = try innerDocument(arguments, name)
      if case .persistent = inner.pickle.nodes[inner.pickle.root] {
        return try add(storage(id, name), name)
      }
      var tree = self
      (tree.tensors, tree.attributes, tree.unreadable) = ([:], [:], [:])
      (tree.document, tree.storages, tree.documents) = (inner, [:], [:])
      tree.nesting += 1
      try tree.walk(inner.pickle.root, name, depth: depth + 1)
      (visitCount, innerCount) = (tree.visitCount, tree.innerCount)
      try add(tree)
    case "torch.jit._pickle.restore_type_tag" where arguments.count == 2:
      try walk(arguments[0], name, depth: depth + 1)
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state":
      guard let tensor = arguments.first else { throw fail(name, "a parameter of nothing") }
      try walk(tensor, name, depth: depth + 1)
    case "torch._tensor._rebuild_from_type_v2" where arguments.count == 4:
      guard let function = pickle.globalName(arguments[0]) else {
        throw fail(name, "a tensor of an unknown form")
      }
      try rebuild(function, pickle.sequence(arguments[1]) ?? [], name)
    case let function: try rebuild(function, arguments, name, state: call.state)
    }
  }

  /// The torch file in the bytes that a call is given.
  mutating func innerDocument(
    _ arguments: [Int], _ name: String
  ) throws(CheckpointError) -> TorchDocument {
    guard let argument = arguments.first, let bytes = pickle.bytes(argument) else {
      throw fail(name, "no bytes of a torch file")
    }
    if let known = documents[argument] { return known }
    guard nesting < 4 else { throw fail(name, "torch files nested more than 4 deep") }
    let document = try TorchDocument(parsing: bytes, path: path)
    if case .archive(let archive, _) = document.storages,
      archive.entries.contains(where: \.isDeflated)
    {
      throw fail(name, "deflated entries in a torch file within a pickle")
    }
    innerCount += document.pickle.nodes.count
    guard innerCount <= PickleMachine.sizeLimit else {
      throw fail("more than \(PickleMachine.sizeLimit) values in torch files within the pickle")
    }
    documents[argument] = document
    return document
  }
}

extension String {
  /// A path with one more part.
  fileprivate func joined(to part: String) -> String { isEmpty ? part : self + "." + part }
}
