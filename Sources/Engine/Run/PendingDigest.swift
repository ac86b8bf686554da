internal import Foundation
internal import Synchronization

/// The digest of a file that is known from before, or that another thread computes.
final class PendingDigest: Sendable {
  /// The file as it was before it was opened.
  let identity: FileIdentity

  private let operation: BlockOperation?
  private let outcome = Outcome()

  /// The digest, or why there is none, once it is known.
  private final class Outcome: Sendable {
    let value = Mutex<Result<String, any Error>?>(nil)
  }

  /// Looks the digest up, or has it computed.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - identity: The file as it was before it was opened.
  ///   - time: When it was looked at.
  ///   - cache: Where digests are kept; nil to compute always.
  ///   - queue: Computes the digests of files that are not small.
  init(
    of path: String, _ identity: FileIdentity, seenAt time: Date, cache: DigestCache?,
    queue: OperationQueue
  ) {
    self.identity = identity
    let compute: @Sendable () -> Result<String, any Error> = {
      Result { try Self.digest(of: path, identity, seenAt: time, cache: cache) }
    }
    if let known = cache?.digest(of: identity) {
      operation = nil
      outcome.value.withLock { $0 = .success(known) }
    } else if identity.byteCount <= Self.smallByteCount {
      operation = nil
      let computed = compute()
      outcome.value.withLock { $0 = computed }
    } else {
      let operation = BlockOperation { [outcome] in
        let computed = compute()
        outcome.value.withLock { $0 = computed }
      }
      self.operation = operation
      queue.addOperation(operation)
    }
  }

  /// The digest, as soon as it is known.
  ///
  /// - Returns: 64 hexadecimal digits.
  /// - Throws: `CheckpointError` if the file cannot be read; `RunError` if it changed before or
  ///   while it was.
  func value() throws -> String {
    operation?.waitUntilFinished()
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
