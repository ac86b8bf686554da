import Foundation

/// What the standard streams lead to.
enum Terminal {
  /// Whether a stream leads to a terminal.
  static func isTerminal(_ handle: FileHandle) -> Bool {
    isatty(handle.fileDescriptor) == 1
  }
}

extension Terminal {
  /// The columns of the terminal that standard output leads to, or nil if they are not known.
  static var width: Int? {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}
