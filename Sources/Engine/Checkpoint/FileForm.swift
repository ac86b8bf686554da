internal import Foundation

/// What kind of thing stands at a path, links followed.
enum FileForm: Equatable, Sendable {
  case regular
  case directory
  /// Another, in words: what has no contents that could be mapped.
  case other(String)

  /// Looks at what stands at a path; nothing is opened, so that a pipe keeps nobody waiting.
  ///
  /// The corresponding C function is `stat`.
  ///
  /// - Parameter path: The path.
  /// - Throws: `CheckpointError` if there is nothing, or it may not be looked at.
  init(of path: String) throws(CheckpointError) {
    let status = try FileIdentity.status(of: path)
    self =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .regular
      case S_IFDIR: .directory
      case S_IFCHR, S_IFBLK: .other("a device")
      case S_IFIFO: .other("a pipe")
      case S_IFSOCK: .other("a socket")
      default: .other("something else")
      }
  }

  /// Checks that a file can be opened here.
  ///
  /// - Parameter path: The path.
  /// - Throws: `CheckpointError` that says what stands there, if it is no file.
  static func checkFile(at path: String) throws(CheckpointError) {
    switch try FileForm(of: path) {
    case .regular: return
    case .directory: throw CheckpointError(path: path, reason: .isDirectory)
    case .other(let what): throw CheckpointError(path: path, reason: .notFile(what))
    }
  }
}
