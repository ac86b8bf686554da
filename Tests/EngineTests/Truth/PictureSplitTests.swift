import Testing

@testable import Engine

@Suite struct PictureSplitTests {
  /// Classes of 7, 0, 1, 2 and 3 pictures.
  private let classIDs: [Int32] = [0, 4, 0, 2, 0, 3, 0, 4, 0, 0, 3, 0, 4]

  @Test(arguments: [(2, true), (2, false), (3, true), (3, false)])
  func everyPictureIsInOnePartAtMost(partCount: Int, isEqual: Bool) {
    var generator = SplitMix64(seed: 1)
    let split = PictureSplit(
      classIDs, classCount: 5, partCount: partCount, isEqual: isEqual, using: &generator)
    for id in 0..<5 {
      let members = classIDs.indices.filter { classIDs[$0] == Int32(id) }
      let sizes = (0..<partCount).map { split.counts[$0][id] }
      for part in 0..<partCount {
        let inPart = members.filter { split.parts[$0] == UInt8(part) }
        #expect(inPart.count == sizes[part])
        #expect(inPart.map { Int(split.ranks[$0]) }.sorted() == Array(0..<inPart.count))
      }
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= (isEqual ? 0 : 1))
      let used = sizes.reduce(0, +)
      #expect(isEqual ? members.count - used < partCount : used == members.count)
    }
  }

  @Test func partsOfOneSeedAreTheSameAndOfAnotherAreNot() {
    let parts = [3, 3, 4].map { (seed: UInt64) -> [UInt8] in
      var generator = SplitMix64(seed: seed)
      return PictureSplit(
        classIDs, classCount: 5, partCount: 2, isEqual: true, using: &generator
      ).parts
    }
    #expect(parts[0] == parts[1] && parts[0] != parts[2])
  }

  @Test func theMedianIsOverClassesWithPictures() {
    var generator = SplitMix64(seed: 1)
    let split = PictureSplit(
      classIDs, classCount: 5, partCount: 3, isEqual: false, using: &generator)
    #expect((0..<3).map { split.counts[$0][0] } == [2, 2, 3])
    // 7, 1, 2 and 3 pictures: parts of 2, 0, 0, 1; 2, 0, 1, 1; 3, 1, 1, 1.
    let totals = [7, 0, 1, 2, 3]
    #expect((0..<3).map { split.medianCount(of: $0, totals: totals) } == [0, 1, 1])
    let none = PictureSplit([], classCount: 2, partCount: 3, isEqual: false, using: &generator)
    #expect(none.medianCount(of: 0, totals: [0, 0]) == 0)
  }
}
