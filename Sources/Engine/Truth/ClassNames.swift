/// Which label each class of a truth is.
public struct ClassNames: Sendable, Equatable {
  /// The file, as it was named.
  public let path: String

  /// The names of the classes, by class id.
  public let names: [String]

  /// Reads a file of names.
  ///
  /// - Parameter path: A text file with the name of class i in line i + 1.
  /// - Throws: `TextError` if it cannot be read or is empty.
  public init(contentsOf path: String) throws(TextError) {
    let file = try TextLines(contentsOf: path)
    guard !file.lines.isEmpty else { throw TextError(place: path, reason: .noLabels) }
    self.path = path
    names = file.lines
  }

  /// The label of each class: the one whose text is exactly the name.
  ///
  /// - Parameter labels: The labels, by id.
  /// - Returns: Label ids, by class id.
  /// - Throws: `TruthError` that lists the first classes whose name no label has, or several have.
  public func labelIDs(among labels: [String]) throws(TruthError) -> [Int] {
    // By scalars: texts that differ in composition are two.
    var places: [[UInt8]: [Int]] = [:]
    for (id, label) in labels.enumerated() { places[Array(label.utf8), default: []].append(id) }
    let found = names.map { places[Array($0.utf8)] ?? [] }
    let unmatched = names.indices.filter { found[$0].isEmpty }.map { names[$0] }
    guard unmatched.isEmpty else {
      throw TruthError(
        path: path, reason: .unmatchedClasses(unmatched, count: unmatched.count))
    }
    let ambiguous = names.indices.filter { found[$0].count > 1 }.map { names[$0] }
    guard ambiguous.isEmpty else {
      throw TruthError(
        path: path, reason: .ambiguousClasses(ambiguous, count: ambiguous.count))
    }
    return found.map { $0[0] }
  }
}
