import Synchronization
import Testing

@testable import Engine

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 7, 64, 10_007], [1, 2, 3, 16, 100])
  func everyIndexIsMappedOnceAndInOrder(count: Int, workers: Int) {
    let calls = Atomic<Int>(0)
    let values = mapInParallel(count: count, workers: workers) { index in
      calls.wrappingAdd(1, ordering: .relaxed)
      return [index]
    }
    #expect(values == (0..<count).map { [$0] })
    #expect(calls.load(ordering: .relaxed) == count)
  }

  @Test func valuesAreReleasedOnce() {
    final class Token: Sendable {
      let live: Counter
      init(_ live: Counter) {
        self.live = live
        live.value.wrappingAdd(1, ordering: .relaxed)
      }
      deinit { live.value.wrappingSubtract(1, ordering: .relaxed) }
    }
    let live = Counter()
    do {
      let tokens = mapInParallel(count: 1000, workers: 4) { _ in Token(live) }
      #expect(tokens.count == 1000)
      #expect(live.value.load(ordering: .relaxed) == 1000)
    }
    #expect(live.value.load(ordering: .relaxed) == 0)
  }

  @Test func counterStopsAtItsLimitAndStaysThere() {
    let counter = WorkCounter(limit: 2)
    #expect([counter.take(), counter.take(), counter.take(), counter.take()] == [0, 1, nil, nil])
    #expect(WorkCounter(limit: 0).take() == nil)
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }
}
