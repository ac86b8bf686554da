internal import Foundation

/// Files that a network file system says are stale (`ESTALE`): what the client remembers of them is
/// no longer so on the server.
///
/// To look again most often finds the file that has the name now.
enum StaleHandle {
  /// Calls until what is found is not stale, at most four times.
  ///
  /// - Parameter body: Opens a file or looks at it.
  /// - Returns: What `body` returns.
  /// - Throws: What `body` throws the last time.
  static func retried<Value>(
    _ body: () throws(CheckpointError) -> Value
  ) throws(CheckpointError) -> Value {
    for pause in pauses {
      do {
        return try body()
      } catch  where error.reason == stale {
        Thread.sleep(forTimeInterval: pause)
      }
    }
    return try body()
  }

  /// Seconds.
  private static let pauses = [0.02, 0.1, 0.5]

  private static let stale = CheckpointError.Reason.unreadable(POSIXError(.ESTALE).text)
}
