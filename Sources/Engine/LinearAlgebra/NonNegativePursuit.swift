/// Vectors as sums of a few rows of a dictionary with weights above 0: non-negative orthogonal matching
/// pursuit.
///
/// A step takes the row whose inner product with what is left is greatest, and fits all rows taken so
/// far anew by non-negative least squares. Source: Bruckstein, Elad, Zibulevsky 2008, "On the uniqueness
/// of nonnegative sparse solutions to underdetermined systems of equations".
public struct NonNegativePursuit: Sendable {
  /// A vector as a sum of rows.
  public struct Decomposition: Sendable, Equatable {
    /// The rows that were taken, in the order in which they were taken.
    public var atoms: [Int] = []

    /// The weight of each in the last fit, at least 0: a row that a later one replaces can end at 0.
    public var weights: [Double] = []

    /// The share of the vector's squared length that each step has explained so far, R² =
    /// 1 − ‖v − Σ x t‖²/‖v‖², rising from 0 to at most 1.
    public var shares: [Double] = []
  }

  /// The number of rows taken for a vector where none is stated.
  public static let usualAtoms = 5

  /// A cosine that is rounding rather than similarity.
  private static let leastCosine = 1e-6

  private let dictionary: Matrix
  private let operand: ProductOperand

  /// Prepares a dictionary.
  ///
  /// - Parameter dictionary: The rows t, [C, D]: unit rows of finite elements.
  public init(dictionary: Matrix) {
    precondition(dictionary.rows > 0, "a dictionary without rows")
    self.dictionary = dictionary
    operand = ProductOperand(
      dictionary.elements, count: dictionary.rows, width: dictionary.columns)
  }

  /// Decomposes vectors.
  ///
  /// Inner products with the dictionary are formed in `Float`, fits and shares in `Double`. Of equal
  /// inner products the row of the lower index is taken. The result for a vector does not depend on
  /// other vectors or on threads.
  ///
  /// - Parameters:
  ///   - vectors: The vectors v, [n, D], of finite elements; one of length 0 has no rows.
  ///   - mostAtoms: The most rows for a vector, at least 0.
  ///   - leastCosine: A step is taken only if the cosine of its row with what is left is above this;
  ///     from 0 to 1, such as a quantile of the best cosines of random directions.
  ///   - workers: The number of threads.
  /// - Returns: A decomposition of each vector.
  /// - Complexity: 2·n·C·D floating-point operations a step.
  public func decompose(
    _ vectors: Matrix, mostAtoms: Int = usualAtoms, leastCosine: Double = 0, workers: Int = 1
  ) -> [Decomposition] {
    precondition(vectors.columns == dictionary.columns, "vectors of \(vectors.columns)")
    precondition(leastCosine >= 0, "a least cosine of \(leastCosine)")
    let blockRows = operand.layout.paddedRows(1)
    let blocks = (vectors.rows + blockRows - 1) / blockRows
    let limit = max(leastCosine, Self.leastCosine)
    return mapInParallel(count: blocks, workers: workers) { block in
      let rows = (block * blockRows)..<min((block + 1) * blockRows, vectors.rows)
      var states = rows.map { Pursuit(vectors.row($0)) }
      for _ in 0..<min(mostAtoms, dictionary.rows) where states.contains(where: { !$0.isDone }) {
        take(&states, limit: limit)
      }
      return states.map(\.decomposition)
    }.flatMap { $0 }
  }

  /// Makes a step for each vector of a block.
  private func take(_ states: inout [Pursuit], limit: Double) {
    let (width, count) = (dictionary.columns, dictionary.rows)
    let rows = operand.layout.paddedRows(states.count)
    var residuals = [Float](repeating: 0, count: rows * width)
    for (i, state) in states.enumerated() where !state.isDone {
      for j in 0..<width { residuals[i * width + j] = Float(state.residual[j]) }
    }
    let room = ProductOperand.partColumns
    var products = [Float](repeating: 0, count: rows * room)
    var scratch: [Float] = []
    var best = [(score: Float, row: Int)](repeating: (-.infinity, -1), count: states.count)
    for first in stride(from: 0, to: count, by: room) {
      let columns = first..<min(first + room, count)
      operand.multiply(
        residuals.span, rows: rows, columns: columns, into: &products, scratch: &scratch)
      let place = operand.layout.place(of: columns)
      let source = products.span
      for i in states.indices where !states[i].isDone {
        for j in 0..<columns.count {
          let score = source[i * place.stride + place.start + j]
          guard score > best[i].score, !states[i].atoms.contains(first + j) else { continue }
          best[i] = (score, first + j)
        }
      }
    }
    for i in states.indices where !states[i].isDone {
      states[i].take(
        best[i].row, cosine: Double(best[i].score), limit: limit, from: dictionary)
    }
  }
}

/// A vector on its way to a decomposition.
private struct Pursuit {
  private let vector: [Double]
  private let squaredNorm: Double
  private var rows: [[Double]] = []
  private var gram: [[Double]] = []
  private var target: [Double] = []
  private(set) var residual: [Double]
  private(set) var decomposition = NonNegativePursuit.Decomposition()
  private(set) var isDone: Bool

  init(_ elements: ArraySlice<Float>) {
    vector = elements.map { Double($0) }
    residual = vector
    squaredNorm = inner(vector, vector)
    isDone = squaredNorm == 0
  }

  var atoms: [Int] { decomposition.atoms }

  /// Takes a row and fits anew, or ends.
  ///
  /// - Parameters:
  ///   - row: The row with the greatest inner product, -1 if there is none left.
  ///   - cosine: The inner product, of what is left as it is.
  ///   - limit: The cosine that must be exceeded.
  ///   - dictionary: The rows.
  mutating func take(_ row: Int, cosine: Double, limit: Double, from dictionary: Matrix) {
    let left = inner(residual, residual).squareRoot()
    guard row >= 0, cosine > limit * left, left > 1e-6 * squaredNorm.squareRoot() else {
      isDone = true
      return
    }
    let atom = dictionary.row(row).map { Double($0) }
    rows.append(atom)
    gram.append([])
    for i in rows.indices {
      let product = inner(rows[i], atom)
      gram[gram.count - 1].append(product)
      if i < rows.count - 1 { gram[i].append(product) }
    }
    target.append(inner(vector, atom))
    let count = rows.count
    let weights = nonNegativeLeastSquares(
      gram: DoubleMatrix(rows: count, columns: count, elements: gram.flatMap { $0 }),
      target: target)
    residual = vector
    for (weight, row) in zip(weights, rows) where weight > 0 {
      for j in residual.indices { residual[j] -= weight * row[j] }
    }
    decomposition.atoms.append(row)
    decomposition.weights = weights
    decomposition.shares.append(1 - inner(residual, residual) / squaredNorm)
  }
}

/// The inner product of two vectors in `Double`.
private func inner(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}
