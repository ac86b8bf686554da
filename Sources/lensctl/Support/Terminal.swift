import Foundation

/// What the standard streams lead to.
enum Terminal {
  /// Whether a stream leads to a terminal.
  static func isTerminal(_ handle: FileHandle) -> Bool {
    isatty(handle.fileDescriptor) == 1
  }
}
