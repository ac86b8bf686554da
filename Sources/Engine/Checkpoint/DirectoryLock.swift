internal import Foundation

/// The right to work on a directory, or on whatever else a file stands for, that one process has at a
/// time.
///
/// The lock is a file that names its holder. Where the file system is known to keep locks for every
/// machine that sees it, `flock` is what counts: it goes with the process, however that ends, and the
/// file that is left is taken over without a word. Where `flock` may hold on one machine alone (NFS,
/// SMB, Lustre, BeeGFS, GPFS, FUSE and the like, which does not show from here), or there is none,
/// the file is a lease: who makes it has it, and must set its time every 15 seconds. It is stale when
/// four of those were missed, by the clock of the file system, or when its process was on this
/// machine and is gone. Holders by `flock` give the same signs of life, and respect leases, so that
/// a server and its clients may work on one directory.
///
/// A process that was stopped for longer than that has lost its lease, which `isLost` tells later. What
/// is done under a lock must therefore be right even if done twice: written beside, and renamed.
public final class DirectoryLock: Sendable {
  /// The file of the lock.
  public let path: String

  /// What the user should know of the lock, in one line; nil if it is as good as any.
  public let warning: String?

  private let heartbeat: Heartbeat

  /// Takes a lock, or finds that another has it; nobody waits.
  ///
  /// - Parameters:
  ///   - path: The file of the lock, in a directory that exists.
  ///   - subject: What messages say is locked; the file, if nil.
  /// - Throws: `LockError` that names the holder, or says why the file cannot be made.
  public convenience init(path: String, subject: String? = nil) throws(LockError) {
    try self.init(path: path, subject: subject, interval: 15, usesLeases: false)
  }

  /// Takes the lock of a directory, a file beside it.
  ///
  /// - Parameter directory: The directory, which need not exist.
  /// - Throws: `LockError` that names the holder, or says why the file cannot be made.
  public convenience init(directory: String) throws(LockError) {
    let directory = directory.withoutFinalSlash
    let path = Self.path(for: directory)
    try self.init(path: path, subject: directory)
    // Probes that others use at this moment are known by their descriptors.
    Temporaries.removeLeftovers(of: path)
  }

  /// Takes a lock.
  ///
  /// - Parameters:
  ///   - path: The file of the lock.
  ///   - subject: What messages say is locked.
  ///   - interval: The seconds from one sign of life to the next.
  ///   - usesLeases: Whether the file is a lease, wherever it lies.
  /// - Throws: `LockError` that names the holder, or says why the file cannot be made.
  init(
    path: String, subject: String?, interval: Double, usesLeases: Bool
  ) throws(LockError) {
    let attempt = LockAttempt(path: path, subject: subject ?? path, interval: interval)
    let (descriptor, isLease) = try attempt.take(usesLeases: usesLeases)
    self.path = path
    warning = isLease ? attempt.leaseWarning : nil
    heartbeat = Heartbeat(path: path, descriptor: descriptor, interval: interval)
  }

  deinit { heartbeat.stop() }

  /// The file of the lock of a directory: beside it, so that it stays when the directory is renamed.
  ///
  /// - Parameter directory: The directory.
  /// - Returns: `DIRECTORY.lock`.
  public static func path(for directory: String) -> String {
    directory.withoutFinalSlash + ".lock"
  }

  /// Whether another has taken the lock, because this process gave no sign of life for too long.
  public var isLost: Bool { heartbeat.isLost }

  /// Gives the lock back; nothing if that was done.
  public func release() { heartbeat.stop() }

  /// Whether a process holds a lock; nothing is changed.
  ///
  /// - Parameter path: The file of the lock.
  /// - Returns: False if there is none, or what is there can be taken over.
  /// - Throws: `LockError` if the file cannot be looked at.
  public static func isHeld(_ path: String) throws(LockError) -> Bool {
    try LockAttempt(path: path, subject: path, interval: 15).isHeld()
  }

  /// Removes the file of a lock that nobody holds.
  ///
  /// - Parameters:
  ///   - path: The file of the lock.
  ///   - subject: What messages say is locked; the file, if nil.
  ///   - force: Whether the lease of another machine is removed though it may be alive.
  /// - Returns: Whether there was one.
  /// - Throws: `LockError` if it is held, or cannot be removed.
  public static func remove(
    _ path: String, subject: String? = nil, force: Bool = false
  ) throws(LockError) -> Bool {
    try LockAttempt(path: path, subject: subject ?? path, interval: 15).removeStale(force: force)
  }
}
