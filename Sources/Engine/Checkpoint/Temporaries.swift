internal import Foundation
internal import Synchronization

/// The files of this process that stand beside their final names and are not complete.
///
/// A signal that ends the process at once comes to the process, not to whoever writes: this is the
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

  /// Whether a name is one of those, of whatever process.
  static func isName(_ name: String) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 4 else { return false }
    return parts[parts.count - 3] == "tmp" && Int32(parts[parts.count - 2]) != nil
      && UInt32(parts[parts.count - 1], radix: 16) != nil
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
