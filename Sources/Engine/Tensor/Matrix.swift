/// A dense matrix of `Float`, row-major and contiguous.
public struct Matrix: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int

  /// The number of columns.
  public let columns: Int

  /// The elements, [rows, columns].
  public var elements: [Float]

  /// Makes a matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(
      rows: rows, columns: columns, elements: [Float](repeating: 0, count: rows * columns))
  }

  /// Makes a matrix of the elements given, row by row.
  ///
  /// - Precondition: There are `rows * columns` elements.
  public init(rows: Int, columns: Int, elements: [Float]) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "\(elements.count) elements for [\(rows), \(columns)]")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// The element in a row and a column.
  public subscript(row: Int, column: Int) -> Float {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The elements of one row, [columns].
  public func row(_ index: Int) -> ArraySlice<Float> {
    elements[(index * columns)..<((index + 1) * columns)]
  }

  /// The matrix with rows and columns exchanged, [columns, rows].
  public func transposed() -> Matrix {
    var result = Matrix(rows: columns, columns: rows)
    for i in 0..<rows {
      for j in 0..<columns { result[j, i] = self[i, j] }
    }
    return result
  }
}

extension Matrix {
  /// The first of the rows that are equal to each, element by element, [rows].
  var firstEqualRows: [Int] {
    var firsts: [ArraySlice<Float>: Int] = [:]
    return (0..<rows).map { row in
      let elements = self.row(row)
      if let first = firsts[elements] { return first }
      firsts[elements] = row
      return row
    }
  }
}
