internal import Foundation

/// A finished run on disk, whose features are read block by block.
public struct RunFiles: Sendable {
  /// The directory, without a slash at its end.
  public let path: String

  /// The contents of `run.json`.
  public let description: JSONObject

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
    let labelFile = try TensorFile(contentsOf: path + "/labels.safetensors")
    labelEmbeddings = try labelFile.weights("embeddings", shape: [nil, nil])
    let labelCount = labelEmbeddings.shape[0]
    labelStatuses = try labelFile.integers("status", shape: [labelCount])
    firstCounts = try labelFile.integers("first_counts", shape: [labelCount])
    topCounts = try labelFile.integers("top_counts", shape: [labelCount])
    labels = try Self.lines(of: path + "/labels.txt", count: labelCount)
    features = try TensorFile(contentsOf: path + "/features.safetensors")
    let top = try features.tensor("top_label_ids")
    guard top.shape.count == 2 else {
      throw CheckpointError(
        path: features.path,
        reason: .wrongShape(tensor: top.name, found: top.shape, expected: "[features, labels]"))
    }
    guard top.shape[1] <= labelCount else {
      throw CheckpointError(
        path: features.path,
        reason: .wrongShape(
          tensor: top.name, found: top.shape, expected: "[features, at most \(labelCount) labels]"))
    }
    (featureCount, topCount) = (top.shape[0], top.shape[1])
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

  private func fail(_ tensor: String, _ what: String) -> CheckpointError {
    CheckpointError(path: features.path, reason: .malformedEntry(tensor: tensor, what: what))
  }

  private func numbers(
    _ name: String, perFeature: Int? = nil, in range: Range<Int>
  ) throws(CheckpointError) -> [Float] {
    let tensor = try features.weights(
      name, shape: [featureCount] + (perFeature.map { [$0] } ?? []))
    let width = perFeature ?? 1
    var result = [Float](repeating: 0, count: range.count * width)
    var target = result.mutableSpan
    tensor.copyFloats(
      in: (range.lowerBound * width)..<(range.upperBound * width), into: &target, at: 0)
    return result
  }

  private func labelIDs(_ name: String, in range: Range<Int>) throws(CheckpointError) -> [Int32] {
    let ids = try features.integers(
      name, shape: [featureCount, topCount],
      in: (range.lowerBound * topCount)..<(range.upperBound * topCount))
    guard ids.allSatisfy({ $0 >= -1 && $0 < labels.count }) else {
      throw fail(name, "an id outside -1..<\(labels.count)")
    }
    return ids.map { Int32($0) }
  }

  private func featureIDs(in range: Range<Int>) throws(CheckpointError) -> [Int32] {
    // With the one before, below which none may be.
    let start = max(0, range.lowerBound - 1)
    let ids = try features.integers(
      "feature_id", shape: [featureCount], in: start..<range.upperBound)
    guard zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }), ids.first ?? 0 >= 0,
      ids.last ?? 0 <= Int32.max
    else {
      throw fail("feature_id", "ids that do not rise from 0 or above")
    }
    return ids.dropFirst(range.lowerBound - start).map { Int32($0) }
  }

  private func statuses(in range: Range<Int>) throws(CheckpointError) -> [UInt8] {
    let codes = try features.integers("status", shape: [featureCount], in: range)
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

extension SigmoidScores {
  /// The scores that `run.json` describes; nil for a model that was trained with a softmax.
  init?(of run: JSONObject) {
    guard let scale = run["sigmoid"]?["scale"]?.double,
      let bias = run["sigmoid"]?["bias"]?.double, scale > 0
    else { return nil }
    self.init(scale: scale, bias: bias)
  }
}
