internal import Foundation
internal import Synchronization

/// What stands beside its final name: files that are not complete, and directories that were replaced.
///
/// The files of this process are listed here. A signal that ends the process at once comes to the process, not to whoever writes: this is the
/// one list that the whole process shares.
enum Temporaries {
  private static let paths = Mutex<Set<String>>([])

  /// A name beside a final one that nothing has, and nothing else of this process gets.
  ///
  /// - Parameter path: The final name.
  /// - Returns: `NAME.tmp.PROCESS.RANDOM`.
  static func name(for path: String) -> String {
    let random = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    return "\(path).tmp.\(ProcessInfo.processInfo.processIdentifier).\(random)"
  }

  /// The final name that belongs to such a name, of whatever process; nil if it is another kind of name.
  static func finalName(of name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[parts.count - 3] == "tmp",
      Int32(parts[parts.count - 2]) != nil, UInt32(parts[parts.count - 1], radix: 16) != nil
    else { return nil }
    return parts.dropLast(3).joined(separator: ".")
  }

  /// Removes what processes that are gone have left, files and directories.
  ///
  /// - Parameter paths: The final names of what is removed, in one directory. Nobody else may be making anything of
  ///   those names, but for files that are known by their descriptors.
  static func removeLeftovers(of paths: String...) {
    let names = Set(paths.map { URL(filePath: $0).lastPathComponent })
    let directory = paths.first.map { OutputFile.parent(of: $0) } ?? ""
    for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
      guard let finalName = finalName(of: name), names.contains(finalName) else { continue }
      try? FileManager.default.removeItem(atPath: directory + name)
    }
  }

  /// Remembers a file, which is about to be made.
  static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

  /// Removes a file if it is still there, and forgets it.
  static func remove(_ path: String) {
    try? SystemFile.remove(path)
    forget(path)
  }

  /// Forgets a file, which has its final name.
  static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

  /// Removes all files that are still there; none is made after that.
  static func removeAll() {
    paths.withLock { for path in $0 { try? SystemFile.remove(path) } }
  }
}
