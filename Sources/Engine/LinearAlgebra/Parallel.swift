internal import Dispatch

/// Calls `body` once for each index, on up to `workers` threads, and returns when all are done.
///
/// Indices are handed out in rising order to whichever thread is free. A body that multiplies
/// calls single-threaded BLAS, so the threads in use never exceed `workers`.
///
/// - Parameters:
///   - count: The number of calls; their indices are `0..<count`.
///   - workers: The number of threads, at least 1.
///   - body: Receives an index.
/// - Returns: The value of each call, in index order.
func mapInParallel<Value: Sendable>(
  count: Int, workers: Int, _ body: @Sendable (_ index: Int) -> Value
) -> [Value] {
  precondition(workers > 0, "\(workers) workers")
  guard workers > 1, count > 1 else { return (0..<count).map(body) }
  return unsafe [Value](unsafeUninitializedCapacity: count) { values, initializedCount in
    nonisolated(unsafe) let values = unsafe values
    let next = WorkCounter(limit: count)
    DispatchQueue.concurrentPerform(iterations: min(workers, count)) { _ in
      while let index = next.take() {
        unsafe values.initializeElement(at: index, to: body(index))
      }
    }
    initializedCount = count
  }
}
