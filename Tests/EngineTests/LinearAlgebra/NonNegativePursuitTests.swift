import Testing

@testable import Engine

@Suite struct NonNegativePursuitTests {
  @Test func stepsAreThoseOfSciPy() throws {
    var rows: [Float] = []
    for item in try StatisticsFixture.load().pursuits {
      if !item.rows.isEmpty { rows = item.rows }
      let pursuit = NonNegativePursuit(
        dictionary: Matrix(rows: item.atoms, columns: item.width, elements: rows))
      let vector = Matrix(rows: 1, columns: item.width, elements: item.vector)
      let found = try #require(pursuit.decompose(vector).first)
      #expect(found.atoms == item.chosen)
      // Rows are of unit length to 1e-7, fits are in Double on both sides.
      #expect(zip(found.shares, item.shares).allSatisfy { abs($0 - $1) < 1e-9 })
      #expect(zip(found.weights, item.weights).allSatisfy { abs($0 - $1) < 1e-9 })
      #expect(found.shares == found.shares.sorted())
      let cut = pursuit.decompose(vector, mostAtoms: 2)[0]
      #expect(cut.atoms == Array(item.chosen.prefix(2)))
      #expect(pursuit.decompose(vector, mostAtoms: 0)[0].atoms.isEmpty)
    }
  }

  @Test func plantedRowsAreFound() {
    var generator = SplitMix64(seed: 1)
    let rows = Matrix(rounding: haarRotation(size: 16, using: &generator))
    var vector = [Float](repeating: 0, count: 16)
    for (row, weight) in [(3, Float(0.8)), (11, 0.5), (7, 0.3)] {
      for j in 0..<16 { vector[j] += weight * rows[row, j] }
    }
    for j in 0..<16 { vector[j] -= 0.4 * rows[5, j] }
    let found = NonNegativePursuit(dictionary: rows)
      .decompose(Matrix(rows: 1, columns: 16, elements: vector))[0]
    #expect(found.atoms == [3, 11, 7])
    // 0.64, 0.25, 0.09 of 1.14; the rest points away from the fifth row.
    let expected = [0.64 / 1.14, 0.89 / 1.14, 0.98 / 1.14]
    #expect(zip(found.shares, expected).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(zip(found.weights, [0.8, 0.5, 0.3]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func theLeastCosineEndsIt() {
    let rows = Matrix(rows: 2, columns: 3, elements: [1, 0, 0, 0, 1, 0])
    let pursuit = NonNegativePursuit(dictionary: rows)
    let vector = Matrix(rows: 1, columns: 3, elements: [0.8, 0.1, 0.59])
    // What is left after the first step has a cosine of 0.1/√(0.01 + 0.3481) = 0.167 with the second row.
    #expect(pursuit.decompose(vector, leastCosine: 0.16)[0].atoms == [0, 1])
    #expect(pursuit.decompose(vector, leastCosine: 0.17)[0].atoms == [0])
    #expect(pursuit.decompose(vector, leastCosine: 0.9)[0].atoms.isEmpty)
  }

  @Test func equalRowsAreTakenByIndexAndOnce() {
    let rows = Matrix(rows: 3, columns: 2, elements: [0, 1, 1, 0, 1, 0])
    let found = NonNegativePursuit(dictionary: rows)
      .decompose(Matrix(rows: 2, columns: 2, elements: [1, 0, 0, 0]))
    #expect(found[0].atoms == [1] && found[0].shares == [1])
    #expect(found[1].atoms.isEmpty && found[1].shares.isEmpty)
  }

  @Test func vectorsDoNotBearOnEachOther() {
    var generator = SplitMix64(seed: 2)
    var dictionary = Matrix.random(rows: 1500, columns: 12, using: &generator)
    var span = dictionary.elements.mutableSpan
    normalizeRows(&span, width: 12)
    let vectors = Matrix.random(rows: 500, columns: 12, using: &generator)
    let pursuit = NonNegativePursuit(dictionary: dictionary)
    let one = pursuit.decompose(vectors, mostAtoms: 3)
    #expect(pursuit.decompose(vectors, mostAtoms: 3, workers: 3) == one)
    for row in [0, 17, 499] {
      let alone = Matrix(rows: 1, columns: 12, elements: Array(vectors.row(row)))
      #expect(pursuit.decompose(alone, mostAtoms: 3) == [one[row]])
    }
  }
}
