import Testing

@testable import Engine

@Suite struct RowMomentsTests {
  /// Rows with a common component 300 times their differences: without the origin, products in `Float` would
  /// lose the differences, whose squares are 1e-5 of those of the rows.
  @Test(arguments: [(1, 3), (40, 7), (700, 12)])
  func momentsAreThoseOfTheRowsThatCount(rows: Int, width: Int) {
    let elements = Matrix.random(rows: rows, columns: width, seed: 12).elements
      .enumerated().map { 300 + Float($0.offset % width) + $0.element }
    let isCounted = (0..<rows).map { rows == 1 || $0 % 5 != 2 }
    var moments = RowMoments(origin: Array(elements.prefix(width)))
    for start in stride(from: 0, to: rows, by: 64) {
      let tile = start..<min(start + 64, rows)
      moments.add(
        moments.tile(
          Array(elements[(start * width)..<(tile.upperBound * width)]),
          isCounted: Array(isCounted[tile])))
    }
    let counted = elements.map(Double.init).split(intoRowsOf: width).enumerated()
      .filter { isCounted[$0.offset] }.map(\.element)
    let (mean, covariance) = (ScoreOracle.mean(counted), ScoreOracle.covariance(counted))
    #expect(moments.count == counted.count)
    let found = moments.covariance
    for p in 0..<width {
      #expect(abs(moments.mean[p] - mean[p]) <= 1e-5)
      for q in 0..<width {
        #expect(abs(found[p, q] - covariance[p][q]) <= 1e-5)
        #expect(found[p, q] == found[q, p])
      }
    }
  }

  @Test func noRowsHaveTheOriginAndNoCovariance() {
    let moments = RowMoments(origin: [2, 3])
    #expect(moments.mean == [2, 3] && moments.count == 0)
    #expect(moments.covariance.elements == [0, 0, 0, 0])
  }
}
