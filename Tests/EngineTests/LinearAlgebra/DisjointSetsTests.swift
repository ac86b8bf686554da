import Testing

@testable import Engine

@Suite struct DisjointSetsTests {
  @Test func joinedNumbersHaveOneRepresentative() {
    var sets = DisjointSets(count: 6)
    #expect(sets.representatives() == [0, 1, 2, 3, 4, 5])
    let isFirst = sets.join(4, 2)
    let isSecond = sets.join(2, 4)
    #expect(isFirst && !isSecond)
    sets.join(5, 4)
    sets.join(1, 3)
    #expect(sets.representatives() == [0, 1, 2, 1, 2, 2])
    sets.join(5, 3)
    #expect(sets.representatives() == [0, 1, 1, 1, 1, 1])
  }
}
