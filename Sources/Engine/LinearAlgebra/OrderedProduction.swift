internal import Dispatch
internal import Synchronization

/// Calls `produce` once for each index, on up to `workers` threads, while the calling thread takes
/// the values, in index order, as they come.
///
/// Indices are handed out in rising order to whichever thread is free. A body that multiplies calls
/// single-threaded BLAS; the calling thread waits and uses no processor to speak of.
///
/// - Parameters:
///   - count: The number of calls; their indices are `0..<count`.
///   - workers: The number of threads, at least 1.
///   - produce: Receives an index, and a function to call with an amount of work when so much of
///     it has been done.
///   - progress: Receives the amount done by all calls so far, as it grows.
///   - consume: Receives each value.
func produceInOrder<Value: Sendable>(
  count: Int, workers: Int,
  produce: @Sendable (_ index: Int, _ advance: (_ amount: Int) -> Void) -> Value,
  progress: (_ amount: Int) -> Void, consume: (_ value: Value) -> Void
) {
  precondition(workers > 0, "\(workers) workers")
  let board = ProductionBoard<Value>()
  let next = WorkCounter(limit: count)
  withoutActuallyEscaping(produce) { produce in
    let group = DispatchGroup()
    for _ in 0..<min(workers, count) {
      DispatchQueue.global().async(group: group) {
        while let index = next.take() {
          board.post(produce(index) { board.advance(by: $0) }, at: index)
        }
      }
    }
    var (taken, reported) = (0, 0)
    while taken < count {
      let (amount, value) = board.news(of: taken)
      if amount > reported {
        progress(amount)
        reported = amount
      }
      if let value {
        consume(value)
        taken += 1
      }
    }
    group.wait()
  }
}

/// What the threads of a production tell the one that waits.
private final class ProductionBoard<Value: Sendable>: Sendable {
  private struct State {
    /// The work done by all threads.
    var amount = 0
    /// Values that have not been taken, by index.
    var values: [Int: Value] = [:]
  }

  private let state = Mutex(State())
  /// Signalled at each change.
  private let changes = DispatchSemaphore(value: 0)

  func advance(by amount: Int) {
    state.withLock { $0.amount += amount }
    changes.signal()
  }

  func post(_ value: Value, at index: Int) {
    state.withLock { $0.values[index] = value }
    changes.signal()
  }

  /// The work done, and the value of an index if it is there, which is taken; waits for a change
  /// if it is not.
  func news(of index: Int) -> (amount: Int, value: Value?) {
    if let value = take(index) { return value }
    changes.wait()
    return take(index) ?? (state.withLock { $0.amount }, nil)
  }

  private func take(_ index: Int) -> (amount: Int, value: Value?)? {
    state.withLock { state in
      state.values.removeValue(forKey: index).map { (state.amount, $0) }
    }
  }
}
