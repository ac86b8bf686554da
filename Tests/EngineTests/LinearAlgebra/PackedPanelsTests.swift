import Testing

@testable import Engine

@Suite struct PackedPanelsTests {
  private func products(_ tile: [Float], _ panels: PackedPanels) -> [Float] {
    var result = [Float](repeating: .nan, count: PackedPanels.tileRows * panels.count)
    var scratch: [Float] = []
    panels.multiply(
      tile.span, rows: PackedPanels.tileRows, columns: 0..<panels.count, into: &result,
      scratch: &scratch)
    return result
  }

  private func tile(width: Int, rows: Int = PackedPanels.tileRows) -> [Float] {
    Matrix.random(rows: rows, columns: width, seed: 1).elements
      + [Float](repeating: 0, count: (PackedPanels.tileRows - rows) * width)
  }

  /// Elements are at most 1 in size: a sum of k products is within k²·u of the exact one, in any
  /// order (Higham 2002, §3.1).
  @Test(arguments: [1, 255, 256, 257, 1000], [1, 7, 64])
  func productsMatchTheirDefinition(count: Int, width: Int) {
    let rows = Matrix.random(rows: count, columns: width, seed: 2)
    let tile = tile(width: width)
    let found = products(
      tile, PackedPanels(rows.elements.span, count: count, width: width))
    let tolerance = Double(width * width) * 0x1p-24
    let tileRows = tile.map(Double.init).split(intoRowsOf: width)
    let labels = rows.doubleRows
    for (i, a) in tileRows.enumerated() where i % 79 == 0 || i > 237 {
      for (j, b) in labels.enumerated() {
        #expect(abs(Double(found[i * count + j]) - LensOracle.dot(a, b)) <= tolerance)
      }
    }
  }

  /// One vector in every row and one in every column, between others: every product of the two has
  /// the same bits.
  @Test(arguments: [8, 24, 33, 768, 1024])
  func noProductDependsOnItsPlace(width: Int) {
    let vectors = Matrix.random(rows: 2, columns: width, seed: 3)
    let labels = [Float]((0..<600).flatMap { _ in Array(vectors.row(1)) })
    let panels = PackedPanels(labels.span, count: 600, width: width)
    let rows = (0..<PackedPanels.tileRows).flatMap { _ in Array(vectors.row(0)) }
    let found = products(rows, panels)
    #expect(found.allSatisfy { $0 == found[0] })

    // The same vectors among random ones, and at the edges.
    var mixed = tile(width: width)
    var mixedLabels = Matrix.random(rows: 600, columns: width, seed: 4).elements
    let rowPlaces = [0, 5, 6, 11, 12, 120, 239]
    let labelPlaces = [0, 7, 8, 100, 247, 255, 256, 511, 512, 599]
    for place in rowPlaces {
      mixed.replaceSubrange((place * width)..<((place + 1) * width), with: vectors.row(0))
    }
    for place in labelPlaces {
      mixedLabels.replaceSubrange((place * width)..<((place + 1) * width), with: vectors.row(1))
    }
    let among = products(
      mixed, PackedPanels(mixedLabels.span, count: 600, width: width))
    for row in rowPlaces {
      for label in labelPlaces { #expect(among[row * 600 + label] == found[0]) }
    }
  }

  @Test(arguments: [8, 100, 768])
  func theOtherRowsAndTheCountDoNotMatter(width: Int) {
    let labels = Matrix.random(rows: 300, columns: width, seed: 5)
    let whole = products(
      tile(width: width), PackedPanels(labels.elements.span, count: 300, width: width))
    let few = products(
      tile(width: width, rows: 1),
      PackedPanels(labels.elements[0..<(10 * width)].span, count: 10, width: width))
    #expect(Array(few.prefix(10)) == Array(whole.prefix(10)))
  }

  @Test func numbersThatAreNotFiniteStayInTheirRowAndColumn() {
    let width = 40
    var rows = tile(width: width)
    var labels = Matrix.random(rows: 300, columns: width, seed: 6).elements
    let clean = products(rows, PackedPanels(labels.span, count: 300, width: width))
    rows[13 * width + 3] = .nan
    labels[270 * width + 7] = .infinity
    let found = products(rows, PackedPanels(labels.span, count: 300, width: width))
    for i in 0..<PackedPanels.tileRows where i != 13 {
      for j in 0..<300 where j != 270 { #expect(found[i * 300 + j] == clean[i * 300 + j]) }
    }
  }
}
