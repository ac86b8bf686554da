/// A sparse matrix of `Float`, row by row (CSR): of each row the columns that hold a value, rising,
/// and the values.
public struct SparseMatrix: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int

  /// The number of columns.
  public let columns: Int

  /// Where the entries of each row begin, and where the last ones end, [rows + 1].
  public let starts: [Int]

  /// The column of each entry, rising within a row.
  public let indices: [Int32]

  /// The value of each entry; none is zero.
  public let values: [Float]

  /// Makes a matrix of entries in order.
  ///
  /// - Precondition: The entries are as said above; that columns rise and values are not zero is up
  ///   to the caller.
  init(rows: Int, columns: Int, starts: [Int], indices: [Int32], values: [Float]) {
    precondition(
      starts.count == rows + 1 && starts.first == 0 && starts.last == values.count
        && indices.count == values.count,
      "\(starts.count) starts, \(indices.count) indices, \(values.count) values of \(rows) rows")
    self.rows = rows
    self.columns = columns
    self.starts = starts
    self.indices = indices
    self.values = values
  }

  /// The places of a row's entries in `indices` and `values`.
  public func entries(ofRow row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }

  /// The matrix with rows and columns exchanged.
  ///
  /// - Complexity: Proportional to the entries, the rows and the columns.
  public func transposed() -> SparseMatrix {
    var starts = [Int](repeating: 0, count: columns + 1)
    for index in indices { starts[Int(index) + 1] += 1 }
    for column in 0..<columns { starts[column + 1] += starts[column] }
    var next = starts
    var rowIndices = [Int32](repeating: 0, count: values.count)
    var exchanged = [Float](repeating: 0, count: values.count)
    for row in 0..<rows {
      for entry in entries(ofRow: row) {
        let column = Int(indices[entry])
        rowIndices[next[column]] = Int32(row)
        exchanged[next[column]] = values[entry]
        next[column] += 1
      }
    }
    return SparseMatrix(
      rows: columns, columns: rows, starts: starts, indices: rowIndices, values: exchanged)
  }

  /// Some rows, in the order given.
  public func selecting(rows chosen: [Int]) -> SparseMatrix {
    var starts = [0]
    var (indices, values): ([Int32], [Float]) = ([], [])
    for row in chosen {
      indices += self.indices[entries(ofRow: row)]
      values += self.values[entries(ofRow: row)]
      starts.append(values.count)
    }
    return SparseMatrix(
      rows: chosen.count, columns: columns, starts: starts, indices: indices, values: values)
  }
}
