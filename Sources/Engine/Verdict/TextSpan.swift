/// Whether features lie where texts differ: what they have in the first principal axes of the centred labels,
/// beside rotated features.
struct TextSpan: Sendable, Equatable {
  /// The number of axes, r: the effective rank (Σλ)²/Σλ² of the labels' covariance where nothing lies along
  /// m, to the next whole number.
  let axisCount: Int

  /// The median over features of |U v|²/|v'|², v' a feature without what it has along m, and U the axes
  /// without what they have along the mean of the features where null banks keep it: what is the same in all banks
  /// would hide what differs.
  let energy: AggregateTest

  /// Whether features have more there than rotated features have.
  var exceeds: Bool { energy.exceeds }
}

/// The axes in which labels differ most.
struct TextAxes: Sendable {
  /// U, [r, D], orthonormal and orthogonal to m.
  let rows: [Float]

  /// r.
  let count: Int

  /// Finds the axes of labels.
  ///
  /// - Parameter labels: The labels, two different ones at least.
  /// - Complexity: About 9·D³ + 2·C·D² floating-point operations.
  init(_ labels: LabelSide) {
    let (width, axis) = (labels.width, labels.meanDirection)
    var centred = Matrix(rows: labels.count, columns: width)
    for j in 0..<labels.count {
      // t - h m less its mean, which is μ less what it has along m: nothing.
      let along = labels.meanCosines[j]
      for p in 0..<width {
        centred[j, p] = Float(Double(labels.rows[j * width + p]) - along * axis[p])
      }
    }
    let eigen = SymmetricEigen(of: gramMatrix(centred))
    let values = eigen.values.map { max($0, 0) }
    let (sum, squares) = values.reduce(into: (0.0, 0.0)) { sums, value in
      sums.0 += value
      sums.1 += value * value
    }
    // Labels that differ along m alone have no axes; any one does then.
    count = squares > 0 ? min(width, max(1, Int((sum * sum / squares).rounded()))) : 1
    rows = eigen.vectors.elements.suffix(count * width).map { Float($0) }
  }
}
