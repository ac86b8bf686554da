import Testing

@testable import Engine

@Suite struct BestRowsTests {
  /// Whole numbers, so that products are exact and ties are many.
  @Test(arguments: [(0, 3, 5), (1, 1, 1), (13, 17, 24), (1000, 40, 3), (5, 300, 130)])
  func theBestIsThatOfTheDefinition(m: Int, k: Int, d: Int) {
    var generator = SplitMix64(seed: 2)
    func matrix(_ rows: Int) -> Matrix {
      Matrix(
        rows: rows, columns: d,
        elements: (0..<(rows * d)).map { _ in Float(Int.random(in: -2...2, using: &generator)) })
    }
    let (rows, others) = (matrix(k), matrix(m))
    let isMasked = (0..<k).map { $0 % 3 == 1 }
    let expected = (0..<m).map { i -> Int32 in
      var best = (index: Int32(-1), score: -Float.infinity)
      for j in 0..<k where !isMasked[j] {
        let score = zip(others.row(i), rows.row(j)).reduce(0) { $0 + $1.0 * $1.1 }
        if score > best.score { best = (Int32(j), score) }
      }
      return best.index
    }
    #expect(BestRows(among: rows, isMasked: isMasked).indices(for: others) == expected)
  }

  @Test func whereAllAreMaskedThereIsNone() {
    let best = BestRows(among: Matrix(rows: 2, columns: 2), isMasked: [true, true])
    #expect(best.indices(for: Matrix(rows: 2, columns: 2)) == [-1, -1])
  }
}
