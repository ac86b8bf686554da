/// Features as lines of JSON, one object for each.
///
/// Members: `feature`, `status` (`read`, `dead`, `nonfinite`, `unmapped`), `top` and `bottom`
/// (arrays of `label_id`, `label`, `cosine`, `probability`, best and worst first), `mean`, `sd`,
/// `skewness`, `kurtosis`, `margin`, `entropy` (nats), `log_partition`. Numbers that are undefined
/// are null; features that were not read have `feature` and `status` alone.
public struct JSONLines: Sendable {
  /// The labels; their index is their id.
  private let labels: [String]

  /// Makes a form.
  ///
  /// - Parameter labels: The labels; their index is their id.
  public init(labels: [String]) {
    self.labels = labels
  }

  /// The lines of a block.
  ///
  /// - Parameter block: The features.
  /// - Returns: One line for each feature, each ended by a line feed.
  public func lines(for block: FeatureBlock) -> String {
    var text = ""
    for row in 0..<block.rows {
      text += object(for: block, row: row).serialized()
      text += "\n"
    }
    return text
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
    [
      "label_id": .integer(Int(id)), "label": .string(labels[Int(id)]),
      "cosine": JSONValue(cosine), "probability": JSONValue(probability),
    ]
  }
}
