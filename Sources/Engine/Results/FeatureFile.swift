/// A file of columns of features: `features.safetensors` of a run, or one shard of it.
struct FeatureFile: Sendable {
  /// The columns.
  let file: TensorFile

  /// The rows.
  let featureCount: Int

  /// The labels kept for each feature and end, K.
  let topCount: Int

  /// The labels of the bank, C.
  let labelCount: Int

  /// Looks at the shape of a file.
  ///
  /// - Parameters:
  ///   - file: The columns.
  ///   - labelCount: The labels of the bank, C.
  /// - Throws: `CheckpointError` if the file has no labels of features, or more than there are.
  init(file: TensorFile, labelCount: Int) throws(CheckpointError) {
    let top = try file.tensor("top_label_ids")
    guard top.shape.count == 2 else {
      throw CheckpointError(
        path: file.path,
        reason: .wrongShape(tensor: top.name, found: top.shape, expected: "[features, labels]"))
    }
    guard top.shape[1] <= labelCount else {
      throw CheckpointError(
        path: file.path,
        reason: .wrongShape(
          tensor: top.name, found: top.shape, expected: "[features, at most \(labelCount) labels]"))
    }
    (featureCount, topCount) = (top.shape[0], top.shape[1])
    self.file = file
    self.labelCount = labelCount
  }

  /// Reads some of the features and checks them.
  ///
  /// - Parameter range: The rows wanted.
  /// - Returns: All columns of these rows.
  /// - Throws: `CheckpointError` if a column is missing or has another type or shape, if ids do not rise,
  ///   also from the row before, or if labels and statuses do not fit one another.
  /// - Precondition: `range` lies in the file.
  func features(in range: Range<Int>) throws(CheckpointError) -> FeatureBlock {
    var block = FeatureBlock(topCount: topCount)
    block.featureIDs = try featureIDs(in: range)
    block.statuses = try statuses(in: range)
    block.topLabelIDs = try labelIDs("top_label_ids", in: range)
    block.topCosines = try numbers("top_cosines", perFeature: topCount, in: range)
    block.topProbabilities = try numbers("top_probabilities", perFeature: topCount, in: range)
    block.bottomLabelIDs = try labelIDs("bottom_label_ids", in: range)
    block.bottomCosines = try numbers("bottom_cosines", perFeature: topCount, in: range)
    block.bottomProbabilities = try numbers("bottom_probabilities", perFeature: topCount, in: range)
    block.means = try numbers("mean", in: range)
    block.standardDeviations = try numbers("sd", in: range)
    block.skewnesses = try numbers("skewness", in: range)
    block.kurtoses = try numbers("kurtosis", in: range)
    block.margins = try numbers("margin", in: range)
    block.entropies = try numbers("entropy", in: range)
    block.logPartitions = try numbers("log_partition", in: range)
    try checkLabelIDs(of: block)
    return block
  }
}

extension FeatureFile {
  private func fail(_ tensor: String, _ what: String) -> CheckpointError {
    CheckpointError(path: file.path, reason: .malformedEntry(tensor: tensor, what: what))
  }

  private func numbers(
    _ name: String, perFeature: Int? = nil, in range: Range<Int>
  ) throws(CheckpointError) -> [Float] {
    let tensor = try file.weights(
      name, shape: [featureCount] + (perFeature.map { [$0] } ?? []))
    let width = perFeature ?? 1
    var result = [Float](repeating: 0, count: range.count * width)
    var target = result.mutableSpan
    tensor.copyFloats(
      in: (range.lowerBound * width)..<(range.upperBound * width), into: &target, at: 0)
    return result
  }

  private func labelIDs(_ name: String, in range: Range<Int>) throws(CheckpointError) -> [Int32] {
    let ids = try file.integers(
      name, shape: [featureCount, topCount],
      in: (range.lowerBound * topCount)..<(range.upperBound * topCount))
    guard ids.allSatisfy({ $0 >= -1 && $0 < labelCount }) else {
      throw fail(name, "an id outside -1..<\(labelCount)")
    }
    return ids.map { Int32($0) }
  }

  private func featureIDs(in range: Range<Int>) throws(CheckpointError) -> [Int32] {
    // With the one before, below which none may be.
    let start = max(0, range.lowerBound - 1)
    let ids = try file.integers(
      "feature_id", shape: [featureCount], in: start..<range.upperBound)
    guard zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }), ids.first ?? 0 >= 0,
      ids.last ?? 0 <= Int32.max
    else {
      throw fail("feature_id", "ids that do not rise from 0 or above")
    }
    return ids.dropFirst(range.lowerBound - start).map { Int32($0) }
  }

  private func statuses(in range: Range<Int>) throws(CheckpointError) -> [UInt8] {
    let codes = try file.integers("status", shape: [featureCount], in: range)
    guard let largest = FeatureStatus.allCases.map(\.rawValue).max(),
      codes.allSatisfy({ $0 >= 0 && $0 <= Int(largest) })
    else {
      throw fail("status", "a code that no feature has")
    }
    return codes.map { UInt8($0) }
  }

  /// Checks that features that were read have labels, and the others have none.
  private func checkLabelIDs(of block: FeatureBlock) throws(CheckpointError) {
    for (name, ids) in [
      ("top_label_ids", block.topLabelIDs), ("bottom_label_ids", block.bottomLabelIDs),
    ] {
      for row in 0..<block.rows {
        let isRead = block.isRead(row)
        let labels = ids[(row * topCount)..<((row + 1) * topCount)]
        guard labels.allSatisfy({ ($0 >= 0) == isRead }) else {
          throw fail(name, "labels of feature \(block.featureIDs[row]) against its status")
        }
      }
    }
  }
}
