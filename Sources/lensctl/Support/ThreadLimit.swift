import CSystem
import Engine
import Synchronization

/// Too few threads for any work: what the system lets a user or a job start.
struct ThreadError: EngineError {
  /// How many could be started.
  let found: Int

  var kind: FaultKind { .system }

  var description: String {
    "threads: found \(found) that can be started, expected at least \(ThreadLimit.companions); "
      + "ulimit -u allows more"
  }
}

/// As many threads as the system lets a command start.
///
/// A thread that cannot be started would be waited for without end; so it is tried before.
enum ThreadLimit {
  /// The threads that a command runs besides those that compute: two that digest files, one that hands
  /// them out, and one that shows that a lock is held.
  static let companions = 4

  private static let hasWarned = Atomic(false)

  /// The threads to compute on; a warning is printed, once, if they are fewer than wanted.
  ///
  /// - Parameter wanted: The threads wanted, at least 1.
  /// - Returns: As many of them as there can be; one stands for the thread that there is anyway.
  /// - Throws: `ThreadError` if there are too few for what goes on besides.
  static func workers(_ wanted: Int) throws(ThreadError) -> Int {
    let startable = threads_startable(Int32(clamping: wanted + companions))
    let workers = try workers(wanted, startable: Int(startable))
    if workers < wanted, !hasWarned.exchange(true, ordering: .relaxed) {
      Messages.print(
        "warning: \(workers) threads instead of \(wanted): no more can be started; ulimit -u allows "
          + "more")
    }
    return workers
  }

  /// The threads to compute on.
  ///
  /// - Parameters:
  ///   - wanted: The threads wanted.
  ///   - startable: How many can be started.
  /// - Returns: At least 1.
  /// - Throws: `ThreadError` if there are too few for what goes on besides.
  static func workers(_ wanted: Int, startable: Int) throws(ThreadError) -> Int {
    guard startable >= companions else { throw ThreadError(found: startable) }
    return min(wanted, max(1, startable - companions))
  }
}
