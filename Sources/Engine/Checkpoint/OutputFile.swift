public import Foundation

/// Writes whole files so that a file of the final name is always complete.
public enum OutputFile {
  /// Writes a file beside its final name, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - pieces: The bytes, piece after piece.
  ///   - path: The final name; replaced if it exists.
  /// - Throws: `OutputError`; nothing is left behind then.
  public static func write(_ pieces: Data..., to path: String) throws(OutputError) {
    try writePieces(to: path) { write in for piece in pieces { try write(piece) } }
  }

  /// Writes a JSON file beside its final name, indented, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - json: The contents.
  ///   - path: The final name; replaced if it exists.
  /// - Throws: `OutputError`; nothing is left behind then.
  public static func write(json: JSONValue, to path: String) throws(OutputError) {
    try write(Data((json.serialized(indent: 2) + "\n").utf8), to: path)
  }

  /// Writes a file that is made piece after piece beside its final name, makes it durable, and
  /// renames it.
  ///
  /// - Parameters:
  ///   - path: The final name; replaced if it exists.
  ///   - body: Calls what it is given with each piece.
  /// - Throws: `OutputError`; nothing is left behind then.
  package static func writePieces(
    to path: String, _ body: (_ write: (Data) throws -> Void) throws -> Void
  ) throws(OutputError) {
    do {
      try write(to: path) { handle in try body { try handle.write(contentsOf: $0) } }
    } catch let error as OutputError {
      throw error
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
  }

  /// Writes a file beside its final name, makes it durable, and renames it.
  ///
  /// The name in the making is `NAME.tmp.PROCESS.RANDOM`. Where the file system can make nothing
  /// durable, that is left out; `Durability` tells.
  ///
  /// - Parameters:
  ///   - path: The final name; replaced if it exists.
  ///   - body: Writes the contents.
  /// - Throws: `OutputError`, or what `body` throws; nothing is left behind then, but for a complete
  ///   file whose name alone could not be made durable.
  public static func write(to path: String, _ body: (FileHandle) throws -> Void) throws {
    try checkParent(of: path)
    let temporary = Temporaries.name(for: path)
    Temporaries.add(temporary)
    do {
      let descriptor = try opening(path) { () throws(POSIXError) in
        try SystemFile.create(temporary)
      }
      do {
        try body(FileHandle(fileDescriptor: descriptor, closeOnDealloc: false))
      } catch {
        try? SystemFile.close(descriptor)
        throw error
      }
      try settle(descriptor, at: temporary, as: path)
    } catch {
      Temporaries.remove(temporary)
      throw error
    }
  }

  /// Lets something else make a file beside its final name, makes it durable, and renames it.
  ///
  /// - Parameters:
  ///   - path: The final name; replaced if it exists.
  ///   - body: Makes the file of the name that it is given, which does not exist.
  /// - Throws: `OutputError`, or what `body` throws; nothing is left behind then, but for a complete
  ///   file whose name alone could not be made durable.
  package static func make(_ path: String, _ body: (_ temporary: String) throws -> Void) throws {
    try checkParent(of: path)
    let temporary = Temporaries.name(for: path)
    Temporaries.add(temporary)
    do {
      try body(temporary)
      let descriptor = try opening(path) { () throws(POSIXError) in
        try SystemFile.open(temporary, O_RDWR | O_NOFOLLOW)
      }
      try settle(descriptor, at: temporary, as: path)
    } catch {
      Temporaries.remove(temporary)
      throw error
    }
  }

  /// Makes what was written to an open file durable, and closes it.
  ///
  /// - Parameters:
  ///   - handle: The file; closed afterwards, whatever happens.
  ///   - path: What messages call it.
  /// - Throws: `OutputError`; what was written must be written anew then, into another file.
  package static func finish(_ handle: FileHandle, of path: String) throws(OutputError) {
    let isSynchronized = Result { () throws(POSIXError) in
      try SystemFile.synchronize(handle.fileDescriptor)
    }
    do {
      // By the handle, which would close another file's descriptor later if it did not know.
      try handle.close()
      _ = try isSynchronized.get()
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
  }

  /// Removes the files that this process has not completed; for the moment before it ends at once.
  ///
  /// Whoever writes one of them gets an error or does not get so far.
  public static func removeTemporaries() { Temporaries.removeAll() }

  /// Removes what processes that are gone have left in a directory.
  ///
  /// - Parameter directory: The directory, in which nobody may be making files.
  package static func removeTemporaries(in directory: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    where Temporaries.finalName(of: name) != nil {
      try? SystemFile.remove(directory + "/" + name)
    }
  }

  /// Makes a file durable and gives it its final name.
  static func settle(
    _ descriptor: Int32, at temporary: String, as path: String
  ) throws(OutputError) {
    // Closed whatever happens; the first error is the one that counts.
    let isSynchronized = Result { () throws(POSIXError) in try SystemFile.synchronize(descriptor) }
    let isClosed = Result { () throws(POSIXError) in try SystemFile.close(descriptor) }
    do {
      _ = try isSynchronized.get()
      try isClosed.get()
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
    try move(temporary, to: path)
    Temporaries.forget(temporary)
    try synchronizeParent(of: path)
  }

  /// Gives a file or directory another name.
  static func move(_ path: String, to newPath: String) throws(OutputError) {
    try opening(newPath) { () throws(POSIXError) in try SystemFile.rename(path, to: newPath) }
  }

  /// Exchanges the names of two files or directories.
  ///
  /// - Returns: False if the file system cannot do that; both are as they were then.
  static func exchange(_ path: String, with newPath: String) throws(OutputError) -> Bool {
    try opening(newPath) { () throws(POSIXError) in
      try SystemFile.exchange(path, with: newPath)
    }
  }

  /// Makes the name of a file or directory durable.
  static func synchronizeParent(of path: String) throws(OutputError) {
    do {
      _ = try SystemFile.synchronize(directory: parent(of: path))
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
  }

  private static func opening<Value>(
    _ path: String, _ call: () throws(POSIXError) -> Value
  ) throws(OutputError) -> Value {
    do {
      return try call()
    } catch {
      throw OutputError(path: path, error, isCreation: true)
    }
  }

  /// Checks that a file can be made under a name, before any work is done.
  ///
  /// - Parameters:
  ///   - path: The file to be made.
  ///   - replacesExisting: Whether a file of that name may exist.
  /// - Throws: `OutputError` if it exists, is no regular file, or has no parent directory.
  public static func checkTarget(
    _ path: String, replacesExisting: Bool
  ) throws(OutputError) {
    try checkParent(of: path)
    guard MappedFile.exists(path) else { return }
    guard kind(of: path) == .typeRegular else {
      throw OutputError(path: path, reason: .cannotCreate("found something that is not a file"))
    }
    guard replacesExisting else { throw OutputError(path: path, reason: .exists) }
  }

  /// Checks that a safetensors file has a header that readers accept.
  ///
  /// - Parameters:
  ///   - layout: The file.
  ///   - path: Its name.
  ///   - limit: The most bytes of a header.
  /// - Throws: `OutputError` if the header is larger.
  static func check(
    header layout: SafetensorsLayout, of path: String, limit: Int = SafetensorsHeader.sizeLimit
  ) throws(OutputError) {
    // Without the 8 bytes that say its size.
    let bytes = layout.header.count - 8
    guard bytes <= limit else {
      throw OutputError(
        path: path, reason: .headerTooLarge(with: "names", bytes: bytes, limit: limit))
    }
  }

  /// Checks that a path has a name, and that its parent directory exists.
  package static func checkParent(of path: String) throws(OutputError) {
    guard !path.isEmpty else {
      throw OutputError(path: "output", reason: .cannotCreate("found no name, expected one"))
    }
    let parent = parent(of: path)
    guard MappedFile.isDirectory(parent) else {
      throw OutputError(path: path, reason: .missingParent(parent))
    }
  }

  /// The directory that holds a file, with a slash at its end.
  static func parent(of path: String) -> String {
    URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
  }

  /// What stands at a path, links followed.
  static func kind(of path: String) -> FileAttributeType? {
    let resolved = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
    return try? FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
  }

  /// Refuses an output that is one of the inputs, or a directory that holds one.
  ///
  /// - Parameters:
  ///   - output: The file or directory to be made.
  ///   - inputs: The files that are read.
  /// - Throws: `OutputError` if they meet, links followed.
  public static func refuse(_ output: String, ifAmong inputs: [String]) throws(OutputError) {
    func components(_ path: String) -> [String] {
      URL(filePath: path).standardizedFileURL.resolvingSymlinksInPath().pathComponents
    }
    let outputComponents = components(output)
    guard !inputs.contains(where: { components($0).starts(with: outputComponents) }) else {
      throw OutputError(path: output, reason: .isInput)
    }
  }

  /// Creates a file, or empties the one that stands there.
  ///
  /// - Parameter path: The file, in a directory that exists.
  /// - Returns: The file, open for writing.
  /// - Throws: `OutputError` if it cannot be created.
  public static func create(_ path: String) throws(OutputError) -> FileHandle {
    try checkParent(of: path)
    let descriptor = try opening(path) { () throws(POSIXError) in
      try SystemFile.open(path, O_WRONLY | O_CREAT | O_TRUNC)
    }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}
