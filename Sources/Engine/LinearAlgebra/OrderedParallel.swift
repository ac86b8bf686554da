internal import Dispatch
internal import Foundation
internal import Synchronization

/// Computes a value for each index on several threads, and hands them over in rising order on the
/// calling thread while others are being computed.
///
/// With one worker, or one value, everything runs on the calling thread. Otherwise the calling
/// thread only hands over, and workers stay at most a few values ahead of it.
///
/// - Parameters:
///   - count: The number of values; their indices are `0..<count`.
///   - workers: The number of threads that compute, at least 1.
///   - makeState: Makes what a worker keeps from one value to the next.
///   - produce: Computes the value of an index.
///   - body: Receives each value.
/// - Throws: What `body` throws, when the values that are being computed are done; no further value
///   is handed over.
func forEachInOrder<State, Value: Sendable, Failure: Error>(
  count: Int, workers: Int, makeState: @escaping @Sendable () -> State,
  produce: @escaping @Sendable (inout State, _ index: Int) -> Value,
  _ body: (Value) throws(Failure) -> Void
) throws(Failure) {
  try forEachInOrder(
    count: count, workers: workers, makeState: makeState,
    produce: { state, index, _ in produce(&state, index) }, progress: { _ in }, body)
}

/// The same for values that take long, with news of how far they have come.
///
/// - Parameters:
///   - count: The number of values; their indices are `0..<count`.
///   - workers: The number of threads that compute, at least 1.
///   - makeState: Makes what a worker keeps from one value to the next.
///   - produce: Computes the value of an index. Receives a function to be called with an amount of
///     work, in any unit, when so much has been done.
///   - progress: Receives, on the calling thread, the amount done by all workers so far, as it grows.
///   - body: Receives each value.
/// - Throws: What `body` throws, when the values that are being computed are done; no further value
///   is handed over.
func forEachInOrder<State, Value: Sendable, Failure: Error>(
  count: Int, workers: Int, makeState: @escaping @Sendable () -> State,
  produce:
    @escaping @Sendable (
      inout State, _ index: Int, _ advance: (_ amount: Int) -> Void
    ) -> Value,
  progress: (_ amount: Int) -> Void, _ body: (Value) throws(Failure) -> Void
) throws(Failure) {
  precondition(workers > 0, "\(workers) workers")
  guard workers > 1, count > 1 else {
    guard count > 0 else { return }
    var state = makeState()
    var done = 0
    for index in 0..<count {
      let value = produce(&state, index) { amount in
        done += amount
        progress(done)
      }
      try body(value)
    }
    return
  }
  let handover = Handover<Value>(count: count, room: 2 * workers + 2)
  let running = DispatchGroup()
  for _ in 0..<min(workers, count) {
    running.enter()
    let thread = Thread {
      var state = makeState()
      while let index = handover.take() {
        handover.put(produce(&state, index, handover.advance), at: index)
      }
      running.leave()
    }
    thread.start()
  }
  defer {
    handover.close()
    running.wait()
  }
  var reported = 0
  for index in 0..<count {
    let value = handover.value(at: index) { done in
      if done > reported { progress(done) }
      reported = done
    }
    try body(value)
  }
}

/// Values on their way from the threads that compute them to the one that uses them.
private final class Handover<Value: Sendable>: Sendable {
  private struct Contents {
    var values: [Int: Value] = [:]
    /// The work that has been done, in the unit of whoever does it.
    var done = 0
    var isClosed = false
  }

  private let indices: WorkCounter
  private let contents = Mutex(Contents())
  private let workerLimit: Int
  private let arrivals = DispatchSemaphore(value: 0)
  // Starts at 0, as a semaphore must not end below its first value.
  private let room = DispatchSemaphore(value: 0)

  /// Makes room for so many values that are computed and not yet used.
  init(count: Int, room limit: Int) {
    indices = WorkCounter(limit: count)
    workerLimit = limit
    for _ in 0..<limit { room.signal() }
  }

  /// Waits for room, then gives the next index, or nil when all have been taken or nobody waits
  /// for more.
  func take() -> Int? {
    room.wait()
    return contents.withLock(\.isClosed) ? nil : indices.take()
  }

  func put(_ value: Value, at index: Int) {
    contents.withLock { $0.values[index] = value }
    arrivals.signal()
  }

  /// Tells whoever waits that work has been done.
  func advance(by amount: Int) {
    contents.withLock { $0.done += amount }
    arrivals.signal()
  }

  /// Waits for a value and takes it out; tells the work done at each arrival.
  func value(at index: Int, progress: (_ done: Int) -> Void) -> Value {
    while true {
      let (value, done) = contents.withLock { ($0.values.removeValue(forKey: index), $0.done) }
      progress(done)
      if let value {
        room.signal()
        return value
      }
      arrivals.wait()
    }
  }

  /// Ends all waiting for room.
  func close() {
    contents.withLock { $0.isClosed = true }
    for _ in 0..<workerLimit { room.signal() }
  }
}
