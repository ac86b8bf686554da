/// A finished run on disk.
public struct RunDirectory: Sendable {
  /// The directory.
  public let path: String

  /// The contents of `run.json`.
  public let description: JSONObject

  /// The contents of `environment.json`; empty where a run has none.
  public let environment: JSONObject

  /// The results, all features in one block.
  public let features: FeatureBlock

  /// The labels; their index is their id, [C].
  public let labels: [String]

  /// What became of each label, [C]; raw values of `LabelStatus`.
  public let labelStatuses: [Int]

  /// How often each label is the first of a feature, [C].
  public let firstCounts: [Int]

  /// How often each label is among the K best of a feature, [C].
  public let topCounts: [Int]

  /// Opens a run and reads it whole.
  ///
  /// - Parameter path: The directory.
  /// - Throws: `CheckpointError` if it is not a run of this version, or a file in it is wrong.
  public init(contentsOf path: String) throws(CheckpointError) {
    let files = try RunFiles(contentsOf: path)
    self.path = files.path
    description = files.description
    environment = files.environment
    labels = files.labels
    labelStatuses = files.labelStatuses
    firstCounts = files.firstCounts
    topCounts = files.topCounts
    features = try files.features(in: 0..<files.featureCount)
  }
}

extension RunDirectory {
  /// The number of features in the run.
  public var featureCount: Int { features.rows }

  /// The row of a feature.
  ///
  /// - Parameter id: The feature.
  /// - Returns: Its row, or nil if it is not part of the run.
  public func row(ofFeature id: Int) -> Int? {
    var (low, high) = (0, features.rows)
    while low < high {
      let middle = (low + high) / 2
      if Int(features.featureIDs[middle]) < id { low = middle + 1 } else { high = middle }
    }
    return low < features.rows && Int(features.featureIDs[low]) == id ? low : nil
  }

  /// The short name of the lens, such as `dec.lin`.
  public var lensID: String { description["lens"]?["id"]?.string ?? "" }

  /// The model's own scores of labels, if it was trained with a sigmoid.
  public var sigmoid: SigmoidScores? { SigmoidScores(of: description) }
}
