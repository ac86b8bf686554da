internal import Foundation

/// One try to take a lock, or to remove it.
struct LockAttempt {
  /// The file of the lock.
  let path: String

  /// What messages say is locked.
  let subject: String

  /// The seconds from one sign of life to the next.
  let interval: Double

  /// What is to be known of a lease.
  var leaseWarning: String {
    "\(subject.printable(limit: 1000)): locked by a lease, as file locks may not reach other machines "
      + "there; after a crash it stays for \(Int(LockFile.patience * interval)) s"
  }

  /// Takes the lock.
  ///
  /// - Parameter usesLeases: Whether the file is a lease, wherever it lies.
  /// - Returns: The open file, and whether it is a lease.
  /// - Throws: `LockError` if another has it, or the file cannot be made.
  func take(usesLeases: Bool) throws(LockError) -> (descriptor: Int32, isLease: Bool) {
    let isLease = try asking { () throws(POSIXError) in
      if usesLeases { return true }
      return try !LockFile.hasLocks(at: path)
    }
    // Each round is lost to another that takes or gives back the lock at the same moment.
    for _ in 0..<Self.rounds {
      if let descriptor = isLease ? try lease() : try lock() { return (descriptor, isLease) }
    }
    throw LockError(subject: subject, path: path, reason: .held(by: nil))
  }

  /// Whether a process holds the lock.
  ///
  /// - Returns: False if there is none, or what is there can be taken over.
  /// - Throws: `LockError` if the file cannot be looked at.
  func isHeld() throws(LockError) -> Bool {
    let hasLocks = try asking { () throws(POSIXError) in try LockFile.hasLocks(at: path) }
    guard let file = try open(makes: false) else { return false }
    defer { file.close() }
    if hasLocks, try !isLocked(file) { return true }
    guard try isNamed(file) else { return false }
    if hasLocks, file.holder?.isLease != true { return false }
    return try !isStale(file)
  }

  /// Removes the lock if nobody holds it.
  ///
  /// - Parameter force: Whether the lease of another machine is removed though it may be alive.
  /// - Returns: Whether there was one.
  /// - Throws: `LockError` if it is held, or cannot be removed.
  func removeStale(force: Bool) throws(LockError) -> Bool {
    let hasLocks = try asking { () throws(POSIXError) in try LockFile.hasLocks(at: path) }
    guard let file = try open(makes: false) else { return false }
    defer { file.close() }
    if hasLocks, try !isLocked(file) { throw held(file.holder) }
    // What was given back meanwhile may have been made again by another.
    guard try isNamed(file) else { return false }
    if hasLocks, file.holder?.isLease != true {
      try asking { () throws(POSIXError) in try SystemFile.remove(path) }
      return true
    }
    let isForeign = !(file.holder?.isHere ?? true)
    let isForced = force && isForeign
    if !isForced, try !isStale(file) { throw held(file.holder) }
    guard try removeLease(file, isForced: isForced) else { throw held(file.holder) }
    return true
  }

  private static let rounds = 100

  /// The seconds that another is given who is about to take a lock or to give it back.
  private static let pause = 0.01

  /// Takes the lock by `flock`.
  ///
  /// - Returns: The open file; nil if it went while it was taken.
  private func lock() throws(LockError) -> Int32? {
    guard let file = try open(makes: true) else { return nil }
    var isTaken = false
    defer { if !isTaken { file.close() } }
    guard try isLocked(file) else {
      guard file.holder.map(\.isGone) ?? true else { throw held(file.holder) }
      // Whoever has it has not yet said so, or only looks whether somebody has it.
      Thread.sleep(forTimeInterval: Self.pause)
      return nil
    }
    guard try isNamed(file) else { return nil }
    // Another machine may have made a lease of it since it was opened.
    let holder = try asking { () throws(POSIXError) in try file.currentHolder() }
    if let holder, holder.isLease, try !isStale(file) { throw held(holder) }
    try write(to: file.descriptor, isLease: false)
    isTaken = true
    return file.descriptor
  }

  /// Makes the lease, or takes the place of one that is stale.
  ///
  /// - Returns: The open file; nil if another was quicker.
  private func lease() throws(LockError) -> Int32? {
    if let descriptor = try newLease() { return descriptor }
    guard let file = try open(makes: false) else { return nil }
    defer { file.close() }
    guard try isStale(file) else { throw held(file.holder) }
    return try removeLease(file, isForced: false) ? try newLease() : nil
  }

  /// Removes a lease by its name.
  ///
  /// Of those who find it stale one does: by its name alone the second would remove the lease of the
  /// first.
  ///
  /// - Parameters:
  ///   - file: The lease.
  ///   - isForced: Whether it is removed even if it is not stale.
  /// - Returns: False if another was quicker.
  /// - Throws: `LockError` if it cannot be looked at or removed.
  private func removeLease(_ file: LockFile, isForced: Bool) throws(LockError) -> Bool {
    let guardPath = path + ".takeover"
    guard let guardian = try made(guardPath) else {
      try removeStaleGuard(guardPath)
      return false
    }
    defer {
      try? SystemFile.remove(guardPath)
      try? SystemFile.close(guardian)
    }
    guard try isNamed(file) else { return false }
    if !isForced, try !isStale(file) { return false }
    try asking { () throws(POSIXError) in try SystemFile.remove(path) }
    return true
  }

  private func newLease() throws(LockError) -> Int32? {
    guard let descriptor = try made(path) else { return nil }
    do {
      try write(to: descriptor, isLease: true)
    } catch {
      try? SystemFile.close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Removes what a process left that ended while it removed a stale lease; otherwise lets the one
  /// that does so have some time.
  private func removeStaleGuard(_ guardPath: String) throws(LockError) {
    guard
      let file = try? LockFile(opening: guardPath, makes: false)
    else { return }
    defer { file.close() }
    if try isStale(file) {
      try? SystemFile.remove(guardPath)
    } else {
      Thread.sleep(forTimeInterval: Self.pause)
    }
  }

  /// Writes who holds the lock; a file that cannot be written is removed.
  private func write(to descriptor: Int32, isLease: Bool) throws(LockError) {
    let holder = LockHolder.current(interval: interval, isLease: isLease)
    do {
      try SystemFile.truncate(descriptor)
      try SystemFile.write(Array(holder.serialized.utf8), to: descriptor)
    } catch {
      try? SystemFile.remove(path)
      throw failure(error)
    }
  }
}

extension LockAttempt {
  /// Opens the file of the lock, or finds that there is none.
  private func open(makes: Bool) throws(LockError) -> LockFile? {
    let file: LockFile
    do {
      file = try LockFile(opening: path, makes: makes)
    } catch  where error.code == .ENOENT && !makes {
      return nil
    } catch {
      throw failure(error)
    }
    guard !file.isOther else {
      file.close()
      let error = OutputError(
        path: path, reason: .cannotCreate("what is not a lock is never replaced"))
      throw LockError(subject: subject, path: path, reason: .file(error))
    }
    return file
  }

  /// Makes a file, or finds that there is one.
  private func made(_ path: String) throws(LockError) -> Int32? {
    do {
      return try SystemFile.create(path)
    } catch  where error.code == .EEXIST {
      return nil
    } catch {
      throw failure(error)
    }
  }

  private func isLocked(_ file: LockFile) throws(LockError) -> Bool {
    try asking { () throws(POSIXError) in try SystemFile.lock(file.descriptor) }
  }

  private func isNamed(_ file: LockFile) throws(LockError) -> Bool {
    try asking { () throws(POSIXError) in try SystemFile.names(path, file.descriptor) }
  }

  private func isStale(_ file: LockFile) throws(LockError) -> Bool {
    try asking { () throws(POSIXError) in try file.isStale(standard: interval) }
  }

  private func held(_ holder: LockHolder?) -> LockError {
    let isForeign = holder.map { $0.isLease && !$0.isHere } ?? false
    return LockError(
      subject: subject, path: path,
      reason: isForeign ? .leased(by: holder?.name) : .held(by: holder?.name))
  }

  private func failure(_ error: POSIXError) -> LockError {
    LockError(
      subject: subject, path: path, reason: .file(OutputError(path: path, error, isCreation: true)))
  }

  private func asking<Value>(
    _ call: () throws(POSIXError) -> Value
  ) throws(LockError) -> Value {
    do { return try call() } catch { throw failure(error) }
  }
}
