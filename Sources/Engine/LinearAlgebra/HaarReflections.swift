/// A random orthogonal matrix of the Haar distribution as a product of reflections, which is never formed.
///
///     Q = diag(σ) H_{n-1} … H_2 H_1     H_k = 1 - 2 u_k u_kᵀ, u_k without its last k - 1 elements
///
/// H_k takes a vector of n - k + 1 independent normal numbers to its last axis, which is what
/// Householder's factorisation of a random matrix does step by step, and σ are the signs that its R would have (Stewart 1980, "The efficient
/// generation of random orthogonal matrices with an application to condition estimators"). Half as many random numbers are
/// drawn as for `haarRotation`, nothing is factorised, and applying it costs as much as a product with the matrix.
///
/// Reflections are applied in blocks: H_b … H_1 = 1 - Uᵀ (Sᵀ U), S upper triangular (Schreiber, Van Loan 1989).
struct HaarReflections: Sendable {
  /// Some reflections after another.
  private struct Block: Sendable {
    let count: Int
    /// The elements that they change: the first of n.
    let width: Int
    /// U, [count, width].
    let normals: [Float]
    /// Sᵀ U, [count, width].
    let combined: [Float]
  }

  /// n.
  let size: Int

  private let blocks: [Block]

  /// σ, [n].
  private let signs: [Float]

  /// The reflections of a block where no number is stated: their products with each other cost a twelfth of what applying 768
  /// of them to 1000 columns does.
  static let usualBlockSize = 64

  /// Draws a matrix.
  ///
  /// - Parameters:
  ///   - size: n, from 0 on.
  ///   - blockSize: The most reflections of a block, at least 1; any gives the same matrix to rounding.
  ///   - generator: Where the random numbers come from.
  init(
    size: Int, blockSize: Int = usualBlockSize, using generator: inout some RandomNumberGenerator
  ) {
    self.size = size
    var blocks: [Block] = []
    var signs = [Float](repeating: 1, count: size)
    for first in stride(from: 0, to: size - 1, by: blockSize) {
      let count = min(blockSize, size - 1 - first)
      let width = size - first
      var normals = [Float](repeating: 0, count: count * width)
      for k in 0..<count {
        let range = (k * width)..<(k * width + width - k)
        generator.fillNormals(&normals, range)
        signs[width - k - 1] = Self.makeNormal(&normals, range)
      }
      blocks.append(
        Block(
          count: count, width: width, normals: normals,
          combined: Self.combined(normals, count: count, width: width)))
    }
    if size > 0 { signs[0] = generator.next() & 1 == 0 ? 1 : -1 }
    (self.blocks, self.signs) = (blocks, signs)
  }

  /// Replaces a vector by the unit normal of the reflection that takes it to its last axis.
  ///
  /// - Returns: The sign that makes positive what it is taken to.
  private static func makeNormal(_ elements: inout [Float], _ range: Range<Int>) -> Float {
    let last = range.upperBound - 1
    let square = sumOfSquares(elements.span.extracting(range))
    let isNegative = elements[last] < 0
    let element = Double(elements[last])
    // Away from the vector, so that nothing cancels.
    let moved = element + (isNegative ? -square.squareRoot() : square.squareRoot())
    let scale = 1 / (square - element * element + moved * moved).squareRoot()
    var target = elements.mutableSpan
    for p in range.dropLast() { target[p] = Float(Double(target[p]) * scale) }
    target[last] = Float(moved * scale)
    return isNegative ? 1 : -1
  }

  /// Sᵀ U: column j of S is -2 S (U u_j) above the diagonal, and 2 on it.
  private static func combined(_ normals: [Float], count: Int, width: Int) -> [Float] {
    var gram = [Float](repeating: 0, count: count * count)
    var target = gram.mutableSpan
    BLAS.gemm(
      normals.span, normals.span, opB: .transpose, m: count, n: count, k: width, into: &target)
    var s = [Double](repeating: 0, count: count * count)
    for j in 0..<count {
      for i in 0..<j {
        var sum = 0.0
        for k in i..<j { sum += s[i * count + k] * Double(gram[k * count + j]) }
        s[i * count + j] = -2 * sum
      }
      s[j * count + j] = 2
    }
    let rounded = s.map { Float($0) }
    var result = [Float](repeating: 0, count: count * width)
    var span = result.mutableSpan
    BLAS.gemm(
      rounded.span, normals.span, opA: .transpose, m: count, n: width, k: count,
      into: &span)
    return result
  }

  /// Replaces columns x by Q x.
  ///
  /// - Parameters:
  ///   - columns: A matrix, [rows, count], of whose rows the first n are changed.
  ///   - count: The number of columns.
  /// - Complexity: 2 · n² · count floating-point operations.
  func apply(to columns: inout [Float], count: Int) {
    precondition(columns.count >= size * count, "\(columns.count) elements for [\(size), \(count)]")
    var products = [Float](repeating: 0, count: (blocks.first?.count ?? 0) * count)
    for block in blocks {
      var target = products.mutableSpan
      BLAS.gemm(
        block.combined.span, columns.span, m: block.count, n: count, k: block.width,
        into: &target)
      var rows = columns.mutableSpan
      BLAS.gemm(
        block.normals.span, products.span, opA: .transpose, m: block.width, n: count,
        k: block.count, alpha: -1, beta: 1, into: &rows)
    }
    var rows = columns.mutableSpan
    for (row, sign) in signs.enumerated() where sign < 0 {
      for index in (row * count)..<((row + 1) * count) { rows[index] = -rows[index] }
    }
  }
}
