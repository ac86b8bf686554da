import Engine
import Testing

@Suite struct MatrixTests {
  @Test func elementsStandRowByRow() {
    var matrix = Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6])
    #expect(matrix[1, 0] == 4)
    matrix[1, 0] = 9
    #expect(matrix.elements == [1, 2, 3, 9, 5, 6])
    #expect(Array(matrix.row(1)) == [9, 5, 6])
    #expect(Matrix(rows: 1, columns: 2).elements == [0, 0])
  }

  @Test(arguments: [(0, 0), (0, 3), (1, 1), (2, 3), (7, 16)])
  func transposingExchangesRowsAndColumns(rows: Int, columns: Int) {
    let matrix = Matrix(
      rows: rows, columns: columns, elements: (0..<(rows * columns)).map(Float.init))
    let transposed = matrix.transposed()
    #expect((transposed.rows, transposed.columns) == (columns, rows))
    for i in 0..<rows {
      for j in 0..<columns { #expect(transposed[j, i] == matrix[i, j]) }
    }
    #expect(transposed.transposed() == matrix)
  }
}
