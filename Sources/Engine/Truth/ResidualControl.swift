/// How many pictures are told by their nearest text, from the model's own embeddings and from
/// residuals that skip the rest of the model.
public struct ResidualControl: Sendable, Equatable {
  /// The share of pictures whose nearest text is of their class, by the model's embeddings.
  ///
  /// The interval is a bootstrap over classes. NaN without embeddings.
  public let model: IntervalEstimate

  /// The upper 99.5 % quantile of that share over `exchanges` of the labels of classes, an order statistic
  /// upwards; NaN without embeddings.
  public let limit: Double

  /// The share of pictures by the images of residuals; NaN without residuals.
  public let residuals: IntervalEstimate

  /// The difference `residuals - model / 2`, by a bootstrap over classes; NaN without either.
  ///
  /// Under 0 skipping the rest of the model loses over half of what it tells.
  public let difference: IntervalEstimate

  /// How often labels are exchanged between classes.
  public static let exchanges = 200

  /// The quantile of `limit`.
  static let quantile = 0.995

  /// The pictures of a block.
  private static let blockRows = 960

  /// Reads pictures.
  ///
  /// - Parameters:
  ///   - truth: The truth, with pictures.
  ///   - text: The unit rows of the labels, [K, D]; rows of zeros take no part.
  ///   - labelGroups: A number for each label that labels share which count as one, [K].
  ///   - seed: Determines replicates and exchanges.
  ///   - workers: The number of threads; the results are the same for any.
  ///   - map: The way of residuals, [rows, d], into the joint space, [rows, D]; lengths are of no
  ///     matter, and a row with NaN is never right.
  public init(
    _ truth: GroundTruth, text: Matrix, labelGroups: [Int], seed: UInt64, workers: Int,
    map: @Sendable (Matrix) -> Matrix
  ) {
    precondition(
      text.rows == truth.labelCount && labelGroups.count == text.rows,
      "\(text.rows) texts of \(truth.labelCount) labels")
    let isMasked = (0..<text.rows).map { text.row($0).allSatisfy { $0 == 0 } }
    let texts = BestRows(among: text, isMasked: isMasked)
    func groups(_ matrix: Tensor, _ map: @Sendable (Matrix) -> Matrix) -> [Int] {
      Self.nearest(to: matrix, among: texts, workers: workers, map).map {
        $0 < 0 ? -1 : labelGroups[Int($0)]
      }
    }
    let classes = truth.classIDs.map { Int($0) }
    func hits(_ groups: [Int]) -> [Double] {
      zip(groups, classes).map { $0 == labelGroups[$1] ? 1 : 0 }
    }
    func share(_ values: [Double]?) -> IntervalEstimate {
      guard let values else { return IntervalEstimate(estimate: .nan, lower: .nan, upper: .nan) }
      return ClusterBootstrap(values: values, clusters: classes)
        .interval(seed: seed, workers: workers)
    }
    let whole = truth.embeddings.map { groups($0, { $0 }) }
    let skipping = truth.residuals.map { hits(groups($0, map)) }
    let wholeHits = whole.map(hits)
    model = share(wholeHits)
    residuals = share(skipping)
    difference = share(
      wholeHits.flatMap { whole in
        skipping.map { zip($0, whole).map { $0 - $1 / 2 } }
      })
    limit =
      whole.map { Self.limit($0, classes: classes, labelGroups: labelGroups, seed: seed) } ?? .nan
  }

  /// The label of the nearest text of each picture, -1 for none, [N].
  private static func nearest(
    to matrix: Tensor, among texts: BestRows, workers: Int, _ map: @Sendable (Matrix) -> Matrix
  ) -> [Int32] {
    let (size, count, width) = (blockRows, matrix.shape[0], matrix.shape[1])
    return mapInParallel(count: (count + size - 1) / size, workers: workers) { block in
      let rows = (block * size)..<min((block + 1) * size, count)
      var scratch: [Float] = []
      let elements = matrix.withFloats(
        in: (rows.lowerBound * width)..<(rows.upperBound * width), scratch: &scratch
      ) { span in span.indices.map { span[$0] } }
      return texts.indices(
        for: map(Matrix(rows: rows.count, columns: width, elements: elements)))
    }.flatMap { $0 }
  }

  /// What is told by chance: shares with the labels of the classes that have pictures exchanged.
  private static func limit(
    _ groups: [Int], classes: [Int], labelGroups: [Int], seed: UInt64
  ) -> Double {
    let present = Set(classes).sorted()
    var places = [Int](repeating: 0, count: labelGroups.count)
    for (place, id) in present.enumerated() { places[id] = place }
    var generator = SplitMix64(seed: ~seed)
    let shares = (0..<exchanges).map { _ in
      let order = generator.permutation(of: present.count)
      var count = 0
      for (group, id) in zip(groups, classes)
      where group == labelGroups[present[order[places[id]]]] { count += 1 }
      return Double(count) / Double(groups.count)
    }.sorted()
    return upperQuantile(ofSorted: shares, share: quantile)
  }
}
