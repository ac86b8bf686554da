/// Sets of labels that have a hypernym in common.
struct HypernymSets: Sendable {
  /// The sets: those of enough labels, and one of those that have the same labels, the most special.
  let sets: [LabelSets.Named]

  /// The ids of labels that no synset stands for, rising.
  let withoutSynset: [Int]

  /// The number of labels whose lemma has several synsets.
  let ambiguousCount: Int

  /// The least labels of a set.
  static let leastCount = 5

  /// Finds the sets of some labels.
  ///
  /// A label that a WordNet id stands beside is that synset. Any other is what its lemma says; where that has several synsets no sense
  /// is guessed, and the label belongs to what lies above all of them. Every synset counts as its own
  /// hypernym.
  ///
  /// - Parameters:
  ///   - labels: The labels, by id.
  ///   - wordNetIDs: Ids of the kind `n01440764`, if labels have them.
  ///   - isUsable: Whether each label takes part.
  ///   - wordNet: The database.
  /// - Throws: `TextError` if the database is malformed or does not have a WordNet id.
  init(
    _ labels: [String], wordNetIDs: [String]?, isUsable: [Bool], by wordNet: WordNet
  ) throws(TextError) {
    let lemmas = labels.map { WordNet.lemma(of: $0) }
    let known = try wordNet.synsets(of: wordNetIDs == nil ? Set(lemmas) : [])
    var graph = HypernymGraph(wordNet: wordNet)
    var members: [Int: [Int]] = [:]
    var (missing, ambiguous) = ([Int](), 0)
    for id in labels.indices where isUsable[id] {
      let synsets = wordNetIDs.map { [Int($0[id].dropFirst()) ?? -1] } ?? known[lemmas[id]] ?? []
      guard let first = synsets.first else {
        missing.append(id)
        continue
      }
      if synsets.count > 1 { ambiguous += 1 }
      var above = try graph.ancestors(of: first)
      for other in synsets.dropFirst() { above.formIntersection(try graph.ancestors(of: other)) }
      for synset in above { members[synset, default: []].append(id) }
    }
    withoutSynset = missing
    ambiguousCount = ambiguous
    let usable = isUsable.count { $0 }
    // Of sets of the same labels, the most special hypernym: the one with the most above it.
    var best: [[Int]: (depth: Int, synset: Int)] = [:]
    for (synset, ids) in members where ids.count >= Self.leastCount && 2 * ids.count <= usable {
      let depth = try graph.ancestors(of: synset).count
      if let old = best[ids], (old.depth, -old.synset) > (depth, -synset) { continue }
      best[ids] = (depth, synset)
    }
    var sets: [LabelSets.Named] = []
    for (ids, entry) in best.sorted(by: { $0.value.synset < $1.value.synset }) {
      let digits = String(entry.synset)
      let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
      sets.append(
        LabelSets.Named(
          name: try wordNet.synset(at: entry.synset).word + " n" + number, labelIDs: ids))
    }
    self.sets = sets
  }
}

/// What lies above synsets, looked up once.
private struct HypernymGraph {
  let wordNet: WordNet
  private var known: [Int: Set<Int>] = [:]

  init(wordNet: WordNet) { self.wordNet = wordNet }

  /// A synset and all that lie above it.
  mutating func ancestors(of synset: Int) throws(TextError) -> Set<Int> {
    if let found = known[synset] { return found }
    // A database whose hypernyms run in a circle ends too.
    var found: Set<Int> = [synset]
    var open = [synset]
    while let next = open.popLast() {
      for above in try wordNet.synset(at: next).hypernyms where found.insert(above).inserted {
        open.append(above)
      }
    }
    known[synset] = found
    return found
  }
}
