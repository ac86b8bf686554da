/// The vectors of a bank, or of a null bank made of it, as they are seen through products with labels.
///
/// A null bank is the real one rotated about its mean and made of unit vectors again (R orthogonal, with
/// R m = m for the common direction m of the labels, so that what lies along it stays):
///
///     v0_i = (μ + R (v_i - μ)) / N_i
///     v0_i · x = (v_i · Rᵀx + μ · (x - Rᵀx)) / N_i
///     N_i² = |μ|² + |v_i - μ|² + 2 (v_i · Rᵀμ - μ · Rᵀμ)
///
/// so that labels are rotated, not features. For the real bank R = 1 and N_i = 1.
struct BankView: Sendable {
  /// The vectors that every row is multiplied with: labels, then m, then the bank's own mean ū, then
  /// t_0 if there is one, then μ (null banks only), each after Rᵀ, [C + extras, D].
  private let operand: ProductOperand

  /// `μ · (x - Rᵀx)` of each of them; zeros for the real bank.
  private let constants: [Float]

  /// The number of labels, C.
  let labelCount: Int

  /// What the norms of a null bank are made of; nil for the real bank.
  private let norms: (meanSquare: Double, rotatedMean: Double)?

  private let hasEmpty: Bool

  /// The mean of the bank's own unit vectors over the sample, ū, [D].
  let mean: [Double]

  /// Makes a view.
  ///
  /// - Parameters:
  ///   - labels: The labels.
  ///   - moments: What is known of the real bank.
  ///   - rotation: R, or nil for the real bank.
  ///   - empty: t_0, [D], if it is used.
  init(labels: LabelSide, moments: BankMoments, rotation: NullRotation?, empty: [Double]?) {
    let width = labels.width
    let center = moments.mean
    let mean =
      rotation.map { Self.nullMean(moments, rotation: $0) }
      ?? Self.mean(ofRows: moments.sample, width: width)
    var vectors = labels.rows
    vectors += labels.meanDirection.map { Float($0) }
    vectors += mean.map { Float($0) }
    if let empty { vectors += empty.map { Float($0) } }
    if rotation != nil { vectors += center.map { Float($0) } }
    let count = vectors.count / width
    let rotated = rotation?.transposed(vectors, count: count) ?? vectors
    func product(_ rows: [Float], _ row: Int) -> Double {
      (0..<width).reduce(0) { $0 + center[$1] * Double(rows[row * width + $1]) }
    }
    operand = ProductOperand(rotated, count: count, width: width)
    if rotation != nil {
      constants = (0..<count).map { Float(product(vectors, $0) - product(rotated, $0)) }
      norms = (center.reduce(0) { $0 + $1 * $1 }, product(rotated, count - 1))
    } else {
      constants = [Float](repeating: 0, count: count)
      norms = nil
    }
    labelCount = labels.count
    hasEmpty = empty != nil
    self.mean = mean
  }

  /// The mean of the unit vectors of a null bank over the sample.
  ///
  /// `mean_i (μ + R (v_i - μ)) / N_i`: a weighted mean of the features is rotated, not each.
  private static func nullMean(_ moments: BankMoments, rotation: NullRotation) -> [Double] {
    let (width, center) = (moments.mean.count, moments.mean)
    let rows = moments.samplePositions.count
    guard rows > 0 else { return center }
    let rotatedCenter = rotation.transposed(center.map { Float($0) }, count: 1).map(Double.init)
    let square = center.reduce(0) { $0 + $1 * $1 }
    let along = zip(center, rotatedCenter).map(*).reduce(0, +)
    var weighted = [Double](repeating: 0, count: width)
    var weights = 0.0
    for row in 0..<rows {
      let start = row * width
      var (product, onCenter) = (0.0, 0.0)
      for p in 0..<width {
        let element = Double(moments.sample[start + p])
        product += element * rotatedCenter[p]
        onCenter += element * center[p]
      }
      let norm = (2 * square + 1 - 2 * onCenter + 2 * (product - along)).squareRoot()
      let weight = 1 / (norm * Double(rows))
      weights += weight
      for p in 0..<width {
        weighted[p] += weight * (Double(moments.sample[start + p]) - center[p])
      }
    }
    let rotated = rotation.rotated(weighted.map { Float($0) }, count: 1)
    return (0..<width).map { weights * center[$0] + Double(rotated[$0]) }
  }

  /// The mean of some rows, [D]; zeros if there are none.
  private static func mean(ofRows rows: [Float], width: Int) -> [Double] {
    var mean = [Double](repeating: 0, count: width)
    let count = rows.count / width
    guard count > 0 else { return mean }
    for row in 0..<count {
      for p in 0..<width { mean[p] += Double(rows[row * width + p]) }
    }
    return mean.map { $0 / Double(count) }
  }
}

extension BankView {
  /// The columns of products: labels, and what is known of a row besides.
  var columnCount: Int { operand.count }

  /// How products are laid out.
  var layout: ProductLayout { operand.layout }

  /// Room for what products of a tile take.
  struct Room {
    /// v · t_j and the rest, [rows, columnCount].
    var products: [Float]
    fileprivate var scratch: [Float] = []

    init(rows: Int, view: BankView) {
      products = [Float](repeating: 0, count: view.layout.paddedRows(rows) * view.columnCount)
    }
  }

  /// Multiplies unit images with the vectors of the view, so that products are those of this bank's
  /// unit vectors.
  ///
  /// - Parameters:
  ///   - images: Unit images of the real bank, at least `layout.paddedRows(rows)` of them.
  ///   - rows: How many are used.
  ///   - centerProducts: v · μ of each, [rows].
  ///   - room: Receives the products.
  /// - Returns: What is known of each row besides, [rows].
  func multiply(
    _ images: Span<Float>, rows: Int, centerProducts: [Double], into room: inout Room
  ) -> [Score.RowFacts] {
    let columns = columnCount
    precondition(
      operand.layout.place(of: 0..<columns).stride == columns, "\(columns) columns are padded")
    operand.multiply(
      images, rows: layout.paddedRows(rows), columns: 0..<columns, into: &room.products,
      scratch: &room.scratch)
    var facts: [Score.RowFacts] = []
    facts.reserveCapacity(rows)
    var target = room.products.mutableSpan
    for row in 0..<rows {
      let start = row * columns
      if let norms {
        // |v - μ|² = 1 - 2 v·μ + |μ|².
        let product = Double(target[start + columns - 1])
        let square =
          2 * norms.meanSquare + 1 - 2 * centerProducts[row] + 2 * (product - norms.rotatedMean)
        let norm = max(square, 0).squareRoot()
        shiftAndScale(
          &target, at: start, constants: constants, factor: norm > 1e-6 ? Float(1 / norm) : 0)
      }
      facts.append(
        Score.RowFacts(
          meanCosine: target[start + labelCount], bankMeanCosine: target[start + labelCount + 1],
          emptyCosine: hasEmpty ? target[start + labelCount + 2] : 0))
    }
    return facts
  }
}
