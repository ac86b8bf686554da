/// The vectors of a bank, or of a null bank made of it, as they are seen through products with labels.
///
/// A null bank is the real one rotated. Since (R v) · x = v · Rᵀx, labels are rotated and not features.
struct BankView: Sendable {
  /// The vectors that every row is multiplied with: labels, then m, then the bank's own mean ū, then
  /// t_0 if there is one, each after Rᵀ, [C + extras, D].
  private let operand: ProductOperand

  /// The number of labels, C.
  let labelCount: Int

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
    let real = moments.sampleMean.map { Float($0) }
    let mean = rotation?.rotated(real, count: 1) ?? real
    var vectors = labels.rows + labels.meanDirection.map { Float($0) } + mean
    if let empty { vectors += empty.map { Float($0) } }
    let count = vectors.count / width
    operand = ProductOperand(
      rotation?.transposed(vectors, count: count) ?? vectors, count: count, width: width)
    labelCount = labels.count
    hasEmpty = empty != nil
    self.mean = mean.map(Double.init)
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
  ///   - room: Receives the products.
  /// - Returns: What is known of each row besides, [rows].
  func multiply(_ images: Span<Float>, rows: Int, into room: inout Room) -> [Score.RowFacts] {
    let columns = columnCount
    precondition(
      operand.layout.place(of: 0..<columns).stride == columns, "\(columns) columns are padded")
    operand.multiply(
      images, rows: layout.paddedRows(rows), columns: 0..<columns, into: &room.products,
      scratch: &room.scratch)
    return (0..<rows).map { row in
      let first = row * columns + labelCount
      return Score.RowFacts(
        meanCosine: room.products[first], bankMeanCosine: room.products[first + 1],
        emptyCosine: hasEmpty ? room.products[first + 2] : 0)
    }
  }
}
