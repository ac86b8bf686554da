import Testing

@testable import Engine

@Suite struct LabelExchangeTestTests {
  private static func permutations(_ items: [Int]) -> [[Int]] {
    guard items.count > 1 else { return [items] }
    return items.indices.flatMap { index -> [[Int]] in
      var rest = items
      let item = rest.remove(at: index)
      return permutations(rest).map { [item] + $0 }
    }
  }

  /// Labels 0 to 3 are given to 2 or 3 features, label 4 to 9, and label 5 to none: 24 exchanges.
  ///
  /// The mean of 2000 exchanges is within five of its deviations of that of all, the p-value within five of those
  /// of a share.
  @Test func theNullIsThatOfAllExchanges() {
    let names = [0, 0, 1, 1, 1, 2, 2, 2, 3, 3] + [Int](repeating: 4, count: 9)
    let classes = [0, 0, 1, 1, 2, 2, 2, 3, 3, 5] + [4, 4, 4, 0, 1, 5, 5, 5, 2]
    func hits(_ labels: [Int]) -> Int { zip(names, classes).count { $0 == labels[$1] } }
    let all = Self.permutations([0, 1, 2, 3]).map { hits($0 + [4, 5]) }
    let test = LabelExchangeTest(
      names: names, classes: classes, labelCount: 6, replicates: 2000, seed: 1, workers: 2)
    let observed = hits([0, 1, 2, 3, 4, 5])
    #expect(test.right == Double(observed) / 19 && test.binCount == 2)
    let values = all.map { Double($0) / 19 }
    let mean = values.reduce(0, +) / 24
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 24
    #expect(abs(test.nullMean - mean) <= 5 * (variance / 2000).squareRoot())
    let share = Double(all.count { $0 >= observed }) / 24
    #expect(abs(test.pValue - share) <= 5 * (share * (1 - share) / 2000).squareRoot() + 1e-3)
  }

  @Test func theSameForAnyNumberOfThreads() {
    var generator = SplitMix64(seed: 3)
    let names = (0..<200).map { _ in generator.nextIndex(below: 17) }
    let classes = (0..<200).map { _ in generator.nextIndex(below: 17) }
    func test(_ workers: Int, _ seed: UInt64) -> LabelExchangeTest {
      LabelExchangeTest(
        names: names, classes: classes, labelCount: 17, replicates: 97, seed: seed, workers: workers
      )
    }
    #expect(test(1, 5) == test(3, 5))
    #expect(test(1, 5) != test(1, 6))
  }

  /// What is right by one label that all features are named is no agreement.
  @Test func aHubAloneIsRightInTheNullToo() {
    let test = LabelExchangeTest(
      names: [Int](repeating: 2, count: 50), classes: (0..<50).map { $0 < 40 ? 2 : 1 },
      labelCount: 4, replicates: 50, seed: 1, workers: 1)
    #expect(test.right == 0.8 && test.nullMean == 0.8 && test.pValue == 1)
    let none = LabelExchangeTest(
      names: [], classes: [], labelCount: 4, replicates: 5, seed: 1, workers: 1)
    #expect(none.right.isNaN && none.pValue == 1)
  }

  /// Where names say nothing of classes, p-values are uniform, though some labels are named 30 times as often as
  /// others and some classes are as frequent (200 worlds, Kolmogorov-Smirnov p ≥ 0.01); names that say something
  /// are found.
  @Test func itIsCalibrated() {
    @Sendable func trial(_ seed: Int, _ informed: Double) -> Double {
      var generator = SplitMix64(seed: UInt64(700 + seed))
      func skewed() -> Int {
        let u = generator.nextUniform()
        return Int(40 * u * u * u)
      }
      let order = generator.permutation(of: 40)
      let classes = (0..<1500).map { _ in order[skewed()] }
      let names = classes.map { generator.nextUniform() < informed ? $0 : skewed() }
      return LabelExchangeTest(
        names: names, classes: classes, labelCount: 40, replicates: 199, seed: UInt64(seed),
        workers: 1
      ).pValue
    }
    let null = mapInParallel(count: 200, workers: 2) { trial($0, 0) }
    #expect(KolmogorovSmirnov(uniform: null).pValue >= 0.01)
    let error = 3 * (0.05 * 0.95 / 200).squareRoot()
    #expect(Double(null.count { $0 <= 0.05 }) / 200 <= 0.05 + error)
    let informed = mapInParallel(count: 20, workers: 2) { trial($0, 0.2) }
    #expect(informed.allSatisfy { $0 <= 0.01 })
  }
}
