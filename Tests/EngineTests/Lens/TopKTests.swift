import Testing

@testable import Engine

@Suite struct TopKTests {
  @Test(arguments: [0, 1, 2, 5, 97, 256], [1, 2, 10, 97, 300])
  func theBestAreThoseOfAStableSort(count: Int, capacity: Int) {
    var generator = SampleGenerator(state: 5)
    // Few distinct scores, so that there are many ties.
    let scores = (0..<count).map { _ in Float(generator.next(below: 7)) - 3 }
    var top = TopK(capacity: capacity)
    for (id, score) in scores.enumerated() { top.insert(id: Int32(id), score: score) }
    let expected = scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(capacity)
    #expect(top.ids == expected.map { Int32($0) })
    #expect(top.scores == expected.map { scores[$0] })
  }

  @Test func equalScoresStayInOrderOfArrival() {
    var top = TopK(capacity: 3)
    for id: Int32 in 0..<10 { top.insert(id: id, score: 0.5) }
    #expect(top.ids == [0, 1, 2])
  }

  @Test func zeroAndNegativeZeroAreEqual() {
    var top = TopK(capacity: 2)
    top.insert(id: 0, score: -0.0)
    top.insert(id: 1, score: 0)
    top.insert(id: 2, score: -0.0)
    #expect(top.ids == [0, 1])
  }

  @Test func nothingIsKeptAfterRemoval() {
    var top = TopK(capacity: 2)
    top.insert(id: 4, score: 1)
    top.removeAll()
    #expect(top.ids.isEmpty && top.scores.isEmpty)
    top.insert(id: 5, score: -1)
    #expect(top.ids == [5])
  }
}
