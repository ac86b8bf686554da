import Testing

@testable import Engine

@Suite struct DuplicateGroupsTests {
  /// The least row of each connected component, by comparing all pairs in `Double`.
  private func plain(_ rows: Matrix, above threshold: Double) -> [Int] {
    var labels = Array(0..<rows.rows)
    let vectors = (0..<rows.rows).map { rows.row($0).map { Double($0) } }
    func inner(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    for i in labels.indices {
      for j in 0..<i {
        let cosine =
          inner(vectors[i], vectors[j])
          / (inner(vectors[i], vectors[i]) * inner(vectors[j], vectors[j])).squareRoot()
        guard cosine > threshold, labels[i] != labels[j] else { continue }
        let (low, high) = (min(labels[i], labels[j]), max(labels[i], labels[j]))
        for k in labels.indices where labels[k] == high { labels[k] = low }
      }
    }
    return labels
  }

  /// Rows around a few centers, which lie in a cone or all around.
  private func sample(_ count: Int, width: Int, spread: Float, cone: Float, seed: UInt64) -> Matrix
  {
    var generator = SplitMix64(seed: seed)
    let centers = max(1, count / 3)
    let common = Matrix.random(rows: 1, columns: width, using: &generator)
    let center = Matrix.random(rows: centers, columns: width, using: &generator)
    let noise = Matrix.random(rows: count, columns: width, using: &generator)
    var rows = Matrix(rows: count, columns: width)
    for i in 0..<count {
      let scale = Float(1 << (i % 5))
      for j in 0..<width {
        rows[i, j] =
          scale * (cone * common[0, j] + center[i * 7 % centers, j] + spread * noise[i, j])
      }
    }
    return rows
  }

  @Test(arguments: [(1, 1), (2, 3), (101, 5), (90, 40), (70, 200)], [Float(0), 3])
  func groupsAreThoseOfAllPairs(shape: (Int, Int), cone: Float) {
    for (spread, threshold) in [(Float(0.1), 0.99), (0.3, 0.95), (0, 0.999_999)] {
      let rows = sample(shape.0, width: shape.1, spread: spread, cone: cone, seed: 1)
      var generator = SplitMix64(seed: 5)
      let found = DuplicateGroups(of: rows, above: threshold, using: &generator)
      #expect(found.representatives == plain(rows, above: threshold))
      let members = found.groups.map(\.count).reduce(0, +)
      #expect(members - found.groups.count == found.surplusCount)
    }
  }

  @Test func theResultDependsOnNeitherBasisNorThreads() {
    let rows = sample(1300, width: 96, spread: 0.1, cone: 2, seed: 3)
    var generator = SplitMix64(seed: 5)
    let one = DuplicateGroups(of: rows, using: &generator)
    #expect(one.surplusCount > 100)
    for workers in 1...3 {
      #expect(DuplicateGroups(of: rows, using: &generator, workers: workers) == one)
    }
  }

  @Test func aChainIsOneGroupAndOppositesAreNot() {
    // Directions at 0, 5, 10, 15 degrees (cos 5° = 0.9962), at 40, at 180, and one of length 0.
    let rows = Matrix(
      rows: 7, columns: 2,
      elements: [
        1, 0, 0.766_044, 0.642_788, 0.996_195, 0.087_156, 0.984_808, 0.173_648, 0.965_926,
        0.258_819, -1, 0, 0, 0,
      ])
    var generator = SplitMix64(seed: 1)
    let found = DuplicateGroups(of: rows, using: &generator)
    #expect(found.representatives == [0, 1, 0, 0, 0, 5, 6])
    #expect(found.groups == [[0, 2, 3, 4]] && found.surplusCount == 3)
  }

  @Test func equalRowsAreOneGroupAndBrokenRowsNone() {
    var rows = Matrix(
      rows: 600, columns: 20, elements: [Float](repeating: 0.3, count: 600 * 20))
    rows[10, 3] = .nan
    rows[11, 3] = .infinity
    var generator = SplitMix64(seed: 1)
    let found = DuplicateGroups(of: rows, using: &generator)
    #expect(found.groups.count == 1 && found.surplusCount == 597)
    #expect(found.representatives[10] == 10 && found.representatives[11] == 11)
    let none = DuplicateGroups(of: Matrix(rows: 0, columns: 0), using: &generator)
    #expect(none.representatives.isEmpty && none.groups.isEmpty)
    let widthless = DuplicateGroups(of: Matrix(rows: 2, columns: 0), using: &generator)
    #expect(widthless.representatives == [0, 1])
  }
}
