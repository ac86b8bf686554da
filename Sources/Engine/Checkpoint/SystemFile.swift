internal import CSystem
internal import Foundation

/// The calls of the operating system that make files durable, one each.
///
/// Errors are those of the call. What a signal interrupts is called again.
enum SystemFile {
  /// Opens a file for writing that must not exist.
  ///
  /// The corresponding C function is `open`, with `O_EXCL`, `O_CLOEXEC` and `O_NOFOLLOW`.
  ///
  /// - Parameter path: The file.
  /// - Returns: Its descriptor.
  /// - Throws: `EEXIST` if anything stands there, a broken link too.
  static func create(_ path: String) throws(POSIXError) -> Int32 {
    try open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
  }

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - flags: The flags of `open`, to which `O_CLOEXEC` is added.
  /// - Returns: Its descriptor.
  /// - Throws: The error of the system.
  static func open(_ path: String, _ flags: Int32) throws(POSIXError) -> Int32 {
    let mode: mode_t = 0o666
    return try retried { unsafe Foundation.open(path, flags | O_CLOEXEC, mode) }
  }

  /// Closes a descriptor, which is closed even if that fails.
  ///
  /// The corresponding C function is `close`. On Linux a call that was interrupted has closed the
  /// descriptor, which may be another's by the time of a second call.
  static func close(_ descriptor: Int32) throws(POSIXError) {
    guard Foundation.close(descriptor) == 0 || errno == EINTR else { throw lastError }
  }

  /// Makes what was written durable.
  ///
  /// The corresponding C function is `fsync`. After an error it must not be called again: the next
  /// call may find nothing to do and succeed, though what was written is lost.
  ///
  /// - Parameter descriptor: A file or a directory.
  /// - Returns: False if the file system has no such thing.
  /// - Throws: Any other error.
  static func synchronize(_ descriptor: Int32) throws(POSIXError) -> Bool {
    do {
      _ = try retried { fsync(descriptor) }
      return true
    } catch  where unsupported.contains(error.code) {
      return false
    }
  }

  /// Makes the names in a directory durable.
  ///
  /// - Parameter path: The directory.
  /// - Returns: False if the file system has no such thing, or the directory cannot be opened.
  /// - Throws: Any other error.
  static func synchronize(directory path: String) throws(POSIXError) -> Bool {
    let descriptor: Int32
    do {
      descriptor = try open(path, O_RDONLY | O_DIRECTORY)
    } catch  where error.code == .EACCES {
      // A directory may be written to and not be read.
      return false
    }
    let result = Result { () throws(POSIXError) in try synchronize(descriptor) }
    try close(descriptor)
    return try result.get()
  }

  /// Gives a file or directory another name, in the place of a file that has it.
  ///
  /// The corresponding C function is `rename`.
  static func rename(_ path: String, to newPath: String) throws(POSIXError) {
    _ = try retried { unsafe Foundation.rename(path, newPath) }
  }

  /// Exchanges the names of two files or directories: at every moment each name has one of them.
  ///
  /// The corresponding C function is `renameat2`, with `RENAME_EXCHANGE`.
  ///
  /// - Returns: False if the file system or the kernel has no such thing.
  /// - Throws: Any other error.
  static func exchange(_ path: String, with other: String) throws(POSIXError) -> Bool {
    do {
      _ = try retried { unsafe file_system_exchange(path, other) }
      return true
    } catch  where isUnsupported(error) {
      return false
    }
  }

  /// Removes the name of a file.
  ///
  /// The corresponding C function is `unlink`.
  static func remove(_ path: String) throws(POSIXError) {
    _ = try retried { unsafe unlink(path) }
  }

  /// Writes all bytes at the place where the descriptor stands.
  ///
  /// The corresponding C function is `write`.
  static func write(_ bytes: [UInt8], to descriptor: Int32) throws(POSIXError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = try retried {
        unsafe rest.withUnsafeBytes { bytes in
          unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
        }
      }
      rest = rest.dropFirst(count)
    }
  }

  /// The first bytes of a file, wherever the descriptor stands.
  ///
  /// The corresponding C function is `pread`.
  static func start(of descriptor: Int32, count: Int) throws(POSIXError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try retried { unsafe pread(descriptor, &bytes, count, 0) }
    return Array(bytes.prefix(read))
  }

  /// The contents of a file, mapped into memory; read where the file system maps nothing.
  ///
  /// The corresponding C function is `mmap`.
  ///
  /// - Parameter path: The file.
  /// - Returns: The contents, of which slices share the map.
  /// - Throws: The error of the system.
  static func contents(of path: String) throws(POSIXError) -> Data {
    let descriptor = try open(path, O_RDONLY)
    let result = Result { () throws(POSIXError) in try contents(of: descriptor) }
    try? close(descriptor)
    return try result.get()
  }

  private static func contents(of descriptor: Int32) throws(POSIXError) -> Data {
    let count = try Int(status(descriptor).st_size)
    // Nothing cannot be mapped; and some files of the system say to be empty that are not.
    guard count > 0 else { return try rest(of: descriptor) }
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      guard errno == ENODEV else { throw lastError }
      return try rest(of: descriptor)
    }
    return unsafe Data(bytesNoCopy: address, count: count, deallocator: .unmap)
  }

  /// All bytes from where the descriptor stands.
  private static func rest(of descriptor: Int32) throws(POSIXError) -> Data {
    do {
      return try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).readToEnd() ?? Data()
    } catch {
      throw POSIXError((error as NSError).posixCode ?? .EIO)
    }
  }

  /// Empties an open file.
  ///
  /// The corresponding C function is `ftruncate`.
  static func truncate(_ descriptor: Int32) throws(POSIXError) {
    _ = try retried { ftruncate(descriptor, 0) }
  }

  /// Sets the time of modification to the present, by the clock of the file system.
  ///
  /// The corresponding C function is `futimens`.
  static func touch(_ descriptor: Int32) throws(POSIXError) {
    _ = try retried { futimens(descriptor, nil) }
  }

  /// What the system knows of an open file.
  static func status(_ descriptor: Int32) throws(POSIXError) -> stat {
    var status = stat()
    _ = try retried { unsafe fstat(descriptor, &status) }
    return status
  }

  /// Whether a path names an open file, and not another or none.
  static func names(_ path: String, _ descriptor: Int32) throws(POSIXError) -> Bool {
    var named = stat()
    guard unsafe lstat(path, &named) == 0 else { return false }
    let status = try status(descriptor)
    return named.st_dev == status.st_dev && named.st_ino == status.st_ino
  }

  /// Whether an error says that there is no such operation here.
  static func isUnsupported(_ error: POSIXError) -> Bool { unsupported.contains(error.code) }

  /// The number by which a file system names its kind, as in `statfs`(2).
  static func fileSystemKind(_ descriptor: Int32) throws(POSIXError) -> Int {
    try retried { file_system_kind(descriptor) }
  }

  /// Whether there is a process of an id, of whatever user.
  ///
  /// The corresponding C function is `kill`, with no signal.
  static func isRunning(_ process: Int32) -> Bool { kill(process, 0) == 0 || errno != ESRCH }

  private static let unsupported: Set<POSIXErrorCode> = [.EINVAL, .EOPNOTSUPP, .ENOSYS]

  private static var lastError: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }

  private static func retried<Number: SignedInteger>(
    _ call: () -> Number
  ) throws(POSIXError) -> Number {
    while true {
      let result = call()
      if result >= 0 { return result }
      guard errno == EINTR else { throw lastError }
    }
  }
}

extension SystemFile {
  /// Takes the lock of an open file, or finds that another has it.
  ///
  /// The corresponding C function is `flock`.
  ///
  /// - Parameter descriptor: The file.
  /// - Returns: False if another has it.
  /// - Throws: An error that says that there are no locks here, or any other.
  static func lock(_ descriptor: Int32) throws(POSIXError) -> Bool {
    do {
      _ = try retried { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch  where error.code == .EWOULDBLOCK {
      return false
    }
  }
}
