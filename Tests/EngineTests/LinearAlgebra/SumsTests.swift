import Testing

@testable import Engine

@Suite struct SumsTests {
  private static let sizes = [1, 2, 15, 16, 17, 37, 1024]

  /// Sums of n doubles differ between orders by n·2^-53 of the sum of sizes at most.
  @Test(arguments: sizes, [1, 3, 40])
  func sumsOfRowsAndColumnsMatchTheirDefinition(width: Int, rows: Int) {
    let matrix = Matrix.random(rows: rows, columns: width, seed: 3)
    let columns = matrix.transposed()
    var (ofRows, ofColumns) = (VectorSums(count: rows), VectorSums(count: rows))
    ofRows.sumRows(matrix.elements.span, rows: rows, width: width)
    for row in 0..<width {
      ofColumns.addToColumns(columns.elements.span.extracting((row * rows)..<((row + 1) * rows)))
    }
    let tolerance = Double(width * width) * 0x1p-53
    for (i, row) in matrix.doubleRows.enumerated() {
      let (sum, square) = (row.reduce(0, +), LensOracle.dot(row, row))
      for sums in [ofRows, ofColumns] {
        #expect(abs(sums.sums[i] - sum) <= tolerance)
        #expect(abs(sums.squares[i] - square) <= tolerance)
      }
      #expect(
        sumOfSquares(matrix.elements.span.extracting((i * width)..<((i + 1) * width)))
          == ofRows.squares[i])
    }
  }

  @Test func columnsAreSummedAnew() {
    let matrix = Matrix.random(rows: 2, columns: 20, seed: 4)
    var sums = VectorSums(count: 30)
    sums.addToColumns(matrix.elements.span.extracting(0..<20))
    sums.removeAll()
    sums.addToColumns(matrix.elements.span.extracting(20..<40))
    for column in 0..<20 {
      #expect(sums.sums[column] == Double(matrix[1, column]))
      #expect(sums.squares[column] == sums.sums[column] * sums.sums[column])
    }
    #expect((sums.sums[20...] + sums.squares[20...]).allSatisfy { $0 == 0 })
  }

  @Test(arguments: [0] + sizes, [1, 7, 8, 9, 40])
  func rowsInOrderHaveTheBitsOfColumns(width: Int, rows: Int) {
    let matrix = Matrix.random(rows: rows, columns: width, seed: 8)
    let columns = matrix.transposed()
    var (ofRows, ofColumns) = (VectorSums(count: rows), VectorSums(count: rows))
    ofRows.sumRows(matrix.elements.span, rows: rows, width: width, isInOrder: true)
    for row in 0..<width {
      ofColumns.addToColumns(columns.elements.span.extracting((row * rows)..<((row + 1) * rows)))
    }
    #expect(ofRows.sums == ofColumns.sums && ofRows.squares == ofColumns.squares)
  }

  @Test(arguments: [0, 1, 7, 8, 9, 40], [1, 15, 16, 17, 50])
  func copiedColumnsHaveTheSumsOfTheirRows(rows: Int, columns: Int) {
    let (pitch, first) = (columns + 5, 3)
    let matrix = Matrix.random(rows: rows + 1, columns: pitch, seed: 9)
    var (byRow, copied) = (VectorSums(count: columns), VectorSums(count: columns))
    var target = [Float](repeating: 7, count: rows * columns + 20)
    var span = target.mutableSpan
    copied.addToColumns(
      matrix.elements.span.extracting(first..<max(first, (rows - 1) * pitch + first + columns)),
      pitch: pitch, rows: rows, columns: columns, copiedTo: &span)
    for row in 0..<rows {
      let elements = (row * pitch + first)..<(row * pitch + first + columns)
      byRow.addToColumns(matrix.elements.span.extracting(elements))
      #expect(target[(row * columns)..<((row + 1) * columns)] == matrix.elements[elements])
    }
    #expect(target[(rows * columns)...].allSatisfy { $0 == 7 })
    #expect(copied.sums == byRow.sums && copied.squares == byRow.squares)
  }

  @Test func numbersThatAreNotFiniteAndTinyOnesShow() {
    let rows: [Float] = [1, .nan, .infinity, 0, 700 * .leastNonzeroMagnitude, 0, 3e38, 3e38]
    var sums = VectorSums(count: 4)
    sums.sumRows(rows.span, rows: 4, width: 2)
    #expect(sums.squares[0].isNaN && sums.squares[1] == .infinity)
    #expect(sums.squares[2] > 0 && sums.squares[3].isFinite)
  }

  /// A product and a sum, each rounded at most once.
  @Test(arguments: sizes)
  func aRowIsScaledAndShifted(width: Int) {
    let matrix = Matrix.random(rows: 3, columns: width, seed: 5)
    let shift = Array(matrix.row(2))
    var rows = matrix.elements
    var span = rows.mutableSpan
    let square = scaleAndShift(&span, at: width, scale: 1.5, shift: shift)
    #expect(rows[..<width] == matrix.row(0) && rows[(2 * width)...] == matrix.row(2))
    var expectedSquare = 0.0
    for j in 0..<width {
      let exact = Double(matrix[1, j]) * 1.5 + Double(shift[j])
      #expect(abs(Double(rows[width + j]) - exact) <= 3 * 0x1p-24)
      expectedSquare += Double(rows[width + j]) * Double(rows[width + j])
    }
    #expect(abs(square - expectedSquare) <= Double(width * width) * 0x1p-50)
  }
}
