internal import Foundation

/// A file in the making beside its final name.
struct PendingFile: Sendable {
  private let path: String
  private let temporary: String
  private let handle: FileHandle

  /// Starts an empty file.
  ///
  /// - Parameter path: The final name.
  /// - Throws: `OutputError` if it cannot be made.
  init(_ path: String) throws(OutputError) {
    self.path = path
    temporary = OutputFile.temporary(for: path)
    handle = try OutputFile.create(temporary)
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
      try OutputFile.settle(handle, at: temporary, as: path)
    } catch {
      discard()
      throw error
    }
  }

  /// Removes the file.
  func discard() {
    try? handle.close()
    try? FileManager.default.removeItem(atPath: temporary)
  }
}
