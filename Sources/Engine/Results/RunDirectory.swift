internal import Foundation

/// A finished run on disk.
public struct RunDirectory: Sendable {
  /// The directory.
  public let path: String

  /// The contents of `run.json`.
  public let description: JSONObject

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
    let path = path.withoutFinalSlash
    self.path = path
    description = try Self.description(in: path)
    let labelFile = try TensorFile(contentsOf: path + "/labels.safetensors")
    let labelCount = try labelFile.weights("embeddings", shape: [nil, nil]).shape[0]
    labelStatuses = try labelFile.integers("status", shape: [labelCount])
    firstCounts = try labelFile.integers("first_counts", shape: [labelCount])
    topCounts = try labelFile.integers("top_counts", shape: [labelCount])
    labels = try Self.lines(of: path + "/labels.txt", count: labelCount)
    features = try FeatureBlock(
      TensorFile(contentsOf: path + "/features.safetensors"), labelCount: labelCount)
  }

  static func description(in path: String) throws(CheckpointError) -> JSONObject {
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

  static func lines(of path: String, count: Int) throws(CheckpointError) -> [String] {
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
  public var sigmoid: SigmoidScores? {
    guard let scale = description["sigmoid"]?["scale"]?.double,
      let bias = description["sigmoid"]?["bias"]?.double, scale > 0
    else { return nil }
    return SigmoidScores(scale: scale, bias: bias)
  }
}

extension FeatureBlock {
  /// Reads the columns of `features.safetensors`.
  fileprivate init(_ file: TensorFile, labelCount: Int) throws(CheckpointError) {
    let top = try file.tensor("top_label_ids")
    guard top.shape.count == 2 else {
      throw CheckpointError(
        path: file.path,
        reason: .wrongShape(tensor: top.name, found: top.shape, expected: "[features, labels]"))
    }
    let (rows, topCount) = (top.shape[0], top.shape[1])
    func numbers(_ name: String, perFeature: Int? = nil) throws(CheckpointError) -> [Float] {
      try file.weights(name, shape: [rows] + (perFeature.map { [$0] } ?? [])).floats()
    }
    func labelIDs(_ name: String) throws(CheckpointError) -> [Int32] {
      let ids = try file.integers(name, shape: [rows, topCount])
      guard ids.allSatisfy({ $0 >= -1 && $0 < labelCount }) else {
        throw CheckpointError(
          path: file.path,
          reason: .malformedEntry(
            tensor: name, what: "an id outside -1..<\(labelCount)"))
      }
      return ids.map { Int32($0) }
    }
    self.init(topCount: topCount)
    featureIDs = try Self.featureIDs(file, rows: rows)
    statuses = try Self.statuses(file, rows: rows)
    topLabelIDs = try labelIDs("top_label_ids")
    topCosines = try numbers("top_cosines", perFeature: topCount)
    topProbabilities = try numbers("top_probabilities", perFeature: topCount)
    bottomLabelIDs = try labelIDs("bottom_label_ids")
    bottomCosines = try numbers("bottom_cosines", perFeature: topCount)
    bottomProbabilities = try numbers("bottom_probabilities", perFeature: topCount)
    means = try numbers("mean")
    standardDeviations = try numbers("sd")
    skewnesses = try numbers("skewness")
    kurtoses = try numbers("kurtosis")
    margins = try numbers("margin")
    entropies = try numbers("entropy")
    logPartitions = try numbers("log_partition")
    try checkLabelIDs(file)
  }

  private static func featureIDs(
    _ file: TensorFile, rows: Int
  ) throws(CheckpointError) -> [Int32] {
    let ids = try file.integers("feature_id", shape: [rows])
    guard zip(ids, ids.dropFirst()).allSatisfy({ $0 < $1 }), ids.first ?? 0 >= 0,
      ids.last ?? 0 <= Int32.max
    else {
      throw CheckpointError(
        path: file.path,
        reason: .malformedEntry(tensor: "feature_id", what: "ids that do not rise from 0 or above"))
    }
    return ids.map { Int32($0) }
  }

  private static func statuses(_ file: TensorFile, rows: Int) throws(CheckpointError) -> [UInt8] {
    let codes = try file.integers("status", shape: [rows])
    guard let largest = FeatureStatus.allCases.map(\.rawValue).max(),
      codes.allSatisfy({ $0 >= 0 && $0 <= Int(largest) })
    else {
      throw CheckpointError(
        path: file.path,
        reason: .malformedEntry(tensor: "status", what: "a code that no feature has"))
    }
    return codes.map { UInt8($0) }
  }

  /// Checks that features that were read have labels, and the others have none.
  private func checkLabelIDs(_ file: TensorFile) throws(CheckpointError) {
    for (name, ids) in [("top_label_ids", topLabelIDs), ("bottom_label_ids", bottomLabelIDs)] {
      for row in 0..<rows {
        let isRead = statuses[row] == FeatureStatus.read.rawValue
        let labels = ids[(row * topCount)..<((row + 1) * topCount)]
        guard labels.allSatisfy({ ($0 >= 0) == isRead }) else {
          throw CheckpointError(
            path: file.path,
            reason: .malformedEntry(
              tensor: name, what: "labels of feature \(featureIDs[row]) against its status"))
        }
      }
    }
  }
}
