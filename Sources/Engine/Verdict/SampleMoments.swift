/// Mean and covariance of the features of a sample without what they have along the common direction of the labels, as
/// unit vectors, from which those of the centred scores of every rotated bank follow.
///
///     c_ij = u_i · t_j / n_j        u_i = v_i' / |v_i'|, v' = v - (v · m) m
///
/// A rotation leaves m where it is, so that its features are R u_i: with w_j = Rᵀ t_j / n_j the mean of c_ij over i is ū · w_j and the
/// variance w_jᵀ S w_j. No score is formed.
struct SampleMoments: Sendable {
  /// ū, [D].
  private let mean: [Double]

  /// S, [D, D].
  private let covariance: DoubleMatrix

  /// The labels.
  private let labels: LabelSide

  /// Takes the moments of a sample.
  ///
  /// - Parameters:
  ///   - sample: Unit images, [m, D].
  ///   - labels: The labels.
  ///   - workers: The number of threads; the result is the same for any.
  /// - Complexity: 2 · m · D² floating-point operations.
  init(_ sample: [Float], labels: LabelSide, workers: Int) {
    let (width, size) = (labels.width, JointBank.tileRows)
    let count = sample.count / width
    @Sendable func rows(_ tile: Int) -> [Float] {
      let range = (tile * size)..<min((tile + 1) * size, count)
      return Self.projected(
        sample[(range.lowerBound * width)..<(range.upperBound * width)], labels.meanDirection)
    }
    var moments = RowMoments(origin: Self.mean(count > 0 ? rows(0) : [], width: width))
    let none = moments
    forEachInOrder(count: (count + size - 1) / size, workers: workers, makeState: { none }) {
      none, tile in
      let rows = rows(tile)
      return none.tile(
        rows, isCounted: [Bool](repeating: true, count: rows.count / none.width))
    } _: {
      moments.add($0)
    }
    mean = moments.mean
    covariance = moments.covariance
    self.labels = labels
  }

  /// v'/|v'| of some rows; zeros where nothing is left.
  private static func projected(_ rows: ArraySlice<Float>, _ direction: [Double]) -> [Float] {
    var result = Array(rows)
    let width = direction.count
    for start in stride(from: 0, to: result.count, by: width) {
      var along = 0.0
      for p in 0..<width { along += Double(result[start + p]) * direction[p] }
      let scale = Score.projectedFactor(Float(along))
      for p in 0..<width {
        result[start + p] = scale * Float(Double(result[start + p]) - along * direction[p])
      }
    }
    return result
  }

  private static func mean(_ rows: [Float], width: Int) -> [Float] {
    var sums = [Double](repeating: 0, count: width)
    for index in rows.indices { sums[index % width] += Double(rows[index]) }
    let count = max(1, rows.count / max(width, 1))
    return sums.map { Float($0 / Double(count)) }
  }

  /// The mean and the deviation of the centred scores of each label over the features of a rotated bank, [C].
  ///
  /// - Parameter rotation: The rotation; nil for the bank as it is.
  /// - Returns: Both; those of a label that is the mean are 0.
  /// - Complexity: 4 · C · D² floating-point operations.
  func columns(_ rotation: NullRotation?) -> (means: [Double], deviations: [Double]) {
    let (width, count) = (labels.width, labels.count)
    let turned = rotation?.transposed(labels.rows, count: count) ?? labels.rows
    let rows = DoubleMatrix(rows: count, columns: width, elements: turned.map(Double.init))
    let product = DoubleMatrix.product(rows, covariance)
    var (means, deviations) = ([Double](), [Double]())
    for j in 0..<count {
      let length = labels.centredLengths[j]
      let scale = length > LabelSide.leastCentredLength ? 1 / length : 0
      var (along, square) = (0.0, 0.0)
      for p in 0..<width {
        along += rows[j, p] * mean[p]
        square += rows[j, p] * product[j, p]
      }
      means.append(scale * along)
      deviations.append(scale * max(0, square).squareRoot())
    }
    return (means, deviations)
  }
}
