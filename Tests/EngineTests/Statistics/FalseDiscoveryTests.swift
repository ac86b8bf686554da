import Testing

@testable import Engine

@Suite struct FalseDiscoveryTests {
  @Test func ratesAreThoseOfSciPy() throws {
    for item in try StatisticsFixture.load().falseDiscovery {
      let found = falseDiscoveryRates(item.p)
      #expect(zip(found, item.q).allSatisfy { agree($0, $1, within: 1e-15) })
    }
  }

  /// The definition: reject the k smallest, k the greatest with p₍k₎ ≤ k α / m.
  @Test(arguments: [1, 2, 7, 101])
  func discoveriesAreThoseOfTheStepUpProcedure(count: Int) {
    var generator = SplitMix64(seed: UInt64(count))
    let values = (0..<count).map { _ in
      let u = generator.nextUniform()
      return (u * u * u * 100).rounded(.up) / 100
    }
    let sorted = values.sorted()
    for level in [0.013, 0.051, 0.1, 0.31, 0.9] {
      let most = (1...count).last { sorted[$0 - 1] <= Double($0) * level / Double(count) } ?? 0
      #expect(discoveryCount(values, level: level) == most)
    }
  }

  @Test func theOrderDoesNotMatterAndTiesAreEqual() {
    var generator = SplitMix64(seed: 3)
    let values = (0..<60).map { _ in Double(1 + generator.nextIndex(below: 10)) / 10 }
    let rates = falseDiscoveryRates(values)
    let order = generator.permutation(of: 60)
    #expect(falseDiscoveryRates(order.map { values[$0] }) == order.map { rates[$0] })
    for i in values.indices {
      for j in values.indices where values[i] == values[j] { #expect(rates[i] == rates[j]) }
    }
  }

  @Test func nothingHasNoDiscoveries() {
    #expect(falseDiscoveryRates([]).isEmpty)
    #expect(discoveryCount([], level: 0.05) == 0)
    #expect(falseDiscoveryRates([0]) == [0])
    #expect(falseDiscoveryRates([1, 1]) == [1, 1])
  }
}
