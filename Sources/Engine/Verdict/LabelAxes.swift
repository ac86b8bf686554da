/// The principal axes of the labels about their mean μ, and what two corrections make of the labels.
///
/// With u_j = t_j - μ, Σ_T the covariance of the labels and B [D, r] its first principal axes,
///
///     all but the top    ǔ_j = u_j - B Bᵀ u_j
///     whitened           t̂_j = W_T u_j / |W_T u_j|      W_T = (Σ_T + λ tr Σ_T / D)^(-1/2)
///
/// Sources: Mu, Viswanath 2018, "All-but-the-top"; Kessy, Lewin, Strimmer 2018.
struct LabelAxes: Sendable {
  /// The axes that are taken away, those of the greatest variance first, [r, D].
  let top: [Float]

  /// Their number, r; at most the number of directions in which labels differ.
  let topCount: Int

  /// What each label has along them, u_j · b_k, [C, r].
  let along: [Float]

  /// |ǔ_j|, [C].
  let restLengths: [Double]

  /// t̂_j, [C, D]; zeros for a label that is the mean.
  let whitened: [Float]

  /// The labels that are whitened together.
  private static let pieceRows = 1024

  /// Finds the axes of labels.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Complexity: 2 · C · D² floating-point operations twice, and an eigenvalue problem of order D.
  init(_ labels: LabelSide, workers: Int) {
    let (width, count) = (labels.width, labels.count)
    let rows = Matrix(rows: count, columns: width, elements: labels.rows)
    var covariance = gramMatrix(rows, center: labels.mean, workers: workers)
    covariance.scale(by: 1 / Double(count))
    let eigen = SymmetricEigen(of: covariance)
    let least = (eigen.values.last ?? 0) * Double(width) * Double(Float.ulpOfOne)
    let order = (0..<width).reversed().filter { eigen.values[$0] > least }
    let kept = order.prefix(Self.topCount(width: width))
    topCount = kept.count
    let axes = DoubleMatrix(
      rows: kept.count, columns: width,
      elements: kept.flatMap { axis in (0..<width).map { eigen.vectors[axis, $0] } })
    top = axes.elements.map { Float($0) }
    let root = eigen.whitening(adding: BankWhitening.shrinkage)
    var (along, restLengths, whitened) = ([Float](), [Double](), [Float]())
    for start in stride(from: 0, to: count, by: Self.pieceRows) {
      let piece = labels.centred(start..<min(start + Self.pieceRows, count))
      let parts = DoubleMatrix.product(piece, axes, opB: .transpose)
      along += parts.elements.map { Float($0) }
      restLengths += Self.lengths(piece, less: parts, along: axes)
      var white = DoubleMatrix.product(piece, root)
      for j in 0..<piece.rows {
        let isMean = labels.centredLengths[start + j] <= LabelSide.leastCentredLength
        white.normalizeRow(j, isZero: isMean)
      }
      whitened += white.elements.map { Float($0) }
    }
    (self.along, self.restLengths, self.whitened) = (along, restLengths, whitened)
  }

  /// How many axes are taken away in D dimensions: ⌈D / 100⌉ (Mu, Viswanath 2018, section 2.3).
  static func topCount(width: Int) -> Int { (width + 99) / 100 }

  /// The lengths of what is left of rows without their parts along axes.
  private static func lengths(
    _ rows: DoubleMatrix, less parts: DoubleMatrix, along axes: DoubleMatrix
  ) -> [Double] {
    let taken = DoubleMatrix.product(parts, axes)
    return (0..<rows.rows).map { j in
      (0..<rows.columns).reduce(0.0) { sum, p in
        let rest = rows[j, p] - taken[j, p]
        return sum + rest * rest
      }.squareRoot()
    }
  }
}

extension LabelSide {
  /// t_j - μ of some labels, [range.count, D].
  fileprivate func centred(_ range: Range<Int>) -> DoubleMatrix {
    DoubleMatrix(
      rows: range.count, columns: width,
      elements: range.flatMap { j in
        (0..<width).map { Double(rows[j * width + $0]) - mean[$0] }
      })
  }
}

extension DoubleMatrix {
  /// Makes a row a unit vector, or zeros if it has no length or is to be zero.
  fileprivate mutating func normalizeRow(_ row: Int, isZero: Bool) {
    let length = (0..<columns).reduce(0.0) { $0 + self[row, $1] * self[row, $1] }.squareRoot()
    let factor = isZero || length <= 0 ? 0 : 1 / length
    for column in 0..<columns { self[row, column] *= factor }
  }
}
