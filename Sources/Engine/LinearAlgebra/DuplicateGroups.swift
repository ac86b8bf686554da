internal import RealModule

/// Groups of rows that are nearly parallel: the connected components of the pairs with a cosine above a
/// threshold.
///
/// All pairs are compared, most of them by a bound. With an orthonormal basis E of k of the d dimensions
/// and unit rows u, v: u·v = Eu·Ev + the rest's product ≤ Eu·Ev + √(1 − |Eu|²) √(1 − |Ev|²), by Cauchy and
/// Schwarz. That is one inner product of k + 1 terms, (Eu, √(1 − |Eu|²)) with the same of v. Only where
/// it is above the threshold, with its rounding in favour of the pair, the cosine itself is computed, in
/// `Double`. The basis is random, so the bound is about 1 − (k/d)(1 − cos): it bears on time alone.
public struct DuplicateGroups: Sendable, Equatable {
  /// The cosine above which rows are duplicates where none is stated.
  public static let usualThreshold = 0.99

  /// The first row of each row's group, [n]; a row that is like no other is its own.
  public let representatives: [Int]

  /// Finds the groups.
  ///
  /// - Parameters:
  ///   - rows: Rows of any length, [n, d]. A row of length 0, or with an element that is not finite, is
  ///     like no other.
  ///   - threshold: The cosine that pairs must exceed, above 0 and below 1.
  ///   - generator: Gives the basis, on which the result does not depend.
  ///   - workers: The number of threads, on which the result does not depend.
  /// - Complexity: n²·k multiplications, k = d/12, and those of the pairs that come near.
  public init(
    of rows: Matrix, above threshold: Double = usualThreshold,
    using generator: inout some RandomNumberGenerator, workers: Int = 1
  ) {
    precondition(threshold > 0 && threshold < 1, "a cosine of \(threshold)")
    let comparison = RowComparison(
      rows, threshold: threshold, using: &generator, workers: workers)
    let tiles = (comparison.usable.count + RowComparison.tileRows - 1) / RowComparison.tileRows
    let pairs = (0..<tiles).flatMap { i in (i..<tiles).map { (i, $0) } }
    let edges = mapInParallel(count: pairs.count, workers: workers) { index in
      comparison.edges(between: pairs[index].0, and: pairs[index].1)
    }
    var sets = DisjointSets(count: rows.rows)
    for (a, b) in edges.joined() { sets.join(comparison.usable[a], comparison.usable[b]) }
    representatives = sets.representatives()
  }

  /// The groups of at least two rows, each in rising order, by their first rows.
  public var groups: [[Int]] {
    Dictionary(grouping: representatives.indices) { representatives[$0] }
      .values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }

  /// The number of rows that are in a group and not its first.
  public var surplusCount: Int {
    representatives.indices.count { representatives[$0] != $0 }
  }
}

/// The rows that can be compared, as they are and as they are bounded.
private struct RowComparison: Sendable {
  /// The rows on either side of a product, which then has 1 MiB.
  static let tileRows = 512

  /// The dimensions for each one of the basis.
  ///
  /// With 12, pairs pass the bound from a cosine of about 1 − 12 · 0.01 = 0.88 on where 0.99 is asked
  /// for. 65,536 random rows of 1,024 took 4.6 s so (two Cooperlake cores that others used too); other
  /// values were not tried.
  private static let basisShare = 12

  /// The share of a tile's pairs from which on their cosines are formed by one product.
  private static let crowdedShare = 256

  /// The usable rows among all.
  let usable: [Int]
  private let matrix: Matrix
  /// The usable rows at unit length.
  private let rows: [Float]
  private let width: Int
  private let bounds: [Float]
  private let boundWidth: Int
  private let threshold: Double
  /// The most by which a bound is too small, and a product of unit rows wrong.
  private let boundError: Double
  private let productError: Double

  init(
    _ matrix: Matrix, threshold: Double, using generator: inout some RandomNumberGenerator,
    workers: Int
  ) {
    self.matrix = matrix
    let width = matrix.columns
    let elements = matrix.elements.span
    usable = (0..<matrix.rows).filter { row in
      let norm = euclideanNorm(elements.extracting((row * width)..<((row + 1) * width)))
      return norm > 0 && norm.isFinite
    }
    var rows = usable.flatMap { matrix.row($0) }
    var target = rows.mutableSpan
    if width > 0 { normalizeRows(&target, width: width) }
    self.rows = rows
    self.width = width
    self.threshold = threshold
    // A product of unit rows has an error of at most (d + 2) u, u = 2^-24 (Higham 2002, section 3.1, and
    // the rounding of both rows).
    let u = Double(Float.ulpOfOne) / 2
    productError = Double(width + 2) * u
    let basisRows = min(width, max(16, (width + Self.basisShare - 1) / Self.basisShare))
    boundWidth = basisRows + 1
    // Each of the k coordinates has that error and the basis's own, so Eu is off by ε = √k (d + 3) u, and
    // the product by 2 ε and (k + 1) u besides; √(1 − |Eu|² + 2 ε) is not below the true length.
    let error = Double(basisRows).squareRoot() * Double(width + 3) * u
    boundError = 2 * error + Double(boundWidth + 1) * u
    let basis = Matrix(rounding: haarRows(basisRows, width: width, using: &generator))
    bounds = Self.bounds(rows, width: width, basis: basis, error: error, workers: workers)
  }

  /// (Eu, √(1 − |Eu|² + 2 ε)) of each row, [rows, k + 1].
  private static func bounds(
    _ rows: [Float], width: Int, basis: Matrix, error: Double, workers: Int
  ) -> [Float] {
    let count = width > 0 ? rows.count / width : 0
    let k = basis.rows
    let blocks = (count + tileRows - 1) / tileRows
    return mapInParallel(count: blocks, workers: workers) { block in
      let range = (block * tileRows)..<min((block + 1) * tileRows, count)
      var products = [Float](repeating: 0, count: range.count * k)
      var target = products.mutableSpan
      BLAS.gemm(
        rows.span.extracting((range.lowerBound * width)..<(range.upperBound * width)),
        basis.elements.span, opB: .transpose, m: range.count, n: k, k: width, into: &target)
      var result: [Float] = []
      result.reserveCapacity(range.count * (k + 1))
      for i in 0..<range.count {
        let row = products[(i * k)..<((i + 1) * k)]
        result += row
        let squared = row.reduce(0) { $0 + Double($1) * Double($1) }
        result.append(Float(max(0, 1 - squared + 2 * error).squareRoot()))
      }
      return result
    }.flatMap { $0 }
  }

  /// Pairs of rows of two tiles that join what belongs together, as few as will do.
  func edges(between a: Int, and b: Int) -> [(Int, Int)] {
    let (first, second) = (range(a), range(b))
    var candidates = self.candidates(
      bounds, width: boundWidth, first, second, above: threshold - boundError)
    if candidates.count > first.count * second.count / Self.crowdedShare {
      candidates = self.candidates(
        rows, width: width, first, second, above: threshold - productError)
    }
    // Rows of the first tile have the places 0…, of the second those behind, or the same in one tile.
    var sets = DisjointSets(count: first.count + second.count)
    let offset = a == b ? 0 : first.count
    return candidates.filter { i, j in
      let (placeI, placeJ) = (i - first.lowerBound, j - second.lowerBound + offset)
      guard sets.representative(of: placeI) != sets.representative(of: placeJ),
        cosine(i, j) > threshold
      else { return false }
      return sets.join(placeI, placeJ)
    }
  }

  private func range(_ tile: Int) -> Range<Int> {
    (tile * Self.tileRows)..<min((tile + 1) * Self.tileRows, usable.count)
  }

  /// The pairs of which a product is above a limit, each with its lower row first.
  private func candidates(
    _ rows: [Float], width: Int, _ first: Range<Int>, _ second: Range<Int>, above limit: Double
  ) -> [(Int, Int)] {
    let (m, n) = (first.count, second.count)
    var products = [Float](repeating: 0, count: m * n)
    var target = products.mutableSpan
    BLAS.gemm(
      rows.span.extracting((first.lowerBound * width)..<(first.upperBound * width)),
      rows.span.extracting((second.lowerBound * width)..<(second.upperBound * width)),
      opB: .transpose, m: m, n: n, k: width, into: &target)
    let source = products.span
    let least = Float(limit).nextDown
    var pairs: [(Int, Int)] = []
    var places: [Int32] = []
    for i in 0..<m {
      let start = first == second ? i + 1 : 0
      let row = source.extracting((i * n + start)..<((i + 1) * n))
      let count = placesAbove(least, in: row, into: &places)
      pairs += places.prefix(count).map {
        (first.lowerBound + i, second.lowerBound + start + Int($0))
      }
    }
    return pairs
  }

  /// The cosine of two rows as they were given, in `Double`.
  private func cosine(_ i: Int, _ j: Int) -> Double {
    let span = matrix.elements.span
    let (a, b) = (usable[i] * width, usable[j] * width)
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for k in 0..<width {
      let (x, y) = (Double(span[a + k]), Double(span[b + k]))
      ab = Relaxed.multiplyAdd(x, y, ab)
      aa = Relaxed.multiplyAdd(x, x, aa)
      bb = Relaxed.multiplyAdd(y, y, bb)
    }
    return ab / (aa * bb).squareRoot()
  }
}
