/// Sets of labels that are looked for at the top of the labels of features.
struct EnrichmentSource: Sendable {
  /// The file of sets, or the directory of WordNet.
  let path: String

  /// The sets, of labels that take part alone.
  let sets: [LabelSets.Named]

  /// The same as positions among the labels that take part, rising.
  let positions: [[Int]]

  /// What WordNet says of the labels; nil for sets of a file.
  let wordNet: Coverage?

  /// The files that were read.
  let files: [String]

  /// Which labels WordNet knows.
  struct Coverage: Sendable, Equatable {
    /// The ids of labels without synset, rising.
    let withoutSynset: [Int]
    /// The number of labels whose lemma has several synsets.
    let ambiguousCount: Int
  }

  /// Reads a file of sets.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - labels: The labels, by id.
  ///   - labelIDs: The ids of those that take part, rising.
  ///   - side: Their embeddings.
  /// - Throws: `TextError` if the file cannot be used, `VerdictError` if a set has no label that takes part, or all.
  init(contentsOf path: String, labels: [String], labelIDs: [Int32], side: LabelSide) throws {
    let sets = try LabelSets(contentsOf: path, among: labels).sets
    try self.init(
      sets, path: path, labelIDs: labelIDs, side: side, wordNet: nil, files: [path])
  }

  /// Finds the hypernyms of labels.
  ///
  /// - Parameters:
  ///   - directory: The directory of WordNet.
  ///   - labels: The labels, by id; those of ImageNet have WordNet ids.
  ///   - labelIDs: The ids of those that take part, rising.
  ///   - side: Their embeddings.
  /// - Throws: `TextError` if the database cannot be used, `VerdictError` if no hypernym has enough labels.
  init(wordNet directory: String, labels: [String], labelIDs: [Int32], side: LabelSide) throws {
    let database = try WordNet(directory)
    var isUsable = [Bool](repeating: false, count: labels.count)
    for id in labelIDs { isUsable[Int(id)] = true }
    let imageNet = LabelSet.imageNet
    let found = try HypernymSets(
      labels, wordNetIDs: labels == imageNet.labels ? imageNet.wordNetIDs : nil,
      isUsable: isUsable, by: database)
    guard !found.sets.isEmpty else {
      throw VerdictError(subject: directory, reason: .noHypernyms(HypernymSets.leastCount))
    }
    try self.init(
      found.sets, path: directory, labelIDs: labelIDs, side: side,
      wordNet: Coverage(
        withoutSynset: found.withoutSynset, ambiguousCount: found.ambiguousCount),
      files: database.paths)
  }

  /// Takes sets that are at hand.
  ///
  /// - Parameters:
  ///   - sets: The sets, by label ids.
  ///   - path: Where they come from.
  ///   - labelIDs: The ids of the labels that take part, rising.
  ///   - side: Their embeddings.
  ///   - wordNet: What WordNet says of the labels, if they come from there.
  ///   - files: The files that were read.
  /// - Throws: `VerdictError` if a set has no label that takes part, or all of them.
  init(
    _ sets: [LabelSets.Named], path: String, labelIDs: [Int32], side: LabelSide, wordNet: Coverage?,
    files: [String]
  ) throws(VerdictError) {
    // A label that is the mean of all is last of every feature, and in no set.
    let places = Dictionary(
      uniqueKeysWithValues: labelIDs.enumerated()
        .filter { side.centredLengths[$0.offset] > LabelSide.leastCentredLength }
        .map { (Int($0.element), $0.offset) })
    var (used, positions) = ([LabelSets.Named](), [[Int]]())
    for set in sets {
      let ids = set.labelIDs.filter { places[$0] != nil }
      guard !ids.isEmpty, ids.count < labelIDs.count else {
        throw VerdictError(
          subject: path,
          reason: .setSize(set.name, found: ids.count, labels: labelIDs.count))
      }
      used.append(LabelSets.Named(name: set.name, labelIDs: ids))
      positions.append(ids.compactMap { places[$0] })
    }
    self.path = path
    self.sets = used
    self.positions = positions
    self.wordNet = wordNet
    self.files = files
  }
}
