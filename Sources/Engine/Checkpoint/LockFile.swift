internal import Foundation

/// The file of a lock that is open, and what can be found out about who holds it.
struct LockFile {
  /// The file.
  let path: String

  /// Its descriptor.
  let descriptor: Int32

  /// Who says to hold it; nil if nobody does, or not yet.
  let holder: LockHolder?

  /// Whether the file holds something that no lock does, and no part of one.
  let isOther: Bool

  /// Opens the file of a lock.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - makes: Whether it is made if there is none.
  /// - Throws: The error of the system.
  init(opening path: String, makes: Bool) throws(POSIXError) {
    self.path = path
    descriptor = try SystemFile.open(path, O_RDWR | O_NOFOLLOW | (makes ? O_CREAT : 0))
    do {
      let bytes = try SystemFile.start(of: descriptor, count: LockHolder.sizeLimit)
      holder = LockHolder(parsing: bytes)
      isOther = holder == nil && !LockHolder.isTorn(bytes)
    } catch {
      try? SystemFile.close(descriptor)
      throw error
    }
  }

  /// Whether nobody has given a sign of life for so long that nobody will.
  ///
  /// Times are those of the file system alone, whose clock may not be this machine's.
  ///
  /// - Parameter standard: The seconds between signs of life where the file does not say.
  /// - Returns: Whether it is so.
  /// - Throws: The error of the system.
  func isStale(standard: Double) throws(POSIXError) -> Bool {
    if let holder, holder.isGone { return true }
    let age = try Self.time(beside: path) - SystemFile.status(descriptor).st_mtim.seconds
    return age > Self.patience * (holder?.interval ?? standard)
  }

  /// Who says to hold it by now.
  func currentHolder() throws(POSIXError) -> LockHolder? {
    LockHolder(parsing: try SystemFile.start(of: descriptor, count: LockHolder.sizeLimit))
  }

  func close() { try? SystemFile.close(descriptor) }

  /// So many missed signs of life make a lease stale.
  static let patience = 4.0

  /// Whether locks of files in a directory are known to hold on every machine that sees it.
  ///
  /// - Parameter path: A file in the directory.
  /// - Returns: False if they may hold on one machine alone, or there are none.
  /// - Throws: The error of the system.
  static func hasLocks(at path: String) throws(POSIXError) -> Bool {
    try withProbe(beside: path) { (probe) throws(POSIXError) in
      if unsureKinds.contains(try SystemFile.fileSystemKind(probe)) { return false }
      do throws(POSIXError) {
        return try SystemFile.lock(probe)
      } catch  where error.code == .ENOLCK || SystemFile.isUnsupported(error) {
        return false
      }
    }
  }

  /// The present by the clock of a file system, in seconds.
  private static func time(beside path: String) throws(POSIXError) -> Double {
    try withProbe(beside: path) { (probe) throws(POSIXError) in
      try SystemFile.touch(probe)
      return try SystemFile.status(probe).st_mtim.seconds
    }
  }

  private static func withProbe<Value>(
    beside path: String, _ body: (Int32) throws(POSIXError) -> Value
  ) throws(POSIXError) -> Value {
    let name = Temporaries.name(for: path)
    Temporaries.add(name)
    defer { Temporaries.remove(name) }
    let probe = try SystemFile.create(name)
    let result = Result { () throws(POSIXError) in try body(probe) }
    try? SystemFile.close(probe)
    return try result.get()
  }

  /// The kinds of file systems on which `flock` may hold on one machine alone, by how they are
  /// mounted or set up: `linux/magic.h` of the kernel, and for the last three their own sources.
  private static let unsureKinds: Set<Int> = [
    0x6969,  // NFS: `local_lock` and `nolock`
    0x517B, 0xFF53_4D42, 0xFE53_4D42,  // SMB: `nobrl`
    0x6573_5546,  // FUSE: up to the program
    0x0102_1997,  // 9P
    0x5346_414F, 0x6B41_4653,  // AFS
    0x7375_7245,  // Coda
    0x0BD0_0BD0,  // Lustre: `localflock`
    0x1983_0326,  // BeeGFS: `tuneUseGlobalFileLocks`
    0x4750_4653,  // GPFS
  ]
}

extension timespec {
  /// Seconds since 1970.
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_nsec) / 1e9 }
}
