/// Named sets of labels.
struct LabelSets: Sendable, Equatable {
  /// One set.
  struct Named: Sendable, Equatable {
    let name: String
    /// The ids of its labels, rising, at least one.
    let labelIDs: [Int]
  }

  /// The sets, in order.
  let sets: [Named]

  /// Makes sets that are at hand.
  init(_ sets: [Named]) { self.sets = sets }

  /// Reads a file of sets: in every line the name of a set and its labels, with tabs between.
  ///
  /// A label is meant by its text, exactly; where several labels have one text, all are.
  ///
  /// - Parameters:
  ///   - path: The file, by the rules of lists of labels; empty lines are passed over.
  ///   - labels: The labels, by id.
  /// - Throws: `TextError` if the file cannot be read, has no sets, a set of no labels or two of one name, or names a label
  ///   that is not there or twice in one set.
  init(contentsOf path: String, among labels: [String]) throws(TextError) {
    // By bytes: texts that differ in composition are two.
    var ids: [[UInt8]: [Int]] = [:]
    for (id, label) in labels.enumerated() { ids[Array(label.utf8), default: []].append(id) }
    var sets: [Named] = []
    var names: Set<String> = []
    for (index, line) in try TextLines(contentsOf: path).lines.enumerated() where !line.isEmpty {
      func fail(_ reason: TextError.Reason) -> TextError { TextError(place: path, reason: reason) }
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard names.insert(fields[0]).inserted else {
        throw fail(.repeatedSet(line: index + 1, fields[0]))
      }
      guard fields.count > 1 else { throw fail(.emptySet(line: index + 1, fields[0])) }
      var members: Set<Int> = []
      for label in fields.dropFirst() {
        guard let found = ids[Array(label.utf8)] else {
          throw fail(.unknownLabel(line: index + 1, label))
        }
        guard members.isDisjoint(with: found) else {
          throw fail(.repeatedLabel(line: index + 1, label))
        }
        members.formUnion(found)
      }
      sets.append(Named(name: fields[0], labelIDs: members.sorted()))
    }
    guard !sets.isEmpty else { throw TextError(place: path, reason: .noSets) }
    self.sets = sets
  }
}
