internal import Dispatch
internal import Foundation
internal import Synchronization

/// Computes a value for each index on several threads, and hands them over in rising order on the
/// calling thread while others are being computed.
///
/// With one worker everything runs on the calling thread. Otherwise the calling thread only hands
/// over, and workers stay at most a few values ahead of it.
///
/// - Parameters:
///   - count: The number of values; their indices are `0..<count`.
///   - workers: The number of threads that compute, at least 1.
///   - makeState: Makes what a worker keeps from one value to the next.
///   - produce: Computes the value of an index.
///   - body: Receives each value.
/// - Throws: What `body` throws; no further value is handed over.
func forEachInOrder<State, Value: Sendable, Failure: Error>(
  count: Int, workers: Int, makeState: @escaping @Sendable () -> State,
  produce: @escaping @Sendable (inout State, _ index: Int) -> Value,
  _ body: (Value) throws(Failure) -> Void
) throws(Failure) {
  precondition(workers > 0, "\(workers) workers")
  guard workers > 1, count > 1 else {
    guard count > 0 else { return }
    var state = makeState()
    for index in 0..<count { try body(produce(&state, index)) }
    return
  }
  let handover = Handover<Value>(count: count, room: 2 * workers + 2)
  let running = DispatchGroup()
  for _ in 0..<min(workers, count) {
    running.enter()
    let thread = Thread {
      var state = makeState()
      while let index = handover.take() { handover.put(produce(&state, index), at: index) }
      running.leave()
    }
    thread.start()
  }
  defer {
    handover.close()
    running.wait()
  }
  for index in 0..<count { try body(handover.value(at: index)) }
}

/// Values on their way from the threads that compute them to the one that uses them.
private final class Handover<Value: Sendable>: Sendable {
  private struct Contents {
    var values: [Int: Value] = [:]
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

  /// Waits for a value and takes it out.
  func value(at index: Int) -> Value {
    while true {
      if let value = contents.withLock({ $0.values.removeValue(forKey: index) }) {
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
