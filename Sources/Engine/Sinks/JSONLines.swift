/// Features as lines of JSON, one object for each.
///
/// Members: `feature`, `status` (`read`, `dead`, `nonfinite`, `unmapped`), `top` and `bottom`
/// (arrays of `label_id`, `label`, `cosine`, `probability`, best and worst first; with a model that
/// was trained with a sigmoid also `sigmoid`, the model's own score of the label), `mean`, `sd`,
/// `skewness`, `kurtosis`, `margin`, `entropy` (nats), `log_partition`. Numbers that are undefined
/// are null; features that were not read have `feature` and `status` alone.
public struct JSONLines: Sendable {
  /// The labels; their index is their id.
  private let labels: [String]

  /// The model's own scores, if it was trained with a sigmoid.
  private let sigmoid: SigmoidScores?

  /// Makes a form.
  ///
  /// - Parameters:
  ///   - labels: The labels; their index is their id.
  ///   - sigmoid: The model's own scores, if it was trained with a sigmoid.
  public init(labels: [String], sigmoid: SigmoidScores? = nil) {
    self.labels = labels
    self.sigmoid = sigmoid
  }

  /// The labels of a piece, of one feature at least: few enough that a piece is small beside a block.
  private static let pieceLabelCount = 2048

  /// Gives the lines of a block piece after piece, one line for each feature, each ended by a line
  /// feed.
  ///
  /// - Parameters:
  ///   - block: The features.
  ///   - body: Receives whole lines: those of a few features, fewer the more labels they have.
  /// - Throws: What `body` throws.
  public func forEachPiece(
    of block: FeatureBlock, _ body: (_ lines: String) throws -> Void
  ) rethrows {
    let size = max(1, Self.pieceLabelCount / max(1, 2 * block.topCount))
    for start in stride(from: 0, to: block.rows, by: size) {
      var text = ""
      for row in start..<min(start + size, block.rows) {
        text += object(for: block, row: row).serialized()
        text += "\n"
      }
      try body(text)
    }
  }

  /// One feature as a JSON object.
  ///
  /// - Parameters:
  ///   - block: The features.
  ///   - row: The row of the feature in the block.
  /// - Returns: The object.
  public func object(for block: FeatureBlock, row: Int) -> JSONValue {
    let status = FeatureStatus(rawValue: block.statuses[row]) ?? .unmapped
    var object: JSONObject = [
      "feature": .integer(Int(block.featureIDs[row])), "status": .string(status.name),
    ]
    guard status == .read else { return .object(object) }
    let ranks = (row * block.topCount)..<((row + 1) * block.topCount)
    object["top"] = .array(
      ranks.map {
        scored(block.topLabelIDs[$0], block.topCosines[$0], block.topProbabilities[$0])
      })
    object["bottom"] = .array(
      ranks.map {
        scored(block.bottomLabelIDs[$0], block.bottomCosines[$0], block.bottomProbabilities[$0])
      })
    object["mean"] = JSONValue(block.means[row])
    object["sd"] = JSONValue(block.standardDeviations[row])
    object["skewness"] = JSONValue(block.skewnesses[row])
    object["kurtosis"] = JSONValue(block.kurtoses[row])
    object["margin"] = JSONValue(block.margins[row])
    object["entropy"] = JSONValue(block.entropies[row])
    object["log_partition"] = JSONValue(block.logPartitions[row])
    return .object(object)
  }

  private func scored(_ id: Int32, _ cosine: Float, _ probability: Float) -> JSONValue {
    var object: JSONObject = [
      "label_id": .integer(Int(id)), "label": .string(labels[Int(id)]),
      "cosine": JSONValue(cosine), "probability": JSONValue(probability),
    ]
    if let sigmoid { object["sigmoid"] = JSONValue(sigmoid.score(cosine)) }
    return .object(object)
  }
}
