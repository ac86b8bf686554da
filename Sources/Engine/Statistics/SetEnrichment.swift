/// How far the labels of a set stand at the top of a ranked list: the enrichment score of gene set enrichment analysis.
///
/// Labels are ranked by falling score s, of equal ones by index. Going down the list, a label of the set adds
/// |s|/Σ_set |s| to the running sum, and any other takes 1/(C - size) away:
///
///     ES = the greatest value of the running sum, at least 0
///
/// Only sets at the top are asked for: a set at the bottom has a running sum that falls first, and ES near 0. Source: Subramanian et
/// al. 2005, "Gene set enrichment analysis", with weights of exponent 1.
struct SetEnrichment: Sendable {
  /// The sets, by rising indices of labels; none is empty, or all labels.
  let sets: [[Int32]]

  /// C.
  let labelCount: Int

  /// Makes room for sets.
  ///
  /// - Parameters:
  ///   - sets: Indices of labels, in any order, each once.
  ///   - labelCount: C, more than the labels of any set.
  init(_ sets: [[Int32]], labelCount: Int) {
    precondition(
      sets.allSatisfy { !$0.isEmpty && $0.count < labelCount },
      "a set of no labels, or of all \(labelCount)")
    self.sets = sets.map { $0.sorted() }
    self.labelCount = labelCount
  }

  /// The enrichment score of every set.
  ///
  /// - Parameter scores: s, finite, [C].
  /// - Returns: ES, from 0 to 1, [sets]; sums in `Double`.
  /// - Complexity: C ln C, and k ln k for each set of k labels.
  func scores(_ scores: Span<Float>) -> [Float] {
    precondition(scores.count == labelCount, "\(scores.count) scores of \(labelCount) labels")
    var values = [Float](repeating: 0, count: labelCount)
    for j in 0..<labelCount { values[j] = scores[j] }
    let order = (0..<Int32(labelCount)).sorted { a, b in
      let (x, y) = (values[Int(a)], values[Int(b)])
      return x > y || (x == y && a < b)
    }
    var ranks = [Int32](repeating: 0, count: labelCount)
    for (rank, label) in order.enumerated() { ranks[Int(label)] = Int32(rank) }
    var places: [Int32] = []
    return sets.map { set in
      places.removeAll(keepingCapacity: true)
      var total = 0.0
      for label in set {
        places.append(ranks[Int(label)])
        total += Double(abs(values[Int(label)]))
      }
      places.sort()
      // Labels that all score 0 weigh the same.
      let even = total == 0
      let (whole, misses) = (even ? Double(set.count) : total, Double(labelCount - set.count))
      var (sum, best) = (0.0, 0.0)
      for (hit, rank) in places.enumerated() {
        sum += even ? 1 : Double(abs(values[Int(order[Int(rank)])]))
        // The running sum is greatest after a label of the set.
        best = max(best, sum / whole - Double(Int(rank) - hit) / misses)
      }
      return Float(best)
    }
  }
}
