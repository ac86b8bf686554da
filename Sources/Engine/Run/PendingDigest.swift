internal import Foundation
internal import Synchronization

/// The digest of a file that is known from before, or that another thread computes once it is
/// asked for.
final class PendingDigest: Sendable {
  /// The file as it was before it was opened.
  let identity: FileIdentity

  private let cache: DigestCache?
  private let operation: BlockOperation
  private let outcome: Outcome

  /// The digest, or why there is none, once it is known.
  private final class Outcome: Sendable {
    let isStarted = Mutex(false)
    let value = Mutex<Result<String, any Error>?>(nil)
  }

  /// Remembers a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - identity: The file as it was before it was opened.
  ///   - time: When it was looked at.
  ///   - cache: Where digests are kept; nil to compute always.
  init(of path: String, _ identity: FileIdentity, seenAt time: Date, cache: DigestCache?) {
    self.identity = identity
    self.cache = cache
    let outcome = Outcome()
    self.outcome = outcome
    operation = BlockOperation {
      let computed = Result { try Self.digest(of: path, identity, seenAt: time, cache: cache) }
      outcome.value.withLock { $0 = computed }
    }
  }

  /// Whether the digest was asked for.
  var isStarted: Bool { outcome.isStarted.withLock { $0 } }

  /// Looks the digest up, or has it computed; nothing if that was done before.
  ///
  /// - Parameter queue: Computes the digests of files that are not small.
  func start(on queue: OperationQueue) {
    let wasStarted = outcome.isStarted.withLock { isStarted in
      defer { isStarted = true }
      return isStarted
    }
    guard !wasStarted else { return }
    if let known = cache?.digest(of: identity) {
      outcome.value.withLock { $0 = .success(known) }
    } else if identity.byteCount <= Self.smallByteCount {
      operation.start()
    } else {
      queue.addOperation(operation)
    }
  }

  /// The digest, as soon as it is known.
  ///
  /// - Precondition: It was started.
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `CheckpointError` if the file cannot be read; `RunError` if it changed before or
  ///   while it was.
  func value() throws -> String {
    if let known = outcome.value.withLock({ $0 }) { return try known.get() }
    precondition(isStarted, "\(identity.path): a digest that was not started")
    operation.waitUntilFinished()
    guard let result = outcome.value.withLock({ $0 }) else {
      preconditionFailure("\(identity.path): a digest that ended without an outcome")
    }
    return try result.get()
  }

  /// Files up to this size are digested at once, in about 2 ms, not on another thread.
  private static let smallByteCount = 4 << 20

  private static func digest(
    of path: String, _ identity: FileIdentity, seenAt time: Date, cache: DigestCache?
  ) throws -> String {
    let digest = try FileDigest.sha256(contentsOf: path)
    let after = try FileIdentity(of: path)
    guard after.hasContents(of: identity) else {
      throw RunError(subject: path, reason: .changedMeanwhile)
    }
    if after == identity { cache?.keep(digest, of: identity, seenAt: time) }
    return digest
  }
}
