internal import Foundation

/// The files of the original experiment: a folder for each feature, with its labels in a text.
///
/// The published code goes through a listing of folders and writes row k of its results, which are those of
/// feature k, into the k-th folder, whose name is that of another feature. That is repeated here: the text of
/// folder `order[k]` is that of feature k.
public struct ExplanationFolders: Sendable {
  /// The features whose names the folders have, in the order in which rows go into them.
  public let order: [Int]

  private let labels: [String]
  private var texts: [String] = []

  /// Begins folders.
  ///
  /// - Parameters:
  ///   - order: The features whose names the folders have, each once.
  ///   - labels: The labels, by id.
  public init(order: [Int], labels: [String]) {
    self.order = order
    self.labels = labels
  }

  /// Takes the features that are wanted, which begin with feature 0.
  ///
  /// - Parameter block: The next features.
  /// - Throws: `ExplanationError` if one of them was not read, and so has no labels.
  public mutating func add(_ block: FeatureBlock) throws(ExplanationError) {
    for row in 0..<block.rows where texts.count < order.count {
      let feature = Int(block.featureIDs[row])
      precondition(feature == texts.count, "feature \(feature) after \(texts.count)")
      guard block.isRead(row) else {
        throw ExplanationError(
          feature: feature, status: FeatureStatus(rawValue: block.statuses[row]) ?? .unmapped)
      }
      texts.append(text(of: row, in: block))
    }
  }

  /// The text of a feature: two lines and an empty one for each label.
  private func text(of row: Int, in block: FeatureBlock) -> String {
    ((row * block.topCount)..<((row + 1) * block.topCount)).map { place in
      let label = labels[Int(block.topLabelIDs[place])]
      // As `f"{probability * 100:.4g}"` of a tensor: the product is `Float`, its digits those of the `Double`.
      let percent = String(format: "%.4g", Double(block.topProbabilities[place] * 100))
      return ForeignResults.prompt.before + label + ForeignResults.prompt.after
        + "\nProbability: \(percent)% \n\n"
    }.joined()
  }

  /// Checks that the folders can be made, before any work is done.
  ///
  /// - Parameter path: The directory that is to hold them.
  /// - Throws: `OutputError` if something stands there, or it has no parent directory.
  public static func checkTarget(_ path: String) throws(OutputError) {
    guard !MappedFile.exists(path) else {
      throw OutputError(
        path: path,
        reason: .cannotCreate("it exists, and folders of explanations are never replaced"))
    }
    try directory(path, []).checkTarget(replacesExisting: false)
  }

  /// The directories that folders use: the one that holds them, and the one that it is made in.
  public static func directories(of path: String) -> [String] {
    let directory = directory(path, [])
    return [directory.path, directory.partialPath]
  }

  private static func directory(_ path: String, _ names: [String]) -> OutputDirectory {
    OutputDirectory(
      path,
      .init(
        noun: "folders of explanations", unfinishedNoun: "unfinished folders of explanations",
        mark: names.first ?? "", files: names, mayHoldOthers: false))
  }

  /// Writes all folders, and then gives the directory that holds them its name.
  ///
  /// - Precondition: All features were added that have a folder.
  /// - Parameter path: The directory to be made.
  /// - Throws: `OutputError` if it cannot be written; nothing is left under its name then.
  public func write(to path: String) throws(OutputError) {
    precondition(texts.count == order.count, "\(texts.count) features for \(order.count) folders")
    let directory = Self.directory(path, order.map(String.init))
    try directory.checkTarget(replacesExisting: false)
    try directory.start()
    do throws(OutputError) {
      for (feature, text) in zip(order, texts) {
        let folder = "\(directory.partialPath)/\(feature)"
        do {
          try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false)
        } catch {
          throw OutputError(path: folder, error, isCreation: true)
        }
        try OutputFile.write(Data(text.utf8), to: folder + "/" + ForeignResults.explanationName)
      }
      try directory.moveIntoPlace(replacesExisting: false)
    } catch {
      directory.removePartial()
      throw error
    }
  }
}

/// A feature that has no labels to be written.
public struct ExplanationError: EngineError, Equatable {
  /// The feature.
  public let feature: Int

  /// What became of it.
  public let status: FeatureStatus

  public var kind: FaultKind { .badData }

  public var description: String {
    "feature \(feature): found it masked as \(status.name), expected one with labels for a folder"
  }
}
