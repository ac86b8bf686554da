public import Foundation

/// Digests of files that were computed before, kept by what identifies a file without its contents.
///
/// Files `digests/<SHA-256 of the path>` in the cache directory, one for each path: a new digest
/// takes the place of the one before. An entry is the identity, the digest, and a digest of both,
/// so that no damaged entry is believed. Entries are written beside their name and renamed; any
/// number of processes may read and write at once.
public struct DigestCache: Sendable, Equatable {
  /// The directory that holds the entries.
  public let directory: String

  /// Whether what a machine alone knows of a file is left out: the number of its device, its inode, and the
  /// time at which that changed.
  private let isShared: Bool

  /// Shares digests of files on shared storage between machines, which number devices differently.
  ///
  /// - Parameter directory: The directory that holds the entries.
  public init(sharedDirectory directory: String) {
    self.directory = directory
    isShared = true
  }

  /// Finds the cache by the environment.
  ///
  /// - Parameter environment: The variables of the process.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    directory = CacheDirectory.path(environment: environment) + "/digests"
    isShared = false
  }

  /// The digest of a file, or nil if it is not known.
  ///
  /// - Parameter identity: The file as it is now.
  /// - Returns: The SHA-256 digest in hexadecimal digits.
  func digest(of identity: FileIdentity) -> String? {
    guard let entry = try? Data(contentsOf: URL(filePath: path(for: identity))) else { return nil }
    let facts = facts(identity)
    let digest = String(decoding: entry.dropFirst(facts.utf8.count).prefix(64), as: UTF8.self)
    return entry == Data(Self.entry(facts, digest).utf8) ? digest : nil
  }

  /// Keeps the digest of a file; a cache that cannot be written is left alone.
  ///
  /// - Parameters:
  ///   - digest: The SHA-256 digest in hexadecimal digits.
  ///   - identity: The file, before and after it was read.
  ///   - time: When it was looked at before; an identity that was not settled then is not kept.
  func keep(_ digest: String, of identity: FileIdentity, seenAt time: Date) {
    guard identity.isSettled(at: time) else { return }
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    // Not made durable: an entry that was lost or torn is not believed, and made again.
    let entry = Self.entry(facts(identity), digest)
    try? Data(entry.utf8).write(to: URL(filePath: path(for: identity)), options: .atomic)
  }

  private func path(for identity: FileIdentity) -> String {
    "\(directory)/\(FileDigest.sha256(Data(identity.path.utf8)))"
  }

  private func facts(_ identity: FileIdentity) -> String {
    let device = isShared ? "" : "device \(identity.device) inode \(identity.inode) "
    let change = isShared ? "" : " changed \(identity.changeTime)"
    return """
      lensctl.digest 1
      path \(identity.path)
      \(device)bytes \(identity.byteCount)
      modified \(identity.modificationTime)\(change)
      sha256\u{20}
      """
  }

  private static func entry(_ facts: String, _ digest: String) -> String {
    let text = "\(facts)\(digest)\n"
    return text + "check \(FileDigest.sha256(Data(text.utf8)))\n"
  }
}
