internal import Foundation

extension TensorFile {
  /// The kinds of files that hold tensors.
  public enum Container: String, Sendable, CaseIterable {
    case safetensors
    case torchZip = "torch zip"
    case torchLegacy = "torch legacy"
    case torchScript = "torchscript"
    case pickle
    case saev
    case npy
    case npz
    case rawFloats = "raw float32"
  }

  /// The most bytes of the line of JSON that opens a file of saev.
  static let headerLineLimit = 1 << 20

  /// Opens one file that is not an index of shards.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it cannot be read or anything in it is wrong.
  init(single path: String) throws(CheckpointError) {
    let file = try MappedFile.contents(of: path)
    let isSafetensors = path.hasSuffix(".safetensors") || Self.opensLikeSafetensors(file)
    if file.starts(with: NPYHeader.magic) {
      self.init(array: try NPYHeader.tensor(parsing: file, path: path), .npy, path: path)
    } else if path.hasSuffix(".npy") {
      self.init(array: try Self.rawFloats(file, path: path), .rawFloats, path: path)
    } else if isSafetensors {
      try self.init(safetensors: file, path: path)
    } else if file.starts(with: ZipArchive.magic) {
      try self.init(archive: file, path: path)
    } else if file.starts(with: [0x1F, 0x8B]) {
      try self.init(gzipped: file, path: path)
    } else if Self.opensLikePickle(file) {
      try self.init(objects: file, path: path)
    } else if let header = try Self.headerLine(of: file, path: path) {
      try self.init(saev: file, header: header, path: path)
    } else if file.dropFirst(257).starts(with: Data("ustar".utf8)) {
      throw CheckpointError(path: path, reason: .tarArchive)
    } else {
      try self.init(unknown: file, path: path)
    }
  }

  /// Whether eight bytes are the length of a header and an object follows.
  private static func opensLikeSafetensors(_ file: Data) -> Bool {
    let start = [UInt8](file.prefix(9))
    return start.count == 9 && start[4...7].allSatisfy { $0 == 0 } && start[8] == UInt8(ascii: "{")
  }

  /// Whether the first bytes are those of a pickle of protocol 2 to 5.
  private static func opensLikePickle(_ file: Data) -> Bool {
    let start = [UInt8](file.prefix(2))
    return start.count == 2 && start[0] == 0x80 && (2...5).contains(start[1])
  }

  private init(array: Tensor, _ container: Container, path: String) {
    self.init(path: path, filePaths: [path], tensors: [array.name: array], metadata: [:])
    self.container = container
  }

  private init(_ tree: ObjectTree, _ container: Container, path: String) {
    self.init(path: path, filePaths: [path], tensors: tree.tensors, metadata: [:])
    self.container = container
    attributes = tree.attributes
    unreadable = tree.unreadable
  }

  private init(objects bytes: Data, path: String) throws(CheckpointError) {
    let document = try TorchDocument(parsing: bytes, path: path)
    let tree = try ObjectTree(of: document, byteCount: bytes.count, path: path)
    self.init(tree, document.container, path: path)
    heldBytes = document.inflatedByteCount
  }

  /// What is none of the others: safetensors that are wrong, unless the name says otherwise.
  private init(unknown file: Data, path: String) throws(CheckpointError) {
    do {
      try self.init(safetensors: file, path: path)
    } catch {
      let isOther = [".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".npz"].contains {
        path.hasSuffix($0)
      }
      guard isOther, ![.pointerFile, .webPage].contains(error.reason) else { throw error }
      throw CheckpointError(path: path, reason: .unknownContainer)
    }
  }
}

// MARK: - Archives

extension TensorFile {
  /// A torch archive, TorchScript among them, or arrays of NumPy.
  private init(archive file: Data, path: String) throws(CheckpointError) {
    let archive = try TorchDocument.archive(file, path: path)
    guard let root = try TorchDocument.root(of: archive, path: path) else {
      try self.init(arrays: archive, path: path)
      return
    }
    let document = try TorchDocument(
      archive, root: root, pickle: "data.pkl", folder: "data/", path: path)
    var tree = try ObjectTree(of: document, byteCount: file.count, path: path)
    if document.container == .torchScript {
      let constants = try TorchDocument(
        archive, root: root, pickle: "constants.pkl", folder: "constants/", path: path)
      try tree.addConstants(of: constants, byteCount: file.count)
    }
    self.init(tree, document.container, path: path)
    heldBytes = archive.inflatedByteCount
  }

  private init(arrays archive: ZipArchive, path: String) throws(CheckpointError) {
    var tensors: [String: Tensor] = [:]
    for entry in archive.entries {
      guard entry.name.hasSuffix(".npy") else {
        throw CheckpointError(
          path: path,
          reason: .malformedTorch(
            "no entry data.pkl in the archive, and \(entry.name.printable()) is no array"))
      }
      let name = String(entry.name.dropLast(4))
      do {
        let isSmall = entry.size <= TorchDocument.verifiedSize
        let contents = try archive.contents(of: entry.name, isVerified: isSmall)
        tensors[name] = try NPYHeader.tensor(parsing: contents, name: name, path: path)
      } catch let error as ArchiveError {
        throw CheckpointError(path: path, reason: .malformedArchive(error))
      } catch let error as CheckpointError {
        throw CheckpointError(path: path, reason: .member(entry.name, error.reason))
      } catch {
        throw CheckpointError(path: path, reason: .unreadable("\(error)"))
      }
    }
    self.init(path: path, filePaths: [path], tensors: tensors, metadata: [:])
    container = .npz
    heldBytes = archive.inflatedByteCount
  }

  /// Whether a gzipped file opens like a pickle or a torch file when inflated.
  ///
  /// - Parameter path: The file.
  /// - Returns: False if it does not, or cannot be read.
  static func holdsObjects(gzippedAt path: String) -> Bool {
    guard let start = try? GzipFile.start(of: path, count: 4) else { return false }
    return start.starts(with: ZipArchive.magic) || opensLikePickle(Data(start))
  }

  /// A gzipped pickle or torch file, which is inflated into memory.
  private init(gzipped file: Data, path: String) throws(CheckpointError) {
    guard Self.holdsObjects(gzippedAt: path) else {
      throw CheckpointError(path: path, reason: .unknownContainer)
    }
    let limit = (64 << 20) + 100 * file.count
    let bytes = try GzipFile.contents(of: path, limit: limit)
    try self.init(objects: bytes, path: path)
    heldBytes += bytes.count
  }
}

// MARK: - Files with a line of JSON

extension TensorFile {
  /// The line of JSON before the archive in a file of saev, or nil if it is no such file.
  private static func headerLine(of file: Data, path: String) throws(CheckpointError) -> Data? {
    guard file.first == UInt8(ascii: "{") else { return nil }
    guard let end = file.prefix(headerLineLimit + 1).firstIndex(of: 0x0A) else {
      guard file.count <= headerLineLimit else {
        throw CheckpointError(path: path, reason: .longHeaderLine(limit: headerLineLimit))
      }
      return nil
    }
    guard file[(end + 1)...].starts(with: ZipArchive.magic) else { return nil }
    return file[..<end]
  }

  /// The torch archive after a line of JSON; offsets count from the byte after the line.
  private init(saev file: Data, header: Data, path: String) throws(CheckpointError) {
    let json: JSONValue
    do {
      json = try JSONValue(parsing: header)
    } catch {
      throw CheckpointError(path: path, reason: .malformedJSON(error))
    }
    let bytes = file.dropFirst(header.count + 1)
    let document = try TorchDocument(parsing: bytes, path: path)
    var tree = try ObjectTree(of: document, byteCount: bytes.count, path: path)
    try tree.add(header: json)
    self.init(tree, .saev, path: path)
    heldBytes = document.inflatedByteCount
  }
}

// MARK: - Bare numbers

extension TensorFile {
  /// A file of `f32` without a header, whose name ends in `_ROWS_COLUMNS.npy`.
  private static func rawFloats(_ file: Data, path: String) throws(CheckpointError) -> Tensor {
    let parts = path.dropLast(".npy".count).split(separator: "/").last?.split(separator: "_") ?? []
    let sizes = parts.suffix(2).compactMap { part in
      part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil
    }
    guard parts.count > 2, sizes.count == 2 else {
      throw CheckpointError(path: path, reason: .notNPY)
    }
    guard byteCount(shape: sizes, dtype: .f32) == file.count else {
      throw CheckpointError(
        path: path,
        reason: .wrongMemmapSize(bytes: file.count, rows: sizes[0], columns: sizes[1]))
    }
    return Tensor(name: ObjectTree.rootName, dtype: .f32, shape: sizes, bytes: file)
  }
}

extension ObjectTree {
  /// Adds the constants of a TorchScript archive, under the names that its code gives them.
  fileprivate mutating func addConstants(
    of document: TorchDocument, byteCount: Int
  ) throws(CheckpointError) {
    guard let constants = document.pickle.sequence(document.pickle.root) else {
      throw fail("the constants are no tuple")
    }
    for (index, id) in constants.enumerated() {
      var constant = document
      constant.pickle.root = id
      try add(
        ObjectTree(
          of: constant, byteCount: byteCount, name: "CONSTANTS.c\(index)", path: path))
    }
  }

  /// Adds the members of a JSON object, those of objects in it by dotted path.
  fileprivate mutating func add(header: JSONValue) throws(CheckpointError) {
    var open: [(name: String, value: JSONValue)] = [("", header)]
    while let (name, value) = open.popLast() {
      guard let object = value.object, object.count > 0 else {
        try add(name, value)
        continue
      }
      for member in object.names.reversed() {
        open.append(
          (name.isEmpty ? member : name + "." + member, object[member] ?? .null))
      }
    }
  }
}
