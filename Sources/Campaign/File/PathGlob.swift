internal import Engine
internal import Foundation

/// What a path may match: `*` and `?` stand for characters of a name, `[...]` for one of several.
enum PathGlob {
  /// The paths that match, in the order of their bytes.
  ///
  /// Names that begin with a dot are matched by a dot alone. The corresponding C function is `glob`.
  ///
  /// - Parameters:
  ///   - pattern: A path with or without such characters, absolute or relative to the directory.
  ///   - directory: An absolute path, all of whose characters stand for themselves.
  /// - Returns: Absolute paths; none if nothing matches.
  /// - Throws: `CheckpointError` if a directory on the way may not be read.
  static func matches(_ pattern: String, in directory: String) throws(CheckpointError) -> [String] {
    let full = pattern.hasPrefix("/") ? pattern : escaped(directory) + "/" + pattern
    var found = unsafe glob_t()
    defer { unsafe globfree(&found) }
    // A directory that is not there holds nothing; one that may not be read may hold what matches.
    let status = unsafe glob(
      full, GLOB_NOSORT, { _, code in code == ENOENT || code == ENOTDIR ? 0 : 1 }, &found)
    guard status == 0 || status == GLOB_NOMATCH else {
      throw CheckpointError(
        path: pattern, reason: .unreadable("a directory on the way cannot be read"))
    }
    var paths: [String] = []
    for index in 0..<Int(unsafe found.gl_pathc) {
      guard let name = unsafe found.gl_pathv[index] else { continue }
      paths.append(MappedFile.absolute(unsafe String(cString: name)))
    }
    return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The part of a matching path that tells it from others that match: from the first name with such
  /// characters on, or the last name where there are none.
  ///
  /// - Parameters:
  ///   - path: A path that matches.
  ///   - pattern: The pattern.
  /// - Returns: The names, at least one.
  static func distinctNames(of path: String, matching pattern: String) -> [String] {
    let names = path.split(separator: "/").map(String.init)
    let parts = pattern.split(separator: "/").filter { $0 != "." }
    let special: Set<Unicode.Scalar> = ["*", "?", "["]
    let first =
      parts.firstIndex { !special.isDisjoint(with: $0.unicodeScalars) } ?? parts.count - 1
    return Array(names.suffix(max(1, parts.count - first)))
  }

  /// A path as a pattern that only it matches.
  private static func escaped(_ path: String) -> String {
    path.unicodeScalars.reduce(into: "") { result, scalar in
      if ["*", "?", "[", "\\"].contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
  }
}
