internal import Foundation

/// What tells a file from any other, and from itself after a change, without its contents.
///
/// Another file under the same name has another inode; a write sets the time of modification, and
/// whoever sets that back sets the time of change of the inode, which no program can choose.
public struct FileIdentity: Sendable, Equatable {
  /// The absolute path, links followed.
  public let path: String

  /// The size in bytes.
  public let byteCount: Int

  /// The number of the device that holds the file.
  let device: UInt64

  /// The number of the file on its device.
  let inode: UInt64

  /// When the contents were last written, in nanoseconds since 1970.
  package let modificationTime: Int

  /// When the file or what the system knows of it last changed, in nanoseconds since 1970.
  let changeTime: Int

  /// Looks at a file as it is now.
  ///
  /// The corresponding C function is `stat`.
  ///
  /// - Parameter path: The file.
  /// - Throws: `CheckpointError` if there is none, or it may not be looked at.
  public init(of path: String) throws(CheckpointError) {
    let status = try Self.status(of: path)
    self.path = URL(filePath: path).resolvingSymlinksInPath().path(percentEncoded: false)
    byteCount = Int(status.st_size)
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    modificationTime = status.st_mtim.nanoseconds
    changeTime = status.st_ctim.nanoseconds
  }

  /// What the system knows of a file.
  ///
  /// - Parameter path: The file, links followed.
  /// - Returns: What it knows.
  /// - Throws: `CheckpointError` if there is none, or it may not be looked at.
  static func status(of path: String) throws(CheckpointError) -> stat {
    try StaleHandle.retried { () throws(CheckpointError) in
      var status = stat()
      guard unsafe stat(path, &status) == 0 else {
        throw CheckpointError(path: path, POSIXErrorCode(rawValue: errno) ?? .EIO)
      }
      return status
    }
  }

  /// Whether nothing says that the contents are others than they were.
  ///
  /// The time of change is left out: it also moves when a file is linked to, renamed or given to
  /// another user, which is no reason to call a run off.
  ///
  /// - Parameter earlier: The file as it was.
  /// - Returns: Whether it is the same file, of the same size, not written since.
  public func hasContents(of earlier: FileIdentity) -> Bool {
    device == earlier.device && inode == earlier.inode && byteCount == earlier.byteCount
      && modificationTime == earlier.modificationTime
  }

  /// Whether a later change would show.
  ///
  /// File systems round times, to 2 seconds at worst: of two writes in one such step the second
  /// leaves the times as they are.
  ///
  /// - Parameter time: When the file was looked at.
  /// - Returns: Whether both times lie at least 2 seconds before that; also false for times in the
  ///   future, which say that some clock is wrong.
  func isSettled(at time: Date) -> Bool {
    let latest = Double(max(modificationTime, changeTime)) / 1e9
    return latest + Self.timeStep < time.timeIntervalSince1970
  }

  /// The longest step of times in a file system, that of FAT, in seconds.
  private static let timeStep = 2.0
}

extension timespec {
  /// Nanoseconds since 1970; years after 2262 count as the last that fits.
  fileprivate var nanoseconds: Int {
    let (seconds, overflow) = Int(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? (tv_sec < 0 ? .min : .max) : seconds &+ Int(tv_nsec)
  }
}
