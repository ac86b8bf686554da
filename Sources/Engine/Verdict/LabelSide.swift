/// The unit embeddings of the labels that take part, and what centring needs of them.
///
/// With t_j the unit rows and μ their mean, m = μ / |μ|, n_j = |t_j - μ|:
///
///     t̃_j = (t_j - μ) / n_j
struct LabelSide: Sendable {
  /// t_j, [C, D]: unit rows, but for variants with a space of their own.
  let rows: [Float]

  /// The number of labels, C.
  let count: Int

  /// The width of the joint space, D.
  let width: Int

  /// μ, [D].
  let mean: [Double]

  /// |μ|.
  let meanLength: Double

  /// m, [D]; zeros if the mean has no length.
  let meanDirection: [Double]

  /// n_j, [C].
  let centredLengths: [Double]

  /// m · t_j, [C].
  let meanCosines: [Double]

  /// |t_j|², [C].
  let squares: [Double]

  /// |t_j - (t_j·m) m|², [C].
  let squaresOffMean: [Double]

  /// Centred lengths under which a label is taken to be the mean itself, which no score can tell
  /// from rounding.
  static let leastCentredLength = 1e-5

  /// Makes a side of rows.
  ///
  /// - Parameters:
  ///   - rows: t_j, [C, D], of a mean squared length of 1.
  ///   - count: C, at least 1.
  ///   - width: D.
  init(_ rows: [Float], count: Int, width: Int) {
    precondition(
      count > 0 && rows.count == count * width, "\(rows.count) elements for [\(count), \(width)]")
    var mean = [Double](repeating: 0, count: width)
    for j in 0..<count {
      for p in 0..<width { mean[p] += Double(rows[j * width + p]) }
    }
    for p in 0..<width { mean[p] /= Double(count) }
    let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let direction = length > 0 ? mean.map { $0 / length } : mean
    var (lengths, cosines, squares) = ([Double](), [Double](), [Double]())
    for j in 0..<count {
      var (deviation, along, square) = (0.0, 0.0, 0.0)
      for p in 0..<width {
        let element = Double(rows[j * width + p])
        let difference = element - mean[p]
        deviation += difference * difference
        along += element * direction[p]
        square += element * element
      }
      lengths.append(deviation.squareRoot())
      cosines.append(along)
      squares.append(square)
    }
    self.rows = rows
    self.count = count
    self.width = width
    self.mean = mean
    meanLength = length
    meanDirection = direction
    centredLengths = lengths
    meanCosines = cosines
    self.squares = squares
    squaresOffMean = zip(squares, cosines).map { max(0, $0 - $1 * $1) }
  }

  /// The same labels in a space of their own.
  ///
  /// - Parameters:
  ///   - transform: What takes them there.
  ///   - empty: The embedding of the empty label, [D]; nil if there is none.
  /// - Returns: The side, of rows that need not be unit rows, and the empty label as the labels are.
  func transformed(
    by transform: LabelTransform, with empty: [Double]?
  ) -> (side: LabelSide, empty: [Double]?) {
    let images = transform.applied(
      to: rows + (empty ?? []).map { Float($0) }, count: count + (empty == nil ? 0 : 1),
      scaledBy: count)
    let side = LabelSide(
      Array(images.prefix(count * transform.width)), count: count, width: transform.width)
    return (side, empty.map { _ in images.dropFirst(count * transform.width).map(Double.init) })
  }

  /// The inner product of a vector with each label, [C].
  ///
  /// - Parameter vector: The vector, [D].
  /// - Returns: The products, summed in `Double`.
  func products(with vector: [Double]) -> [Double] {
    (0..<count).map { j in
      var sum = 0.0
      for p in 0..<width { sum += Double(rows[j * width + p]) * vector[p] }
      return sum
    }
  }

  /// t̃_j as rows, [C, D]; zeros for a label that is the mean.
  var centredRows: [Float] {
    var result = rows
    for j in 0..<count {
      let length = centredLengths[j]
      for p in 0..<width {
        let difference = Double(rows[j * width + p]) - mean[p]
        result[j * width + p] =
          length > Self.leastCentredLength ? Float(difference / length) : 0
      }
    }
    return result
  }
}
