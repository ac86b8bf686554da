/// A dense matrix of `Double`, row-major and contiguous: what small dense problems are solved in.
public struct DoubleMatrix: Sendable, Equatable {
  /// The number of rows.
  public let rows: Int

  /// The number of columns.
  public let columns: Int

  /// The elements, [rows, columns].
  public var elements: [Double]

  /// Makes a matrix of zeros.
  public init(rows: Int, columns: Int) {
    self.init(
      rows: rows, columns: columns, elements: [Double](repeating: 0, count: rows * columns))
  }

  /// Makes a matrix of the elements given, row by row.
  ///
  /// - Precondition: There are `rows * columns` elements.
  public init(rows: Int, columns: Int, elements: [Double]) {
    precondition(
      rows >= 0 && columns >= 0 && elements.count == rows * columns,
      "\(elements.count) elements for [\(rows), \(columns)]")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// Widens a matrix, exactly.
  public init(_ matrix: Matrix) {
    self.init(
      rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { Double($0) })
  }

  /// The identity, [size, size].
  public static func identity(_ size: Int) -> DoubleMatrix {
    var result = DoubleMatrix(rows: size, columns: size)
    result.addToDiagonal(1)
    return result
  }

  /// The element in a row and a column.
  public subscript(row: Int, column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The matrix with rows and columns exchanged, [columns, rows].
  public func transposed() -> DoubleMatrix {
    var result = DoubleMatrix(rows: columns, columns: rows)
    for i in 0..<rows {
      for j in 0..<columns { result.elements[j * rows + i] = elements[i * columns + j] }
    }
    return result
  }

  /// The sum of the elements on the diagonal.
  public var trace: Double {
    (0..<min(rows, columns)).reduce(0) { $0 + self[$1, $1] }
  }

  /// Adds a number to each element on the diagonal.
  public mutating func addToDiagonal(_ value: Double) {
    for i in 0..<min(rows, columns) { self[i, i] += value }
  }

  /// Multiplies each element by a factor.
  public mutating func scale(by factor: Double) {
    for index in elements.indices { elements[index] *= factor }
  }

  /// Replaces a square matrix A by (A + Aᵀ)/2.
  public mutating func symmetrize() {
    precondition(rows == columns, "[\(rows), \(columns)] is not square")
    for i in 0..<rows {
      for j in 0..<i {
        let mean = (self[i, j] + self[j, i]) / 2
        self[i, j] = mean
        self[j, i] = mean
      }
    }
  }

  /// The product op(a) · op(b), by `cblas_dgemm`.
  ///
  /// - Precondition: The shapes agree.
  public static func product(
    _ a: DoubleMatrix, _ b: DoubleMatrix, opA: BLAS.Operation = .none,
    opB: BLAS.Operation = .none
  ) -> DoubleMatrix {
    let (m, k) = opA == .none ? (a.rows, a.columns) : (a.columns, a.rows)
    let (kB, n) = opB == .none ? (b.rows, b.columns) : (b.columns, b.rows)
    precondition(k == kB, "op(a) is [\(m), \(k)] but op(b) is [\(kB), \(n)]")
    var result = DoubleMatrix(rows: m, columns: n)
    var target = result.elements.mutableSpan
    BLAS.gemm(
      a.elements.span, b.elements.span, opA: opA, opB: opB, m: m, n: n, k: k, into: &target)
    return result
  }
}

extension Matrix {
  /// Rounds each element of a matrix to `Float`.
  public init(rounding matrix: DoubleMatrix) {
    self.init(
      rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { Float($0) })
  }
}
