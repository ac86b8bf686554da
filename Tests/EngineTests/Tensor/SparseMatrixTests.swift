import Testing

@testable import Engine

@Suite struct SparseMatrixTests {
  private let matrix = SparseMatrix(
    rows: 3, columns: 4, starts: [0, 2, 2, 5], indices: [0, 3, 0, 1, 3],
    values: [1, 2, 3, 4, 5])

  @Test func exchangingRowsAndColumnsKeepsEveryValue() {
    let exchanged = matrix.transposed()
    #expect(exchanged.dense == matrix.dense.transposed())
    #expect(exchanged.starts == [0, 2, 3, 3, 5])
    #expect(exchanged.indices == [0, 2, 2, 0, 2])
    #expect(exchanged.transposed() == matrix)
  }

  @Test func rowsAreChosenInTheOrderGiven() {
    let chosen = matrix.selecting(rows: [2, 1, 2])
    #expect(chosen.starts == [0, 3, 3, 6])
    #expect(chosen.dense.row(0) == matrix.dense.row(2)[...])
    #expect(matrix.selecting(rows: []).rows == 0)
  }

  @Test func aMatrixWithoutEntriesHasEmptyRows() {
    let empty = SparseMatrix(rows: 2, columns: 0, starts: [0, 0, 0], indices: [], values: [])
    #expect(empty.transposed().rows == 0 && empty.transposed().columns == 2)
    #expect(empty.entries(ofRow: 1).isEmpty)
  }
}
