public import Foundation

/// Opens files as memory maps.
public enum MappedFile {
  /// The contents of a file, mapped into memory rather than read.
  ///
  /// - Parameter path: The file.
  /// - Returns: The contents; slices of them share the map.
  /// - Throws: `CheckpointError` if the file is missing, no regular file, or not readable.
  public static func contents(of path: String) throws(CheckpointError) -> Data {
    try FileForm.checkFile(at: path)
    return try StaleHandle.retried { () throws(CheckpointError) in
      do throws(POSIXError) {
        return try SystemFile.contents(of: path)
      } catch {
        throw CheckpointError(path: path, error.code)
      }
    }
  }

  /// Whether a file of any kind stands at a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: True for files and directories, and for links to them.
  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// A path that holds from any working directory.
  ///
  /// - Parameter path: A path, absolute or relative to the working directory.
  /// - Returns: The absolute path, without `.` and `..`.
  public static func absolute(_ path: String) -> String {
    URL(filePath: path).standardizedFileURL.path(percentEncoded: false).withoutFinalSlash
  }

  /// Whether a directory stands at a path.
  ///
  /// - Parameter path: The path.
  /// - Returns: True for directories and links to them.
  public static func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}

extension String {
  /// The path without the slashes at its end, but for the one that may be all of it.
  package var withoutFinalSlash: String {
    var path = self[...]
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return String(path)
  }
}

extension JSONValue {
  /// Parses a JSON file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if it cannot be read or is not the JSON accepted here.
  public init(contentsOf path: String) throws(CheckpointError) {
    let bytes = try MappedFile.contents(of: path)
    do {
      self = try JSONValue(parsing: bytes)
    } catch {
      throw CheckpointError(path: path, reason: .malformedJSON(error))
    }
  }
}
