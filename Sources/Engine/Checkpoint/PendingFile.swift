internal import Foundation

/// A file in the making beside its final name, for whoever writes it bit by bit.
struct PendingFile: Sendable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private let handle: FileHandle

  /// Starts an empty file.
  ///
  /// - Parameter path: The final name.
  /// - Throws: `OutputError` if it cannot be made.
  init(_ path: String) throws(OutputError) {
    try OutputFile.checkParent(of: path)
    self.path = path
    temporary = Temporaries.name(for: path)
    Temporaries.add(temporary)
    do {
      descriptor = try SystemFile.create(temporary)
    } catch {
      Temporaries.remove(temporary)
      throw OutputError(path: path, error, isCreation: true)
    }
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
  }

  /// Writes bytes at a place.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - offset: The place, in bytes from the start.
  /// - Throws: `OutputError` if they cannot be written.
  func write(_ bytes: Data, at offset: Int) throws(OutputError) {
    do {
      try handle.seek(toOffset: UInt64(offset))
      try handle.write(contentsOf: bytes)
    } catch {
      throw OutputError(path: path, error, isCreation: false)
    }
  }

  /// Makes the file durable and gives it its final name.
  ///
  /// - Throws: `OutputError` if that cannot be done; nothing is left of it then.
  func commit() throws(OutputError) {
    do {
      try OutputFile.settle(descriptor, at: temporary, as: path)
    } catch {
      Temporaries.remove(temporary)
      throw error
    }
  }

  /// Removes the file, instead of `commit`.
  func discard() {
    try? SystemFile.close(descriptor)
    Temporaries.remove(temporary)
  }
}
