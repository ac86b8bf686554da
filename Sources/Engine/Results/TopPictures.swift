/// The pictures that each feature of an autoencoder fires most on.
///
/// A safetensors file with `top_picture_ids` [F, n] of whole numbers, strongest first, -1 where
/// there are fewer, and perhaps `density` [F].
public struct TopPictures: Sendable {
  /// The ids of the pictures of each feature, [F, n].
  private let ids: [Int]

  /// The pictures of a feature.
  private let width: Int

  /// The names of the pictures; empty if they are not known.
  private let names: [String]

  /// The number of features.
  public let featureCount: Int

  /// The share of pictures on which each feature fires, [F]; nil if the file has no `density`.
  public let densities: [Float]?

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - namesPath: A text file with the name of picture i in line i + 1; nil to write ids.
  /// - Throws: `CheckpointError`, `TextError` or `QueryError` if the files do not fit.
  public init(contentsOf path: String, namesPath: String?) throws {
    let file = try TensorFile(contentsOf: path)
    let tensor = try file.tensor("top_picture_ids")
    guard tensor.shape.count == 2 else {
      throw CheckpointError(
        path: path,
        reason: .wrongShape(
          tensor: tensor.name, found: tensor.shape, expected: "[features, pictures]"))
    }
    featureCount = tensor.shape[0]
    width = tensor.shape[1]
    densities =
      file.tensors["density"] == nil
      ? nil : try file.weights("density", shape: [featureCount]).floats()
    ids = try file.integers(tensor.name, shape: tensor.shape)
    names = try namesPath.map { try LabelSet(contentsOf: $0).labels } ?? []
    guard let namesPath, let greatest = ids.max(), greatest >= names.count else { return }
    throw QueryError(
      subject: namesPath, reason: .noPictureNames(found: names.count, needed: greatest + 1))
  }

  /// Checks that the file has all features of a run.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - path: The file, for the message.
  /// - Throws: `QueryError` if a feature of the run is missing.
  public func check(against run: RunDirectory, path: String) throws(QueryError) {
    try check(lastFeature: Int(run.features.featureIDs.last ?? -1), path: path)
  }

  /// Checks that the file has all features up to one.
  ///
  /// - Parameters:
  ///   - lastFeature: The greatest id of a feature.
  ///   - path: The file, for the message.
  /// - Throws: `QueryError` if a feature is missing.
  public func check(lastFeature: Int, path: String) throws(QueryError) {
    let needed = lastFeature + 1
    guard needed <= featureCount else {
      throw QueryError(subject: path, reason: .features(found: featureCount, needed: needed))
    }
  }

  /// The pictures of a feature.
  ///
  /// - Parameter feature: The id of the feature, less than `featureCount`.
  /// - Returns: Names, or ids where there are none, strongest first.
  public func pictures(ofFeature feature: Int) -> [String] {
    pictureIDs(ofFeature: feature).map { names.isEmpty ? "\($0)" : names[$0] }
  }

  /// The ids of the pictures of a feature.
  ///
  /// - Parameter feature: The id of the feature, less than `featureCount`.
  /// - Returns: Ids, strongest first.
  public func pictureIDs(ofFeature feature: Int) -> [Int] {
    ids[(feature * width)..<((feature + 1) * width)].filter { $0 >= 0 }
  }
}
