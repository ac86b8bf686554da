internal import Foundation

/// A finished run on disk, whose features are read block by block.
public struct RunFiles: Sendable {
  /// The directory, without a slash at its end.
  public let path: String

  /// The contents of `run.json`.
  public let description: JSONObject

  /// The contents of `environment.json`; empty where a run has none.
  public let environment: JSONObject

  /// The labels; their index is their id, [C].
  public let labels: [String]

  /// What became of each label, [C]; raw values of `LabelStatus`.
  public let labelStatuses: [Int]

  /// How often each label is the first of a feature, [C].
  public let firstCounts: [Int]

  /// How often each label is among the K best of a feature, [C].
  public let topCounts: [Int]

  /// The embeddings of the labels, [C, D].
  public let labelEmbeddings: Tensor

  /// The number of features in the run.
  public let featureCount: Int

  /// The labels kept for each feature and end, K.
  public let topCount: Int

  /// `features.safetensors`.
  let features: TensorFile

  /// The files that a run may have.
  public static let fileNames =
    ["features.safetensors", "labels.safetensors", "labels.txt", "run.json"]
    + RunWriter.besideNames

  /// Opens a run: its labels are read whole, its features where they are asked for.
  ///
  /// - Parameter path: The directory.
  /// - Throws: `CheckpointError` if it is not a run of this version, or a file in it is wrong.
  public init(contentsOf path: String) throws(CheckpointError) {
    let path = path.withoutFinalSlash
    self.path = path
    description = try Self.description(in: path)
    environment = try Self.environment(in: path)
    let labelFile = try TensorFile(contentsOf: path + "/labels.safetensors")
    labelEmbeddings = try labelFile.weights("embeddings", shape: [nil, nil])
    let labelCount = labelEmbeddings.shape[0]
    labelStatuses = try labelFile.integers("status", shape: [labelCount])
    firstCounts = try labelFile.integers("first_counts", shape: [labelCount])
    topCounts = try labelFile.integers("top_counts", shape: [labelCount])
    labels = try Self.lines(of: path + "/labels.txt", count: labelCount)
    features = try TensorFile(contentsOf: path + "/features.safetensors")
    let file = try FeatureFile(file: features, labelCount: labelCount)
    (featureCount, topCount) = (file.featureCount, file.topCount)
  }

  private static func description(in path: String) throws(CheckpointError) -> JSONObject {
    let file = path + "/run.json"
    let json = try JSONValue(contentsOf: file)
    guard let object = json.object, object["format"] == "lensctl.run" else {
      throw CheckpointError(
        path: file,
        reason: .wrongField(
          "format", found: json["format"]?.serialized() ?? "none", expected: "lensctl.run"))
    }
    guard object["format_version"]?.integer == RunWriter.formatVersion else {
      throw CheckpointError(
        path: file,
        reason: .wrongField(
          "format_version", found: object["format_version"]?.serialized() ?? "none",
          expected: "\(RunWriter.formatVersion)"))
    }
    return object
  }

  private static func environment(in path: String) throws(CheckpointError) -> JSONObject {
    let file = path + "/environment.json"
    guard MappedFile.exists(file) else { return [:] }
    let json = try JSONValue(contentsOf: file)
    guard let object = json.object, object["format"] == "lensctl.environment" else {
      throw CheckpointError(
        path: file,
        reason: .wrongField(
          "format", found: json["format"]?.serialized() ?? "none",
          expected: "lensctl.environment"))
    }
    return object
  }

  private static func lines(of path: String, count: Int) throws(CheckpointError) -> [String] {
    let bytes = try MappedFile.contents(of: path)
    var lines = String(decoding: bytes, as: UTF8.self).unicodeScalars
      .split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
    if lines.last == "" { lines.removeLast() }
    guard lines.count == count else {
      throw CheckpointError(
        path: path,
        reason: .wrongField("lines", found: "\(lines.count)", expected: "\(count), one a label"))
    }
    return lines
  }
}

extension RunFiles {
  /// The model's own scores of labels, if it was trained with a sigmoid.
  public var sigmoid: SigmoidScores? { SigmoidScores(of: description) }

  /// A column of `features.safetensors`, [n] or [n, K].
  ///
  /// - Parameter name: The name of the column.
  /// - Returns: The column, as it is stored.
  /// - Throws: `CheckpointError` if there is none of that name.
  public func column(_ name: String) throws(CheckpointError) -> Tensor {
    try features.tensor(name)
  }

  /// The names of the columns of `features.safetensors`, in the order in which runs store them.
  public static let columnNames = FeatureColumn.all(topCount: 1).map(\.name)

  /// Reads some of the features and checks them.
  ///
  /// - Parameter range: The rows wanted.
  /// - Returns: All columns of these rows.
  /// - Throws: `CheckpointError` if a column is missing or has another type or shape, if ids do not rise,
  ///   also from the row before, or if labels and statuses do not fit one another.
  /// - Precondition: `range` lies in the run.
  public func features(in range: Range<Int>) throws(CheckpointError) -> FeatureBlock {
    try FeatureFile(file: features, labelCount: labels.count).features(in: range)
  }
}

extension SigmoidScores {
  /// The scores that `run.json` describes; nil for a model that was trained with a softmax.
  init?(of run: JSONObject) {
    guard let scale = run["sigmoid"]?["scale"]?.double,
      let bias = run["sigmoid"]?["bias"]?.double, scale > 0
    else { return nil }
    self.init(scale: scale, bias: bias)
  }
}
