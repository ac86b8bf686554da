/// Mean and covariance of rows that come in tiles, worked on by several threads.
///
/// Sums are of rows less an origin near their mean, so that a common component does not cancel:
///
///     μ = o + Σ (x - o) / n        Σ (x - o)(x - o)ᵀ / n - (μ - o)(μ - o)ᵀ
///
/// Products of a tile are `Float`, sums over tiles `Double`, in the order of the tiles.
struct RowMoments: Sendable {
  /// What a tile adds.
  struct Tile: Sendable {
    fileprivate let count: Int
    fileprivate let sums: [Double]
    fileprivate let products: [Float]
  }

  /// The length of a row, p.
  let width: Int

  /// The number of rows that were counted, n.
  private(set) var count = 0

  private let origin: [Float]
  private var sums: [Double]
  private var products: [Double]

  /// Makes sums without a row.
  ///
  /// - Parameter origin: What is subtracted from rows, [p], best near their mean.
  init(origin: [Float]) {
    width = origin.count
    self.origin = origin
    sums = [Double](repeating: 0, count: width)
    products = [Double](repeating: 0, count: width * width)
  }

  /// The sums of a tile.
  ///
  /// - Parameters:
  ///   - rows: Its rows, [at least isCounted.count, p].
  ///   - isCounted: Whether each is counted; the others are not read.
  /// - Returns: The sums, to be added.
  /// - Complexity: 2 · rows · p² floating-point operations.
  func tile(_ rows: [Float], isCounted: [Bool]) -> Tile {
    var centred = [Float](repeating: 0, count: isCounted.count * width)
    var tileSums = [Double](repeating: 0, count: width)
    let source = rows.span
    var target = centred.mutableSpan
    for row in isCounted.indices where isCounted[row] {
      for p in 0..<width {
        let difference = source[row * width + p] - origin[p]
        target[row * width + p] = difference
        tileSums[p] += Double(difference)
      }
    }
    var gram = [Float](repeating: 0, count: width * width)
    var result = gram.mutableSpan
    BLAS.gemm(
      centred.span, centred.span, opA: .transpose, m: width, n: width, k: isCounted.count,
      into: &result)
    return Tile(count: isCounted.count { $0 }, sums: tileSums, products: gram)
  }

  /// Adds the sums of a tile.
  mutating func add(_ tile: Tile) {
    count += tile.count
    for p in 0..<width { sums[p] += tile.sums[p] }
    let source = tile.products.span
    var target = products.mutableSpan
    for index in source.indices { target[index] += Double(source[index]) }
  }

  /// μ, [p]; the origin without rows.
  var mean: [Double] { zip(origin, offset).map { Double($0) + $1 } }

  /// The covariance (population), [p, p], exactly symmetric; zeros without rows.
  var covariance: DoubleMatrix {
    let (scale, offset) = (count > 0 ? 1 / Double(count) : 0, offset)
    var result = DoubleMatrix(rows: width, columns: width)
    for p in 0..<width {
      for q in 0..<width {
        result[p, q] = products[p * width + q] * scale - offset[p] * offset[q]
      }
    }
    result.symmetrize()
    return result
  }

  /// μ - o, [p].
  private var offset: [Double] { sums.map { count > 0 ? $0 / Double(count) : 0 } }
}
