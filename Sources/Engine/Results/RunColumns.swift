internal import Foundation

/// A finished run on disk, with a verdict if it has one, of which only what is asked for is read.
///
/// `RunDirectory` holds every column; of a million features those are 300 MB. Here files are mapped, and a column is
/// in memory as long as whoever asked for it keeps it.
public struct RunColumns: Sendable {
  /// The two ends of the labels of a feature.
  public enum End: String, Sendable {
    case top, bottom
  }

  /// A label beside a feature.
  public struct Reading: Sendable, Equatable {
    /// The id of the label.
    public let label: Int
    /// Its cosine.
    public let cosine: Float
    /// Its probability among all labels.
    public let probability: Float
  }

  /// The directory.
  public let path: String

  /// The contents of `run.json`.
  public let description: JSONValue

  /// The contents of `verdict.json`; nil without a verdict.
  public let verdict: JSONValue?

  /// The labels; their index is their id, [C].
  public let labels: [String]

  /// What became of each label, [C]; raw values of `LabelStatus`.
  public let labelStatuses: [Int]

  /// How often each label is the first of a feature, [C].
  public let firstCounts: [Int]

  /// The number of features.
  public let featureCount: Int

  /// The labels kept for each feature and end, K.
  public let topCount: Int

  private let features: TensorFile
  private let labelEmbeddings: Tensor
  private let verdictColumns: TensorFile?

  /// Opens a run.
  ///
  /// - Parameter path: The directory.
  /// - Throws: `CheckpointError` if it is not a run of this version, or a file in it is wrong.
  public init(contentsOf path: String) throws(CheckpointError) {
    let files = try RunFiles(contentsOf: path)
    self.path = files.path
    description = .object(files.description)
    features = files.features
    (featureCount, topCount) = (files.featureCount, files.topCount)
    (labels, labelStatuses) = (files.labels, files.labelStatuses)
    firstCounts = files.firstCounts
    labelEmbeddings = files.labelEmbeddings
    guard let verdict = try VerdictFiles.verdict(of: files) else {
      // A literal nil would be a JSON null.
      self.verdict = JSONValue?.none
      verdictColumns = TensorFile?.none
      return
    }
    self.verdict = .object(verdict.description)
    verdictColumns = try TensorFile(contentsOf: files.path + "/verdict.safetensors")
  }
}

extension RunColumns {
  /// The bank of the labels, whose rows lie in the file of the run.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `ModelError` if no label is usable.
  func labelBank() throws -> LabelBank {
    let rows = LabelRows(
      stored: labelEmbeddings,
      masked: labelStatuses.map { LabelStatus(rawValue: UInt8(clamping: $0)) ?? .blank })
    return try LabelBank(
      source: path + "/labels.safetensors", labels: labels, rows: rows, logitScale: nil,
      logitBias: nil,
      provenance: [:], warnings: [], truncatedPromptCount: 0)
  }

  /// A column of `features.safetensors` with one whole number a feature.
  ///
  /// - Parameter name: `feature_id` or `status`.
  /// - Returns: The numbers, [n].
  /// - Throws: `CheckpointError` if it is not there or of another shape.
  public func integers(_ name: String) throws(CheckpointError) -> [Int] {
    try features.integers(name, shape: [featureCount])
  }

  /// A column of `features.safetensors` with one number a feature.
  ///
  /// - Parameter name: The column, such as `margin`.
  /// - Returns: The numbers, [n]; NaN where a feature was not read.
  /// - Throws: `CheckpointError` if it is not there or of another shape.
  public func numbers(_ name: String) throws(CheckpointError) -> [Float] {
    try features.weights(name, shape: [featureCount]).floats()
  }

  /// The first of K numbers of each feature.
  ///
  /// - Parameter name: The column, such as `top_cosines`.
  /// - Returns: The numbers, [n]; NaN where a feature was not read, or K is 0.
  /// - Throws: `CheckpointError` if it is not there or of another shape.
  public func firstNumbers(_ name: String) throws(CheckpointError) -> [Float] {
    let tensor = try features.weights(name, shape: [featureCount, topCount])
    guard topCount > 0 else { return [Float](repeating: .nan, count: featureCount) }
    var result: [Float] = []
    result.reserveCapacity(featureCount)
    var scratch: [Float] = []
    for start in stride(from: 0, to: featureCount, by: Self.rowsAtOnce) {
      let rows = min(Self.rowsAtOnce, featureCount - start)
      tensor.withFloats(
        in: (start * topCount)..<((start + rows) * topCount), scratch: &scratch
      ) { numbers in
        for row in 0..<rows { result.append(numbers[row * topCount]) }
      }
    }
    return result
  }

  private static let rowsAtOnce = 4096

  /// The labels at one end of a feature, the outermost first.
  ///
  /// - Parameters:
  ///   - end: Which end.
  ///   - row: The row of the feature.
  /// - Returns: Up to K labels; none of a feature that was not read.
  /// - Throws: `CheckpointError` if a column is not there, or holds ids of no label.
  public func labels(at end: End, ofRow row: Int) throws(CheckpointError) -> [Reading] {
    let range = (row * topCount)..<((row + 1) * topCount)
    func numbers(_ name: String) throws(CheckpointError) -> [Float] {
      let tensor = try features.weights(name, shape: [featureCount, topCount])
      var scratch: [Float] = []
      return tensor.withFloats(in: range, scratch: &scratch) { span in span.indices.map { span[$0] }
      }
    }
    let name = end.rawValue + "_label_ids"
    let ids = try features.integers(name, shape: [featureCount, topCount], in: range)
    guard ids.allSatisfy({ $0 >= -1 && $0 < labels.count }) else {
      throw CheckpointError(
        path: features.path,
        reason: .malformedEntry(tensor: name, what: "an id outside -1..<\(labels.count)"))
    }
    let cosines = try numbers(end.rawValue + "_cosines")
    let probabilities = try numbers(end.rawValue + "_probabilities")
    return ids.indices.filter { ids[$0] >= 0 }.map {
      Reading(label: ids[$0], cosine: cosines[$0], probability: probabilities[$0])
    }
  }

  /// A column of `verdict.safetensors` with one number a feature.
  ///
  /// - Parameter name: The column, such as `dec.lin.centred.p`.
  /// - Returns: The numbers, [n]; nil if the verdict has no such column.
  /// - Throws: `CheckpointError` if it is of another shape or type.
  public func verdictNumbers(_ name: String) throws(CheckpointError) -> [Float]? {
    guard let file = verdictColumns, file.tensors[name] != nil else { return nil }
    return try file.weights(name, shape: [featureCount]).floats()
  }

  /// A column of `verdict.safetensors` with one whole number a feature.
  ///
  /// - Parameter name: The column, such as `dec.lin.centred.label_id`.
  /// - Returns: The numbers, [n]; nil if the verdict has no such column.
  /// - Throws: `CheckpointError` if it is of another shape or type.
  public func verdictIntegers(_ name: String) throws(CheckpointError) -> [Int]? {
    guard let file = verdictColumns, file.tensors[name] != nil else { return nil }
    return try file.integers(name, shape: [featureCount])
  }
}
