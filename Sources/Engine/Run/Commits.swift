internal import Foundation
internal import Synchronization

/// Work that makes things durable on a thread of its own, one piece after another.
final class Commits: Sendable {
  private let queue = OperationQueue()
  private let failure = Mutex<(any Error)?>(nil)

  /// Starts with nothing to do.
  init() { queue.maxConcurrentOperationCount = 1 }

  /// Has work done when what was given before is done.
  ///
  /// - Parameter work: The work.
  /// - Throws: What work that was given before threw.
  func add(_ work: @escaping @Sendable () throws -> Void) throws {
    try wait()
    queue.addOperation { [self] in
      do {
        try work()
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }

  /// Waits until all is done.
  ///
  /// - Throws: What any of it threw first.
  func wait() throws {
    queue.waitUntilAllOperationsAreFinished()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
