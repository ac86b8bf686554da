/// Features as sums of a few centred labels with weights above 0.
///
///     v'_i ≈ Σ x_ij t̃_j     x ≥ 0, at most 5 labels
///
/// v' is what of the unit image does not lie along the common direction of the labels, made a unit vector, and t̃ are the
/// centred labels: the first label is the first by the centred score. A further label is taken only if its cosine with what
/// is left is above what the best label of 95 % of random directions without m has: what rotated features, whatever they
/// are, would have.
struct SparseNaming: Sendable {
  /// The variant that is read.
  let form: LensForm

  /// The cosine that the best label of 95 % of random directions does not exceed.
  let leastCosine: Double

  /// The positions in the selection of the features that are read, rising.
  let features: [Int]

  /// The sum of each, by positions among the labels that take part.
  let sums: [NonNegativePursuit.Decomposition]

  /// The number of features of the selection, n.
  let count: Int

  /// The most labels of a feature.
  static let mostLabels = NonNegativePursuit.usualAtoms

  /// The random directions whose best labels are compared.
  static let randomCount = 4096

  /// The share of random directions whose best label is under the least cosine.
  static let quantile = 0.95

  /// Decomposes features.
  ///
  /// - Parameters:
  ///   - form: The variant.
  ///   - bank: Its features.
  ///   - labels: The labels.
  ///   - asked: Whether each feature of the selection is decomposed, [n].
  ///   - seed: Determines the random directions.
  ///   - workers: The number of threads; the results are the same for any.
  /// - Complexity: 2 · D · C floating-point operations for each feature and label, and as much as 4,096 features more.
  init(
    _ form: LensForm, _ bank: JointBank, labels: LabelSide, asked: [Bool], seed: UInt64,
    workers: Int
  ) {
    precondition(asked.count == bank.count, "\(asked.count) of \(bank.count) features")
    let dictionary = Matrix(
      rows: labels.count, columns: labels.width, elements: labels.centredRows)
    let pursuit = NonNegativePursuit(dictionary: dictionary)
    let least = Self.leastCosine(pursuit, labels: labels, seed: seed, workers: workers)
    var features: [Int] = []
    var sums: [NonNegativePursuit.Decomposition] = []
    bank.forEachTile(workers: workers, makeState: {}) { _, tile in
      let rows = (0..<tile.rows).filter {
        tile.statuses[$0] == .read && asked[tile.positions.lowerBound + $0]
      }
      let vectors = rows.flatMap { row in
        Self.rest(tile.images[(row * labels.width)..<((row + 1) * labels.width)], labels)
      }
      let found = pursuit.decompose(
        Matrix(rows: rows.count, columns: labels.width, elements: vectors),
        mostAtoms: Self.mostLabels, leastCosine: least)
      return (rows.map { tile.positions.lowerBound + $0 }, found)
    } _: { part in
      features += part.0
      sums += part.1
    }
    self.form = form
    leastCosine = least
    self.features = features
    self.sums = sums
    count = bank.count
  }

  /// What of a vector does not lie along the common direction of the labels, as a unit vector; zeros if that is
  /// rounding.
  private static func rest(_ vector: ArraySlice<Float>, _ labels: LabelSide) -> [Float] {
    var along = 0.0
    for (element, axis) in zip(vector, labels.meanDirection) { along += Double(element) * axis }
    let rest = zip(vector, labels.meanDirection).map { Double($0) - along * $1 }
    let square = rest.reduce(0) { $0 + $1 * $1 }
    guard square > leastSquare else { return rest.map { _ in 0 } }
    return rest.map { Float($0 / square.squareRoot()) }
  }

  /// The squared length under which what is left of a unit vector is rounding noise.
  private static let leastSquare = 1e-6

  /// The cosine that the best label of 95 % of random directions does not exceed.
  private static func leastCosine(
    _ pursuit: NonNegativePursuit, labels: LabelSide, seed: UInt64, workers: Int
  ) -> Double {
    var generator = SplitMix64(seed: seed)
    let width = labels.width
    var vectors = [Float](repeating: 0, count: randomCount * width)
    generator.fillNormals(&vectors, 0..<vectors.count)
    for start in stride(from: 0, to: vectors.count, by: width) {
      let range = start..<(start + width)
      let square = sumOfSquares(vectors.span.extracting(range))
      let unit = vectors[range].map { Float(Double($0) / square.squareRoot()) }
      vectors.replaceSubrange(range, with: rest(unit[...], labels))
    }
    // Of a unit vector with one label the explained share is the square of the cosine.
    let best = pursuit.decompose(
      Matrix(rows: randomCount, columns: width, elements: vectors), mostAtoms: 1, workers: workers
    ).map { max(0, $0.shares.first ?? 0).squareRoot() }
    return upperQuantile(ofSorted: best.sorted(), share: quantile)
  }
}
