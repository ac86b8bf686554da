import Testing

@testable import Engine

/// Mappings of features, and which of them is found in a table filed by it.
@Suite struct IndexPermutationTests {
  private static let labels = (0..<40).map { "label \($0)" }

  /// First labels of features, seeded.
  private static func names(_ count: Int, labelCount: Int = 40, seed: UInt64 = 7) -> [Int32] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Int32(Int(generator.next() % UInt64(labelCount))) }
  }

  /// A table in which row k stands under the k-th feature of an order, written as the loop that does it.
  private static func filed(_ names: [Int32], order: [Int]) -> [Int32] {
    var table = [Int32](repeating: -1, count: names.count)
    for (row, feature) in order.enumerated() { table[feature] = names[row] }
    return table
  }

  private static func detect(
    _ table: [Int32], _ names: [Int32], alive: [Int]? = nil, listing: [Int]? = nil,
    order: [Int]? = nil, width: Int = 16
  ) -> IndexPermutation {
    let clues = IndexMapping.Clues(
      featureCount: names.count, inputWidth: width,
      tableOrder: order ?? table.indices.filter { table[$0] >= 0 }, alive: alive, listing: listing)
    return IndexPermutation(
      table: table, found: names, labels: labels, mappings: IndexMapping.all(clues))
  }

  @Test func aRightTableIsFoundRight() {
    let names = Self.names(256)
    let result = Self.detect(names, names)
    #expect(result.best.name == "identity" && result.best.isIdentity && !result.isPermuted)
    #expect(result.best.hits == 256 && result.rowCount == 256)
    #expect(result.pValue < 1e-300)
  }

  @Test func everyMappingIsFoundInATableFiledByIt() {
    let names = Self.names(256)
    let ids = Array(0..<256)
    let alive = ids.filter { $0 % 7 != 3 }
    var generator = SplitMix64(seed: 3)
    var listing = alive
    for i in listing.indices.reversed() { listing.swapAt(i, Int(generator.next() % UInt64(i + 1))) }
    let mappings = IndexMapping.all(
      .init(
        featureCount: 256, inputWidth: 16, tableOrder: alive, alive: alive, listing: listing))
    let names16 = mappings.map(\.name)
    #expect(
      names16 == [
        "identity", "offset +1", "offset -1", "reversed", "listing", "listing inverse", "strings",
        "strings inverse", "alive", "alive inverse", "alive strings", "alive strings inverse",
        "transposed 16x16",
      ])
    for mapping in mappings {
      let table = mapping.sources.map { $0 < 0 ? -1 : names[Int($0)] }
      let result = Self.detect(table, names, alive: alive, listing: listing, order: alive)
      #expect(result.best.name == mapping.name)
      #expect(result.best.hits == table.count { $0 >= 0 })
      #expect(result.isPermuted == (mapping.name != "identity"))
    }
  }

  @Test func orderOfTextIsThatOfSortedNames() throws {
    let mapping = try #require(
      IndexMapping.all(.init(featureCount: 112, inputWidth: 5, tableOrder: Array(0..<112)))
        .first { $0.name == "strings" })
    // "0", "1", "10", "100", "101", ..., "109", "11", "110", "111", "12": rows 0, 1, 2, ...
    for (row, feature) in [0, 1, 10, 100, 101].enumerated() {
      #expect(mapping.sources[feature] == row)
    }
    #expect(mapping.sources[11] == 13 && mapping.sources[12] == 16)
    #expect(mapping.sources[2] == 24)
    #expect(Set(mapping.sources) == Set(0..<112))
    #expect(mapping.inverse.sources[24] == 2)
  }

  @Test func tablesAreTransposedByTheirShapes() {
    let names = Self.names(96)
    for (rows, columns, name) in [(6, 16, "transposed 6x16"), (16, 6, "transposed 6x16 inverse")] {
      // Feature r * columns + c gets the row that stands at c * rows + r.
      var table = [Int32](repeating: -1, count: 96)
      for r in 0..<rows {
        for c in 0..<columns { table[r * columns + c] = names[c * rows + r] }
      }
      let result = Self.detect(table, names)
      #expect(result.best.name == name && result.best.hits == 96)
    }
  }

  @Test func theOrderOfTheTableIsAListing() {
    let names = Self.names(64)
    let order = (0..<64).map { $0 * 27 % 64 }
    let result = Self.detect(Self.filed(names, order: order), names, order: order)
    #expect(result.best.name == "table order" && result.isPermuted)
  }

  /// p of the best against the sum of binomial terms in `Double`.
  @Test func pIsBinomialTimesTheNumberOfMappings() throws {
    let names = Self.names(30, labelCount: 3, seed: 11)
    let table = Self.names(30, labelCount: 3, seed: 12)
    let result = Self.detect(table, names)
    let trial = result.best
    let q = (0..<3).map { label in Double(names.count { $0 == Int32(label) }) / 30 }
    let mapping = try #require(
      IndexMapping.all(.init(featureCount: 30, inputWidth: 16, tableOrder: Array(0..<30)))
        .first { $0.name == trial.name })
    let compared = (0..<30).filter { mapping.sources[$0] >= 0 }
    let chance =
      compared.reduce(0.0) { $0 + q[Int(table[$1])] } / Double(compared.count)
    #expect(abs(trial.chance - chance) < 1e-12)
    #expect(trial.hits == compared.count { table[$0] == names[Int(mapping.sources[$0])] })
    var (tail, n) = (0.0, compared.count)
    for k in trial.hits...n {
      var term = 1.0
      for i in 0..<k { term *= Double(n - i) / Double(k - i) * chance }
      for _ in k..<n { term *= 1 - chance }
      tail += term
    }
    #expect(abs(trial.probability - tail) <= 1e-12 * tail)
    #expect(result.pValue == min(1, trial.probability * Double(result.trials.count)))
    #expect(!result.isPermuted)
  }

  /// Tables that have nothing to do with the names: p is no less than it says.
  @Test func unrelatedTablesAreNotCalledPermuted() {
    let names = Self.names(200)
    var low = 0
    for seed in 100..<300 {
      let result = Self.detect(Self.names(200, seed: UInt64(seed)), names)
      #expect(!result.isPermuted)
      if result.pValue <= 0.05 { low += 1 }
    }
    // Expected at most 10 of 200, deviation 3.1: 20 or more has probability .002.
    #expect(low < 20)
  }

  @Test func equalTextsAgreeAndNothingElse() {
    let labels = ["missile", "sunglasses", "missile", "caf\u{E9}", "cafe\u{301}"]
    let mappings = [IndexMapping(name: "identity", order: [0, 1, 2, 3], featureCount: 4)]
    let result = IndexPermutation(
      table: [0, 1, 3, -1], found: [2, -1, 4, 0], labels: labels, mappings: mappings)
    #expect(result.best.compared == 2 && result.best.hits == 1 && result.rowCount == 3)
    #expect(result.hitShare(of: result.best) == 1.0 / 3)
  }

  @Test func nothingToCompareIsNoPermutation() {
    let result = Self.detect([-1, -1, -1], [0, 1, 2])
    #expect(result.best.name == "identity" && result.pValue == 1 && !result.isPermuted)
    #expect(result.hitShare(of: result.best) == 0)
  }
}
