/// The vectors of a bank, or of a null bank made of it, as they are seen through products with labels.
///
/// Null banks are never made: what they are multiplied with is turned instead.
struct BankView: Sendable {
  /// Which bank is seen.
  enum Kind: Sendable {
    /// The bank itself.
    case real
    /// The bank rotated: (R v) · x = v · Rᵀx.
    case rotated(NullRotation)
    /// Random vectors of the bank's mean and covariance.
    case gaussian(GaussianBank)
  }

  /// Which bank is seen.
  let kind: Kind

  /// The vectors that every row is multiplied with: labels, then m, then the bank's own mean ū, then
  /// the axes b of `LabelAxes`, then t_0 if there is one, each as the bank needs it,
  /// [C + extras, D or D + 1]; labels alone of a bank that is whitened.
  private let operand: ProductOperand

  /// What whitens the bank; nil if it is seen as it is.
  let whitening: BankWhitening?

  /// The number of labels, C.
  let labelCount: Int

  private let hasEmpty: Bool

  /// The columns of products with the axes b.
  let axes: Range<Int>

  /// The mean of the bank's own unit vectors over the sample, ū, [D]; of random vectors that of the real
  /// ones.
  let mean: [Double]

  /// Makes a view.
  ///
  /// - Parameters:
  ///   - kind: Which bank is seen.
  ///   - labels: The labels.
  ///   - moments: What is known of the real bank.
  ///   - axes: The axes that are taken away of all but the top, if they are.
  ///   - empty: t_0, [D], if it is used.
  init(
    _ kind: Kind, labels: LabelSide, moments: BankMoments, axes: LabelAxes? = nil,
    empty: [Double]?
  ) {
    let width = labels.width
    var mean = moments.sampleMean.map { Float($0) }
    if case .rotated(let rotation) = kind { mean = rotation.rotated(mean, count: 1) }
    var vectors = labels.rows + labels.meanDirection.map { Float($0) } + mean
    if let axes { vectors += axes.top }
    if let empty { vectors += empty.map { Float($0) } }
    let count = vectors.count / width
    switch kind {
    case .real: operand = ProductOperand(vectors, count: count, width: width)
    case .rotated(let rotation):
      operand = ProductOperand(
        rotation.transposed(vectors, count: count), count: count, width: width)
    case .gaussian(let bank):
      operand = ProductOperand(
        bank.operand(vectors, count: count), count: count, width: width + 1)
    }
    self.kind = kind
    whitening = nil
    labelCount = labels.count
    self.axes = (labels.count + 2)..<(labels.count + 2 + (axes?.topCount ?? 0))
    hasEmpty = empty != nil
    self.mean = mean.map(Double.init)
  }

  /// Makes a view of the same bank whitened, beside whitened labels.
  ///
  /// - Parameters:
  ///   - view: The view of the bank as it is.
  ///   - whitening: What whitens the real bank, or these random vectors.
  ///   - labels: t̂_j, [C, D].
  init(_ view: BankView, whitenedBy whitening: BankWhitening, labels: [Float]) {
    kind = view.kind
    self.whitening = whitening
    labelCount = view.labelCount
    let width = labels.count / labelCount
    if case .rotated(let rotation) = kind {
      operand = ProductOperand(
        rotation.transposed(labels, count: labelCount), count: labelCount, width: width)
    } else {
      operand = ProductOperand(labels, count: labelCount, width: width)
    }
    axes = labelCount..<labelCount
    hasEmpty = false
    mean = []
  }
}

extension BankView {
  /// The columns of products: labels, and what is known of a row besides.
  var columnCount: Int { operand.count }

  /// How products are laid out.
  var layout: ProductLayout { operand.layout }

  /// Room for what products of a tile take.
  struct Room {
    /// Products with labels and the rest, [rows, columnCount].
    var products: [Float]
    fileprivate var scratch: [Float] = []

    init(rows: Int, view: BankView) {
      products = [Float](repeating: 0, count: view.layout.paddedRows(rows) * view.columnCount)
    }
  }

  /// Vectors of a random bank but for their factors, as many as products take, and the factors.
  typealias Drawn = (vectors: [Float], factors: [Float])

  /// The vectors of a tile of a random bank, the same whether it is seen whitened or not; nil for others.
  func draw(tile: Int, rows: Int) -> Drawn? {
    guard case .gaussian(let bank) = kind else { return nil }
    return bank.draw(tile: tile, rows: rows, room: JointBank.tileRows - rows)
  }

  /// Multiplies the vectors of a tile with the vectors of the view.
  ///
  /// - Parameters:
  ///   - images: Unit images of the real bank, whitened if the view is, at least
  ///     `layout.paddedRows(rows)` of them; random vectors do not depend on them.
  ///   - rows: How many are used.
  ///   - drawn: The vectors of a random bank, as `draw` gives them; nil to draw them here.
  ///   - tile: The number of the tile.
  ///   - room: Receives the products.
  /// - Returns: What is known of each row besides, [rows].
  func multiply(
    _ images: Span<Float>, rows: Int, drawn: Drawn? = nil, tile: Int, into room: inout Room
  ) -> [Score.RowFacts] {
    guard let drawn = drawn ?? draw(tile: tile, rows: rows) else {
      multiply(images, rows: rows, into: &room)
      return facts([Float](repeating: 1, count: rows), of: room)
    }
    if let whitening {
      let white = whitening.unitRows(drawn.vectors.span, factors: drawn.factors)
      multiply(white.span, rows: rows, into: &room)
      return facts([Float](repeating: 1, count: rows), of: room)
    }
    multiply(drawn.vectors.span, rows: rows, into: &room)
    return facts(drawn.factors, of: room)
  }

  private func multiply(_ vectors: Span<Float>, rows: Int, into room: inout Room) {
    let columns = columnCount
    precondition(
      operand.layout.place(of: 0..<columns).stride == columns, "\(columns) columns are padded")
    operand.multiply(
      vectors, rows: layout.paddedRows(rows), columns: 0..<columns, into: &room.products,
      scratch: &room.scratch)
  }

  private func facts(_ factors: [Float], of room: Room) -> [Score.RowFacts] {
    factors.enumerated().map { row, factor in
      guard whitening == nil else { return Score.RowFacts(productFactor: factor) }
      let first = row * columnCount
      func cosine(_ column: Int) -> Float { factor * room.products[first + column] }
      return Score.RowFacts(
        meanCosine: cosine(labelCount), bankMeanCosine: cosine(labelCount + 1),
        emptyCosine: hasEmpty ? cosine(axes.upperBound) : 0,
        axesSquare: axes.reduce(0) { $0 + cosine($1) * cosine($1) }, productFactor: factor)
    }
  }
}
