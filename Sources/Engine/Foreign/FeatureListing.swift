/// Features in the order in which a directory listed their folders.
public struct FeatureListing: Sendable, Equatable {
  /// The file, as it was named.
  public let path: String

  /// The features, in order, each once.
  public let features: [Int]

  /// Reads a listing.
  ///
  /// - Parameters:
  ///   - path: A text file with the number of a feature in each line.
  ///   - featureCount: The number of features, n.
  /// - Throws: `ForeignError` if it cannot be read, is empty, or has a line that is no feature or one that
  ///   was there before.
  public init(contentsOf path: String, featureCount: Int) throws(ForeignError) {
    let lines: [String]
    do {
      lines = try TextLines(contentsOf: path).lines
    } catch {
      throw ForeignError(path: path, reason: .text(error))
    }
    guard !lines.isEmpty else { throw ForeignError(path: path, reason: .noRows) }
    var features: [Int] = []
    var seen: Set<Int> = []
    for (index, text) in lines.enumerated() {
      let line = index + 1
      let feature = try ForeignResults.number(text, line: line, path: path)
      guard feature < featureCount else {
        throw ForeignError(
          path: path, reason: .featureOutOfRange(feature, line: line, limit: featureCount))
      }
      guard seen.insert(feature).inserted else {
        throw ForeignError(path: path, reason: .repeatedFeature(feature, line: line))
      }
      features.append(feature)
    }
    self.path = path
    self.features = features
  }
}
