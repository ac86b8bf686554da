internal import Foundation

/// How unevenly features are spread over labels, as counts by rank.
enum RankSizes {
  /// Counts over 0, the greatest first.
  static func sorted(_ counts: [Int]) -> [Int] { counts.filter { $0 > 0 }.sorted(by: >) }

  /// The counts of labels that are first.
  ///
  /// - Parameters:
  ///   - names: The first label of each feature, -1 for none.
  ///   - labelCount: C.
  /// - Returns: How many features each label names, [C]; ids of no label are left out.
  static func counts(_ names: [Int], labelCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: labelCount)
    for name in names where counts.indices.contains(name) { counts[name] += 1 }
    return counts
  }

  /// The points of a line through ranks and counts: both ends of each run of equal counts.
  ///
  /// - Parameter sorted: Counts, falling.
  /// - Returns: Ranks from 1 and counts.
  static func points(_ sorted: [Int]) -> [(x: Double, y: Double)] {
    sorted.indices.filter { index in
      index == 0 || index == sorted.count - 1 || sorted[index] != sorted[index - 1]
        || sorted[index] != sorted[index + 1]
    }.map { (x: Double($0 + 1), y: Double(sorted[$0])) }
  }

  /// The ranks to be expected if each feature took any label with the same chance: how many labels name at least k features, by
  /// Poisson's distribution of mean n/C.
  ///
  ///     rank(k) = C · (1 - Σ_{i<k} e^{-λ} λ^i / i!)     λ = n/C
  ///
  /// - Parameters:
  ///   - features: n.
  ///   - labels: C.
  /// - Returns: Points of rank and k from 1 on, while at least half a label is to be expected, by falling k: the first, the last
  ///   and those between that differ from the one before by 1 % in either.
  static func chance(features: Int, labels: Int) -> [(x: Double, y: Double)] {
    guard features > 0, labels > 0 else { return [] }
    let mean = Double(features) / Double(labels)
    var logTerm = -mean
    var below = 0.0
    var points: [(x: Double, y: Double)] = []
    var last: (x: Double, y: Double)?
    for count in 1...(features + 1) {
      below += exp(logTerm)
      let rank = Double(labels) * (1 - below)
      if rank < 0.5, Double(count) > mean { break }
      let point = (x: max(1, rank), y: Double(count))
      if let kept = points.last, point.y < 1.01 * kept.y, point.x > 0.99 * kept.x {
        last = point
      } else {
        points.append(point)
        last = nil
      }
      logTerm += log(mean) - log(Double(count))
    }
    if let last { points.append(last) }
    return points.reversed()
  }
}
