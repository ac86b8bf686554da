internal import Synchronization

/// Hands out the indices `0..<limit`, each once, to any number of threads.
final class WorkCounter: Sendable {
  private let next = Atomic<Int>(0)
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  /// The next index, or nil when all have been taken.
  func take() -> Int? {
    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < limit ? index : nil
  }
}
