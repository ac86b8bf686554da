/// Ranks of labels by their scores, where some labels count as one.
public struct LabelRanks: Sendable {
  /// The group of each label, from 0 on in the order of their first labels, [K].
  private let groups: [Int]

  /// The number of groups.
  public let groupCount: Int

  /// Prepares to rank labels.
  ///
  /// - Parameter labelGroups: A number for each label that labels share which count as one, [K].
  public init(labelGroups: [Int]) {
    var places: [Int: Int] = [:]
    groups = labelGroups.map { group in
      let place = places[group] ?? places.count
      places[group] = place
      return place
    }
    groupCount = places.count
  }

  /// The rank of a label among all groups, each by the best of its scores.
  ///
  /// Of groups with equal scores the one with the lower first label comes first.
  ///
  /// - Parameters:
  ///   - label: The label.
  ///   - scores: The scores of all labels, [K]; NaN for labels that take no part.
  /// - Returns: From 1 on; nil if no label of its group takes part.
  public func rank(of label: Int, in scores: [Float]) -> Int? {
    precondition(scores.count == groups.count, "\(scores.count) scores of \(groups.count) labels")
    var best = [Float](repeating: .nan, count: groupCount)
    for (group, score) in zip(groups, scores) where !(best[group] >= score) && !score.isNaN {
      best[group] = score
    }
    let own = best[groups[label]]
    guard !own.isNaN else { return nil }
    let before = best.enumerated().count { group, score in
      score > own || (score == own && group < groups[label])
    }
    return before + 1
  }
}
