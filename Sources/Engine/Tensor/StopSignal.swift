internal import Synchronization

/// A request to stop, made on any thread and looked for between two pieces of work.
///
/// It cannot be taken back.
public final class StopSignal: Sendable {
  private let flag = Atomic(false)

  /// Makes a signal that asks for nothing yet.
  public init() {}

  /// Whether work is to stop.
  public var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// Asks work to stop at the next place where it can go on later.
  public func request() { flag.store(true, ordering: .relaxed) }

  /// Ends work that is to stop.
  ///
  /// - Parameters:
  ///   - subject: What is being made.
  ///   - state: How far it has come, such as `stopped after 3 of 7 shards; the same command goes on`.
  /// - Throws: `Interruption` if it was asked for.
  public func check(
    _ subject: @autoclosure () -> String, _ state: @autoclosure () -> String = "stopped"
  ) throws(Interruption) {
    if isRequested { throw Interruption(subject: subject(), state: state()) }
  }
}
