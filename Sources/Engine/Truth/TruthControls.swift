/// Directions and readings that say where a lens fails: at the pictures, at the residuals, or at the
/// features.
extension GroundTruth {
  /// The mean activation of a feature over the pictures of each class, [K]; NaN for classes without a
  /// picture.
  ///
  /// - Parameter feature: The feature.
  /// - Returns: Means; of a table of classes, what the table says.
  public func classMeans(ofFeature feature: Int) -> [Double] {
    var means = [Double](repeating: 0, count: labelCount)
    switch evidence {
    case .classes(let values):
      for entry in values.entries(ofRow: feature) {
        means[Int(values.indices[entry])] = Double(values.values[entry])
      }
    case .pictures(let activations):
      for entry in activations.entries(ofRow: feature) {
        means[Int(classIDs[Int(activations.indices[entry])])] += Double(activations.values[entry])
      }
      for id in means.indices { means[id] /= Double(pictureCounts[id]) }
    }
    return means
  }

  /// Spearman's correlation of a feature's scores of labels with its class means.
  ///
  /// - Parameters:
  ///   - scores: The scores of all labels, [K]; NaN for labels that take no part.
  ///   - feature: The feature.
  /// - Returns: From -1 to 1, over labels that take part and have a picture; NaN where all are equal.
  public func spearman(_ scores: [Float], ofFeature feature: Int) -> Double {
    let means = classMeans(ofFeature: feature)
    precondition(scores.count == means.count, "\(scores.count) scores of \(means.count) labels")
    let used = means.indices.filter { !scores[$0].isNaN && !means[$0].isNaN }
    return spearmanCorrelation(used.map { Double(scores[$0]) }, used.map { means[$0] })
  }

  /// The control directions of classes: the mean residual of each class less that of all pictures.
  ///
  /// - Returns: Rows, [K, d], zeros for classes without a picture; nil without residuals.
  public func classMeanDirections() -> Matrix? {
    guard let residuals else { return nil }
    var sums = PrototypeSums(classCount: labelCount, width: residuals.shape[1])
    Self.forEachRow(0..<pictureCount, of: residuals, isUnit: false) {
      sums.add($1, to: classIDs[$0])
    }
    return sums.differencesFromMean()
  }

  /// The identity control: the mean unit embedding of each class, which a lens would read if nothing
  /// were lost before the joint space.
  ///
  /// - Returns: Rows, [K, D], zeros for classes without a picture; nil without embeddings.
  public func classMeanEmbeddings() -> Matrix? {
    guard let embeddings else { return nil }
    var sums = PrototypeSums(classCount: labelCount, width: embeddings.shape[1])
    Self.forEachRow(0..<pictureCount, of: embeddings, isUnit: true) {
      sums.add($1, to: classIDs[$0])
    }
    return sums.means()
  }

  /// Calls `body` with some rows of a matrix of pictures, made unit rows where that is asked for.
  static func forEachRow(
    _ pictures: some Sequence<Int>, of matrix: Tensor, isUnit: Bool,
    _ body: (_ picture: Int, Span<Float>) -> Void
  ) {
    let width = matrix.shape[1]
    var scratch: [Float] = []
    var row = [Float](repeating: 0, count: width)
    for picture in pictures {
      var target = row.mutableSpan
      matrix.withFloats(in: (picture * width)..<((picture + 1) * width), scratch: &scratch) {
        copy($0, into: &target, at: 0)
      }
      if isUnit { normalizeRows(&target, width: width) }
      body(picture, row.span)
    }
  }
}
