import Testing

@testable import Engine

@Suite struct OrderedParallelTests {
  @Test(arguments: [0, 1, 2, 7, 1009], [1, 2, 3, 16])
  func valuesComeInOrderAndProgressGrowsToTheEnd(count: Int, workers: Int) {
    var values: [Int] = []
    var amounts: [Int] = []
    forEachInOrder(
      count: count, workers: workers, makeState: { 0 },
      produce: { _, index, advance in
        for _ in 0..<3 { advance(2) }
        return index
      },
      progress: { amounts.append($0) }
    ) { values.append($0) }
    #expect(values == Array(0..<count))
    #expect(amounts == amounts.sorted() && amounts.last ?? 0 == 6 * count)
    #expect(Set(amounts).count == amounts.count)
  }

  /// A value that is slow to come holds back those after it, and none is lost.
  @Test func slowValuesAreWaitedFor() {
    var values: [Int] = []
    forEachInOrder(
      count: 40, workers: 4, makeState: { 0 },
      produce: { calls, index in
        calls += 1
        return index % 10 == 0 ? (0..<200_000).reduce(index) { $0 ^ ($1 & 0) } : index
      }
    ) { values.append($0) }
    #expect(values == Array(0..<40))
  }
}
