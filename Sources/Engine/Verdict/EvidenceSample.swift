/// A sample of a bank's features beside the labels, in coordinates in which null rotations are simple: those
/// that stay come last, and all others are turned by Q alone.
struct EvidenceSample: Sendable {
  /// The labels.
  let labels: LabelSide

  /// Where the features stand in the selection, rising, [m].
  let positions: [Int32]

  /// The features and last the mean of the whole bank μ_V, [m + 1, D].
  let rows: [Float]

  /// The same as columns, [D, m + 1].
  private let rowColumns: [Float]

  /// What is known of each feature, [m].
  let facts: [Score.RowFacts]

  /// The stratum of each feature, [m], and how many there are.
  let strata: [Int]
  let strataCount: Int

  /// The labels and then the axes of the texts, without what they have along what stays, as columns, [D, C + r].
  let columns: [Float]

  /// r.
  let axisCount: Int

  /// m, the common direction of the labels, [D].
  let labelAxis: [Float]

  /// The axes that are turned: the first D - k.
  let turnedCount: Int

  /// The inner product of μ_V with itself.
  let meanSquare: Double

  /// Samples a bank.
  ///
  /// - Parameters:
  ///   - moments: What is known of the bank, two features at least.
  ///   - labels: The labels.
  ///   - axes: Their axes, if products with them are wanted.
  ///   - limit: The most features; of more, a random choice of `moments.sample` is taken.
  ///   - seed: Determines the choice.
  init(_ moments: BankMoments, labels: LabelSide, axes: TextAxes?, limit: Int, seed: UInt64) {
    let width = labels.width
    let frame = FixedFrame(moments.fixedDirections(labels), width: width)
    var generator = SplitMix64(seed: seed)
    let chosen = generator.choice(of: moments.samplePositions.count, limit: limit)
    positions = chosen.map { moments.samplePositions[$0] }
    facts = chosen.map { row in
      var (along, common) = (0.0, 0.0)
      for p in 0..<width {
        let element = Double(moments.sample[row * width + p])
        along += element * labels.meanDirection[p]
        common += element * moments.mean[p]
      }
      return Score.RowFacts(meanCosine: Float(along), bankMeanCosine: Float(common))
    }
    strata = Significance.strata(
      facts.map(\.bankMeanCosine),
      hasCommon: moments.commonEnergy > BankMoments.leastCommonEnergy)
    strataCount = (strata.max() ?? 0) + 1
    var rows = chosen.flatMap { moments.sample[($0 * width)..<(($0 + 1) * width)] }
    rows += moments.mean.map { Float($0) }
    rows = Self.entered(rows, frame)
    self.rows = rows
    rowColumns = Self.transposed(rows, width: width)
    labelAxis = Self.entered(labels.meanDirection.map { Float($0) }, frame)
    let axisCount = axes?.count ?? 0
    var vectors = Self.entered(labels.rows + (axes?.rows ?? []), frame)
    for axis in 0..<axisCount {
      let end = (labels.count + axis + 1) * width
      for index in (end - frame.fixedCount)..<end { vectors[index] = 0 }
    }
    columns = Self.transposed(vectors, width: width)
    self.axisCount = axisCount
    turnedCount = width - frame.fixedCount
    meanSquare = moments.mean.reduce(0) { $0 + $1 * $1 }
    self.labels = labels
  }

  /// The number of sampled features, m.
  var count: Int { facts.count }

  /// The labels and the axes, C + r.
  var columnCount: Int { labels.count + axisCount }

  /// Rows in the coordinates of a frame, in the opposite order.
  private static func entered(_ rows: [Float], _ frame: FixedFrame) -> [Float] {
    var rows = rows
    frame.enter(&rows, count: rows.count / frame.width)
    for start in stride(from: 0, to: rows.count, by: frame.width) {
      rows[start..<(start + frame.width)].reverse()
    }
    return rows
  }

  private static func transposed(_ rows: [Float], width: Int) -> [Float] {
    let count = rows.count / width
    var result = [Float](repeating: 0, count: rows.count)
    let source = rows.span
    var target = result.mutableSpan
    // Strips of 16 elements, which a line of the cache holds.
    for strip in stride(from: 0, to: width, by: 16) {
      for row in 0..<count {
        for p in strip..<min(strip + 16, width) {
          target[p * count + row] = source[row * width + p]
        }
      }
    }
    return result
  }
}

extension EvidenceSample {
  /// The features and the mean of the bank, rotated.
  ///
  /// Of a sample it takes less to turn features than labels, which are as many or more.
  ///
  /// - Parameter seed: Determines the rotation.
  /// - Returns: Rows R v, [m + 1, D].
  /// - Complexity: 2 · D² · m floating-point operations.
  func rotatedRows(seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    var turned = rowColumns
    HaarReflections(size: turnedCount, using: &generator).apply(to: &turned, count: count + 1)
    return Self.transposed(turned, width: count + 1)
  }

  /// The products of some rows with labels and axes.
  ///
  /// - Parameters:
  ///   - range: Which rows.
  ///   - rows: The rows, [m + 1, D].
  ///   - products: Receives the products, [rows, C + r].
  func multiply(_ range: Range<Int>, of rows: [Float], into products: inout [Float]) {
    let width = labels.width
    var target = products.mutableSpan
    BLAS.gemm(
      rows.span.extracting((range.lowerBound * width)..<(range.upperBound * width)), columns.span,
      m: range.count, n: columnCount, k: width, into: &target)
  }

  /// The features of a tile: products of so many with 1,300 labels and axes take 1.2 MB.
  static let tileRows = 240

  /// The scores that are compared with rotated features.
  static let kinds: [ScoreKind] = [.raw, .centred, .both]

  /// The scores of `kinds` of turned features.
  ///
  /// - Parameter rows: The features and the mean of the bank, as they are turned, [m + 1, D].
  /// - Returns: The scores.
  func scores(_ rows: [Float]) -> [Score] {
    var products = [Float](repeating: 0, count: columnCount)
    multiply(count..<(count + 1), of: rows, into: &products)
    let mean = products.prefix(labels.count).map(Double.init)
    return Self.kinds.compactMap { kind in
      kind == .both
        ? Score.both(labels, meanProducts: mean, meanSquare: meanSquare)
        : Score.make(kind, labels: labels, context: ScoreContext(bankMean: []))
    }
  }

  /// The trace of the covariance of features where nothing lies along m, given the mean of the features.
  ///
  /// - Parameter mean: Their mean, [D], in these coordinates.
  /// - Returns: The trace.
  func trace(mean: Span<Float>) -> Double {
    var along = 0.0
    for p in labelAxis.indices { along += Double(labelAxis[p]) * Double(mean[p]) }
    var square = 0.0
    for p in labelAxis.indices {
      let rest = Double(mean[p]) - along * Double(labelAxis[p])
      square += rest * rest
    }
    let own = facts.reduce(0.0) { $0 + 1 - Double($1.meanCosine) * Double($1.meanCosine) }
    return own / Double(count) - square
  }

  /// The mean of the sampled features, [D].
  var mean: [Float] {
    let weights = [Float](repeating: 1 / Float(count), count: count)
    var mean = [Float](repeating: 0, count: labels.width)
    var target = mean.mutableSpan
    BLAS.gemm(weights.span, rows.span, m: 1, n: labels.width, k: count, into: &target)
    return mean
  }

  /// The trace of the covariance of labels where nothing lies along m.
  var labelTrace: Double {
    labels.squaresOffMean.reduce(0, +) / Double(labels.count)
  }
}

/// Sums of products less what lies along m, of which ρ is made.
///
///     x_ij = s_ij - a_i h_j     a_i = v_i · m, h_j = t_j · m
///
/// Σ (x_ij less the means of its row and column)² = Σ x² - Σ_i (Σ_j x)²/C - Σ_j (Σ_i x)²/m + (Σ x)²/(m C), all sums
/// in `Double`.
struct ProductSums: Sendable {
  private var squares = 0.0
  private var rowSquares = 0.0
  private var total = 0.0
  private var columns: VectorSums
  private var row = VectorSums(count: 1)
  private let columnCount: Int

  /// Makes room for C labels.
  init(count: Int) {
    columnCount = count
    columns = VectorSums(count: count)
  }

  /// Adds a row x, [C].
  mutating func add(_ elements: Span<Float>) {
    row.sumRows(elements, rows: 1, width: columnCount)
    squares += row.squares[0]
    rowSquares += row.sums[0] * row.sums[0]
    total += row.sums[0]
    columns.addToColumns(elements)
  }

  /// The mean of the squares of doubly centred x.
  ///
  /// - Parameter rows: How many rows were added.
  /// - Returns: The mean square.
  func residual(rows: Int) -> Double {
    let (m, c) = (Double(rows), Double(columnCount))
    let columnSquares = columns.sums.reduce(0) { $0 + $1 * $1 }
    let sum = squares - rowSquares / c - columnSquares / m + total * total / (m * c)
    return max(0, sum) / (m * c)
  }
}
