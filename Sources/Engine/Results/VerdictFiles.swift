internal import Foundation

/// The verdict of a run, as it lies beside its features.
public struct VerdictFiles: Sendable {
  /// One column of `verdict.safetensors`.
  public struct Column: Sendable {
    /// The values, [n] or [n, k], in the order of the features of the run.
    public let tensor: Tensor

    /// What the column says of a variant; nil for columns of other things.
    public let place: Place?

    /// The name of the tensor.
    public var name: String { tensor.name }

    /// The last part of the name, such as `p`.
    var lastPart: Substring { name.split(separator: ".").last ?? "" }

    /// The whole number that stands where a feature has none: the rank 0, else -1.
    public var missing: Int { lastPart == "true_rank" ? 0 : -1 }

    /// The values of a feature, k.
    public var width: Int { tensor.shape.count == 2 ? tensor.shape[1] : 1 }
  }

  /// What a column `VARIANT.SCORE.STATISTIC` or `VARIANT.STATISTIC` is of.
  public struct Place: Sendable, Equatable {
    /// The variant of the lens, such as `dec.jvp.mean`.
    public let variant: String

    /// The score, such as `centred`; nil if the column is of the variant as a whole.
    public let score: String?

    /// What is told, such as `p_in_place`.
    public let statistic: String
  }

  /// The contents of `verdict.json`.
  public let description: JSONObject

  /// The columns but for `feature_id`, in the order of the file.
  public let columns: [Column]

  /// `verdict.safetensors`.
  let file: TensorFile

  private let features: Tensor

  /// Opens the verdict of a run.
  ///
  /// - Parameter run: The run.
  /// - Returns: The verdict, or nil if the run has none.
  /// - Throws: `CheckpointError` if only one of the two files is there, or one of them is wrong.
  public static func verdict(of run: RunFiles) throws(CheckpointError) -> VerdictFiles? {
    try verdict(in: run.path, featureCount: run.featureCount)
  }

  /// Opens the verdict in a directory, of so many features.
  static func verdict(
    in path: String, featureCount: Int
  ) throws(CheckpointError) -> VerdictFiles? {
    let names = ["verdict.json", "verdict.safetensors"].map { path + "/" + $0 }
    guard names.contains(where: { MappedFile.exists($0) }) else { return nil }
    return try VerdictFiles(json: names[0], tensors: names[1], featureCount: featureCount)
  }

  private init(json: String, tensors: String, featureCount: Int) throws(CheckpointError) {
    let value = try JSONValue(contentsOf: json)
    guard let object = value.object, object["format"] == "lensctl.verdict" else {
      throw CheckpointError(
        path: json,
        reason: .wrongField(
          "format", found: value["format"]?.serialized() ?? "none", expected: "lensctl.verdict"))
    }
    description = object
    file = try TensorFile(contentsOf: tensors)
    features = try file.tensor("feature_id")
    let variants = Self.variants(object)
    // Tensors are slices of the file, whose indices are those of the file.
    let stored = file.tensors.values.sorted {
      ($0.bytes.startIndex, $0.name) < ($1.bytes.startIndex, $1.name)
    }
    var columns: [Column] = []
    for tensor in stored {
      guard (1...2).contains(tensor.shape.count), tensor.shape[0] == featureCount else {
        throw CheckpointError(
          path: tensors,
          reason: .wrongShape(
            tensor: tensor.name, found: tensor.shape,
            expected: "[\(featureCount)] or [\(featureCount), any]"))
      }
      guard [.f32, .i32, .u8].contains(tensor.dtype) else {
        throw CheckpointError(
          path: tensors,
          reason: .wrongDType(tensor: tensor.name, found: tensor.dtype, expected: "F32, I32 or U8"))
      }
      guard tensor.name != "feature_id" else { continue }
      columns.append(Column(tensor: tensor, place: Self.place(tensor.name, variants: variants)))
    }
    self.columns = columns
  }

  /// The variants that were judged, longest names first.
  private static func variants(_ description: JSONObject) -> [String] {
    (description["variants"]?.array ?? []).compactMap { $0["id"]?.string }
      .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  private static func place(_ name: String, variants: [String]) -> Place? {
    guard let variant = variants.first(where: { name.hasPrefix($0 + ".") }) else { return nil }
    let rest = name.dropFirst(variant.count + 1).split(
      separator: ".", omittingEmptySubsequences: false)
    switch rest.count {
    case 1: return Place(variant: variant, score: nil, statistic: String(rest[0]))
    case 2: return Place(variant: variant, score: String(rest[0]), statistic: String(rest[1]))
    default: return nil
    }
  }
}

extension VerdictFiles {
  /// The variant in use: that of the features of the run.
  public var formInUse: String? { description["form_in_use"]?.string }

  /// Checks that the verdict is of the features of a run.
  ///
  /// - Parameters:
  ///   - range: Some rows.
  ///   - ids: The features of these rows in the run.
  /// - Throws: `CheckpointError` if the verdict has others.
  public func check(_ range: Range<Int>, are ids: [Int32]) throws(CheckpointError) {
    guard features.shape.count == 1, let found = features.integers(in: range) else {
      throw CheckpointError(
        path: file.path,
        reason: .wrongDType(tensor: "feature_id", found: features.dtype, expected: "whole numbers"))
    }
    guard found.elementsEqual(ids.lazy.map { Int($0) }) else {
      throw CheckpointError(
        path: file.path,
        reason: .malformedEntry(tensor: "feature_id", what: "other features than those of the run"))
    }
  }
}
