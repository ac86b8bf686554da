internal import Foundation

/// Torch files from before version 1.6: five pickles, then storages one after another.
///
/// The pickles are a magic number, a protocol, facts of the system, the objects, and the list of
/// the keys of the storages; each storage is its number of elements in eight bytes, lowest first,
/// and the elements, lowest byte first on any machine (`torch/serialization.py`, `_legacy_save`).
enum TorchLegacy {
  /// The number 0x1950A86A20F9469CFC6C, lowest byte first.
  private static let magic = Data([0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])

  private static let version = 1001

  /// Whether a pickle is the first of such a file.
  static func isMagic(_ pickle: Pickle) -> Bool {
    if case .wideInteger(let bytes) = pickle.nodes[pickle.root] { bytes == magic } else { false }
  }

  /// Reads the rest of a file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - start: Where the first pickle ends.
  ///   - path: The name for messages.
  /// - Returns: The objects and their storages.
  /// - Throws: `CheckpointError` if anything in it is wrong.
  static func document(
    _ bytes: Data, after start: Int, path: String
  ) throws(CheckpointError) -> TorchDocument {
    var position = start
    func next() throws(CheckpointError) -> Pickle {
      let pickle = try TorchDocument.pickle(
        bytes.dropFirst(position), isAlone: false, path: path)
      position += pickle.end
      return pickle
    }
    let version = try next()
    guard version.integer(version.root) == Self.version else {
      throw CheckpointError(
        path: path, reason: .malformedTorch("protocol is not \(Self.version)"))
    }
    _ = try next()
    let objects = try next()
    let keys = try next()
    let storages = try slices(
      of: bytes, from: position, keys: keys, described: try storageIDs(in: objects, path: path),
      path: path)
    return TorchDocument(
      pickle: objects, storages: .slices(storages), byteOrder: .little, container: .torchLegacy)
  }

  /// The storages that objects refer to, by key.
  private static func storageIDs(
    in pickle: Pickle, path: String
  ) throws(CheckpointError) -> [String: TorchStorageID] {
    var ids: [String: TorchStorageID] = [:]
    for node in pickle.nodes {
      guard case .persistent(let tuple) = node else { continue }
      guard let id = TorchStorageID(tuple, in: pickle), id.byteWidth != nil else {
        throw CheckpointError(
          path: path, reason: .malformedTorch("a storage of a form or type that is not known"))
      }
      if let known = ids[id.key], known.elementCount != id.elementCount || known.type != id.type {
        throw CheckpointError(
          path: path,
          reason: .malformedTorch("two descriptions of storage \"\(id.key.printable())\""))
      }
      ids[id.key] = id
    }
    return ids
  }

  /// Cuts the storages out of the file, which they must fill.
  private static func slices(
    of bytes: Data, from start: Int, keys: Pickle, described: [String: TorchStorageID],
    path: String
  ) throws(CheckpointError) -> [String: Data] {
    func fail(_ what: String) -> CheckpointError {
      CheckpointError(path: path, reason: .malformedTorch(what))
    }
    guard let names = keys.sequence(keys.root)?.map({ keys.string($0) }) else {
      throw fail("the keys of the storages are no list")
    }
    var slices: [String: Data] = [:]
    var rest = bytes.dropFirst(start)
    for name in names {
      guard let name, let id = described[name], let width = id.byteWidth, slices[name] == nil
      else {
        throw fail("storage \"\(name?.printable() ?? "")\" is listed twice or not referred to")
      }
      let count = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard rest.count >= 8, count == UInt64(id.elementCount) else {
        throw fail(
          "storage \"\(name.printable())\" has \(count) elements, expected \(id.elementCount)")
      }
      rest = rest.dropFirst(8)
      guard id.elementCount <= rest.count / width else {
        throw fail(
          "storage \"\(name.printable())\" has \(id.elementCount) elements of \(width) bytes, but "
            + "\(rest.count) bytes are left")
      }
      slices[name] = rest.prefix(id.elementCount * width)
      rest = rest.dropFirst(id.elementCount * width)
    }
    guard rest.isEmpty else { throw fail("\(rest.count) bytes after the last storage") }
    return slices
  }
}
