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

  /// The run.
  private let files: RunFiles

  /// Its verdict; nil without one.
  private let verdictFiles: VerdictFiles?

  /// Opens a run.
  ///
  /// - Parameter path: The directory.
  /// - Throws: `CheckpointError` if it is not a run of this version, a file in it is wrong, or the verdict is of other
  ///   features.
  public init(contentsOf path: String) throws(CheckpointError) {
    files = try RunFiles(contentsOf: path)
    verdictFiles = try VerdictFiles.verdict(of: files)
    for start in stride(from: 0, to: files.featureCount, by: Self.rowsAtOnce) {
      let range = start..<min(start + Self.rowsAtOnce, files.featureCount)
      let block = try files.features(in: range)
      try verdictFiles?.check(range, are: block.featureIDs)
    }
  }

  private var features: TensorFile { files.features }
}

extension RunColumns {
  /// The directory.
  public var path: String { files.path }

  /// The contents of `run.json`.
  public var description: JSONValue { .object(files.description) }

  /// The contents of `environment.json`; empty where the run has none.
  public var environment: JSONValue { .object(files.environment) }

  /// The contents of `verdict.json`; nil without a verdict.
  public var verdict: JSONValue? {
    // A literal nil would be a JSON null.
    verdictFiles.map { .object($0.description) }
  }

  /// The labels; their index is their id, [C].
  public var labels: [String] { files.labels }

  /// What became of each label, [C]; raw values of `LabelStatus`.
  public var labelStatuses: [Int] { files.labelStatuses }

  /// How often each label is the first of a feature, [C].
  public var firstCounts: [Int] { files.firstCounts }

  /// The number of features.
  public var featureCount: Int { files.featureCount }

  /// The labels kept for each feature and end, K.
  public var topCount: Int { files.topCount }
}

extension RunColumns {
  /// The bank of the labels, whose rows lie in the file of the run.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read, `ModelError` if no label is usable.
  func labelBank() throws -> LabelBank {
    let rows = LabelRows(
      stored: files.labelEmbeddings,
      masked: labelStatuses.map { LabelStatus(rawValue: UInt8(clamping: $0)) ?? .blank })
    return try LabelBank(
      source: path + "/labels.safetensors", labels: labels, rows: rows, logitScale: nil,
      logitBias: nil, provenance: [:], warnings: [], truncatedPromptCount: 0)
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
    let block = try files.features(in: row..<(row + 1))
    let (ids, cosines, probabilities) =
      end == .top
      ? (block.topLabelIDs, block.topCosines, block.topProbabilities)
      : (block.bottomLabelIDs, block.bottomCosines, block.bottomProbabilities)
    return ids.indices.filter { ids[$0] >= 0 }.map {
      Reading(label: Int(ids[$0]), cosine: cosines[$0], probability: probabilities[$0])
    }
  }

  /// A column of `verdict.safetensors` with one number a feature.
  ///
  /// - Parameter name: The column, such as `dec.lin.centred.p`.
  /// - Returns: The numbers, [n]; nil if the verdict has no such column.
  /// - Throws: `CheckpointError` if it is of another shape or type.
  public func verdictNumbers(_ name: String) throws(CheckpointError) -> [Float]? {
    guard let file = verdictFiles?.file, file.tensors[name] != nil else { return nil }
    return try file.weights(name, shape: [featureCount]).floats()
  }

  /// A column of `verdict.safetensors` with one whole number a feature.
  ///
  /// - Parameter name: The column, such as `dec.lin.centred.label_id`.
  /// - Returns: The numbers, [n]; nil if the verdict has no such column.
  /// - Throws: `CheckpointError` if it is of another shape or type.
  public func verdictIntegers(_ name: String) throws(CheckpointError) -> [Int]? {
    guard let file = verdictFiles?.file, file.tensors[name] != nil else { return nil }
    return try file.integers(name, shape: [featureCount])
  }
}
