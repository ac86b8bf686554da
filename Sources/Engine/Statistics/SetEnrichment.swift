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

  /// The sets that each label is in, label by label, and where those of a label begin, [C + 1].
  private let setsOfLabels: [Int32]
  private let starts: [Int]

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
    var members = [[Int32]](repeating: [], count: labelCount)
    for (set, labels) in sets.enumerated() {
      for label in labels { members[Int(label)].append(Int32(set)) }
    }
    setsOfLabels = members.flatMap { $0 }
    starts = members.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
  }

  /// The enrichment score of every set.
  ///
  /// - Parameter scores: s, finite, [C].
  /// - Returns: ES, from 0 to 1, [sets]; sums in `Double`.
  /// - Complexity: C ln C, and the sizes of all sets.
  func scores(_ scores: Span<Float>) -> [Float] {
    precondition(scores.count == labelCount, "\(scores.count) scores of \(labelCount) labels")
    var sums = sets.map { set -> RunningSum in
      let total = set.reduce(0.0) { $0 + Double(abs(scores[Int($1)])) }
      // Labels that all score 0 weigh the same.
      return RunningSum(
        isEven: total == 0, whole: total == 0 ? Double(set.count) : total,
        misses: Double(labelCount - set.count))
    }
    for (rank, label) in Self.order(scores).enumerated() {
      let weight = Double(abs(scores[label]))
      for index in starts[label]..<starts[label + 1] {
        sums[Int(setsOfLabels[index])].add(weight, rank: rank)
      }
    }
    return sums.map { Float($0.best) }
  }

  /// The running sum of one set, at the labels of the set, where it is greatest.
  private struct RunningSum {
    /// Whether all labels weigh the same.
    let isEven: Bool
    /// What the labels of the set weigh in all, and the number of others.
    let whole: Double
    let misses: Double
    var sum = 0.0
    var hits = 0
    var best = 0.0

    /// Goes down to the next label of the set.
    mutating func add(_ weight: Double, rank: Int) {
      sum += isEven ? 1 : weight
      best = max(best, sum / whole - Double(rank - hits) / misses)
      hits += 1
    }
  }

  /// The labels by falling score, of equal ones by index.
  private static func order(_ scores: Span<Float>) -> [Int] {
    var keys: [UInt64] = []
    keys.reserveCapacity(scores.count)
    for label in 0..<scores.count {
      // Zero has one sign here. The bits of numbers rise with them, those of negative ones fall.
      let bits = (scores[label] + 0).bitPattern
      let rising = bits >> 31 == 0 ? bits | 1 << 31 : ~bits
      keys.append(UInt64(~rising) << 32 | UInt64(label))
    }
    keys.sort()
    return keys.map { Int($0 & 0xFFFF_FFFF) }
  }
}
