internal import Foundation

/// An object tree as PyTorch or Python saved it, and where the storages are that it refers to.
struct TorchDocument {
  /// Where storages are kept.
  enum Storages {
    /// Entries of a zip archive, below a folder.
    case archive(ZipArchive, folder: String)
    /// Slices of a file, by key.
    case slices([String: Data])
  }

  var pickle: Pickle
  let storages: Storages
  let byteOrder: ByteOrder
  let container: TensorFile.Container

  /// The most bytes of a stored entry whose checksum is compared on opening: larger ones would
  /// make opening read the whole file.
  static let verifiedSize = 4096
}

extension TorchDocument {
  /// Reads a torch archive, a torch file from before version 1.6, or a plain pickle.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - path: The name for messages.
  /// - Throws: `CheckpointError` if it is none of these, or anything in it is wrong.
  init(parsing bytes: Data, path: String) throws(CheckpointError) {
    if bytes.starts(with: ZipArchive.magic) {
      let archive = try Self.archive(bytes, path: path)
      guard let root = try Self.root(of: archive, path: path) else {
        throw CheckpointError(
          path: path, reason: .malformedTorch("no entry data.pkl in the archive"))
      }
      self = try TorchDocument(
        archive, root: root, pickle: "data.pkl", folder: "data/", path: path)
      return
    }
    let pickle = try Self.pickle(bytes, isAlone: false, path: path)
    if TorchLegacy.isMagic(pickle) {
      self = try TorchLegacy.document(bytes, after: pickle.end, path: path)
      return
    }
    guard pickle.end == bytes.count else {
      throw CheckpointError(
        path: path,
        reason: .malformedPickle(
          PickleError(.trailingBytes(bytes.count - pickle.end), at: pickle.end)))
    }
    self.init(pickle: pickle, storages: .slices([:]), byteOrder: .little, container: .pickle)
  }

  /// Reads one of the pickles of an archive.
  ///
  /// - Parameters:
  ///   - archive: The archive.
  ///   - root: The folder of everything, with a final slash, or nothing.
  ///   - name: The pickle.
  ///   - folder: Where its storages are.
  ///   - path: The name for messages.
  /// - Throws: `CheckpointError` if anything in it is wrong.
  init(
    _ archive: ZipArchive, root: String, pickle name: String, folder: String, path: String
  ) throws(CheckpointError) {
    let bytes = try Self.contents(of: root + name, in: archive, path: path)
    var order = ByteOrder.little
    if archive[root + "byteorder"] != nil {
      let text = try Self.contents(of: root + "byteorder", in: archive, path: path)
      guard let known = ByteOrder(rawValue: String(decoding: text.prefix(16), as: UTF8.self)) else {
        throw CheckpointError(
          path: path, reason: .malformedTorch("entry byteorder is neither little nor big"))
      }
      order = known
    }
    let isScript = archive[root + "constants.pkl"] != nil
    self.init(
      pickle: try Self.pickle(bytes, isAlone: true, path: path),
      storages: .archive(archive, folder: root + folder), byteOrder: order,
      container: isScript ? .torchScript : .torchZip)
  }

  /// Opens a zip archive.
  static func archive(_ bytes: Data, path: String) throws(CheckpointError) -> ZipArchive {
    do {
      return try ZipArchive(parsing: bytes)
    } catch {
      throw CheckpointError(path: path, reason: .malformedArchive(error))
    }
  }

  /// The folder that holds everything in a torch archive, with a final slash, or nothing if it is
  /// no such archive.
  static func root(
    of archive: ZipArchive, path: String
  ) throws(CheckpointError) -> String? {
    let roots = archive.entries.map(\.name).compactMap { name -> String? in
      guard name == "data.pkl" || name.hasSuffix("/data.pkl") else { return nil }
      let root = String(name.dropLast("data.pkl".count))
      return root.dropLast().contains("/") ? nil : root
    }
    guard roots.count < 2 else {
      throw CheckpointError(
        path: path, reason: .malformedTorch("\(roots.count) entries data.pkl, expected one"))
    }
    return roots.first
  }

  /// The contents of an entry that is read at once, with its checksum compared.
  static func contents(
    of name: String, in archive: ZipArchive, path: String
  ) throws(CheckpointError) -> Data {
    do {
      return try archive.contents(of: name, isVerified: true)
    } catch {
      throw CheckpointError(path: path, reason: .malformedArchive(error))
    }
  }

  static func pickle(
    _ bytes: Data, isAlone: Bool, path: String
  ) throws(CheckpointError) -> Pickle {
    do {
      return try PickleMachine.read(bytes, isAlone: isAlone)
    } catch {
      throw CheckpointError(path: path, reason: .malformedPickle(error))
    }
  }
}

extension TorchDocument {
  /// The bytes of all that is deflated in the archive, 0 if there is none.
  var inflatedByteCount: Int {
    if case .archive(let archive, _) = storages { archive.inflatedByteCount } else { 0 }
  }

  /// The bytes of a storage.
  ///
  /// - Parameters:
  ///   - id: What the pickle says of it.
  ///   - path: The name for messages.
  /// - Returns: The bytes, a slice of the file unless they are deflated.
  /// - Throws: `CheckpointError` if there is no such storage, or it has another size.
  func bytes(of id: TorchStorageID, path: String) throws(CheckpointError) -> Data {
    let bytes: Data
    switch storages {
    case .archive(let archive, let folder):
      let name = folder + id.key
      if archive[name] == nil, id.elementCount == 0 { return Data() }
      let isSmall = (archive[name]?.size ?? 0) <= Self.verifiedSize
      do {
        bytes = try archive.contents(of: name, isVerified: isSmall)
      } catch {
        throw CheckpointError(path: path, reason: .malformedArchive(error))
      }
    case .slices(let slices):
      guard let slice = slices[id.key] else {
        throw CheckpointError(
          path: path, reason: .malformedTorch("no storage \"\(id.key.printable())\" in the file"))
      }
      bytes = slice
    }
    guard let width = id.byteWidth else { return bytes }
    guard bytes.count % width == 0, bytes.count / width == id.elementCount else {
      throw CheckpointError(
        path: path,
        reason: .malformedTorch(
          "storage \"\(id.key.printable())\" has \(bytes.count) bytes, expected "
            + "\(id.elementCount) elements of \(width)"))
    }
    guard let view = id.view else { return bytes }
    let start = bytes.startIndex + view.start * width
    return bytes[start..<(start + view.count * width)]
  }
}
