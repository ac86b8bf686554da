internal import Foundation

/// Whether a place can keep what was written through a loss of power.
///
/// Some network file systems and some of those that programs offer have no `fsync`. Files are written
/// there all the same; what is missing is worth a warning, once for each place.
public enum Durability {
  /// Tries whether files in a directory can be made durable.
  ///
  /// - Parameter directory: A directory that can be written to.
  /// - Returns: A warning in one line, or nil if they can.
  /// - Throws: `OutputError` if no file can be written there at all.
  public static func warning(for directory: String) throws(OutputError) -> String? {
    let path = Temporaries.name(for: directory + "/durability")
    Temporaries.add(path)
    defer { Temporaries.remove(path) }
    do {
      let descriptor = try SystemFile.create(path)
      let isDurable = Result { () throws(POSIXError) in
        try SystemFile.write([0], to: descriptor)
        return try SystemFile.synchronize(descriptor)
      }
      try SystemFile.close(descriptor)
      guard try isDurable.get(), try SystemFile.synchronize(directory: directory) else {
        return
          "\(directory.printable(limit: 1000)): cannot be made durable: fsync is not supported there"
      }
      return nil
    } catch {
      throw OutputError(path: directory, error, isCreation: false)
    }
  }
}
